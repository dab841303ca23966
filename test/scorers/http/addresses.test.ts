import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HttpCrossEncoder, type HttpCrossEncoderOptions } from "../../../src/http.js";
import { OllamaCrossEncoder } from "../../../src/ollama.js";
import { PROVIDERS } from "../../../src/scorers/http/providers/index.js";
import type { Provider } from "../../../src/scorers/http/providers/provider.js";
import { joinPaths } from "../../../src/scorers/remote/address.js";

beforeEach(() => {
  for (const { urlVariables = [], keyVariables } of Object.values(PROVIDERS) as Provider[]) {
    for (const name of [...urlVariables, ...keyVariables]) vi.stubEnv(name, undefined);
  }
  for (const name of ["CLOUDFLARE_ACCOUNT_ID", "GOOGLE_CLOUD_PROJECT", "VERTEXAI_PROJECT"]) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

/** Address and headers of one request, as a `fetch` sees them. */
async function requestOf(options: object) {
  const seen: { url: string; headers: Headers }[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    seen.push({ url, headers: new Headers(init.headers) });
    return Response.json({ results: [{ index: 0, id: 0, score: 1 }], scores: [1] });
  };
  await new HttpCrossEncoder({ ...options, fetch } as unknown as HttpCrossEncoderOptions).score("q", ["t"]);
  return seen[0] as (typeof seen)[0];
}

/** Addresses that people copy from other tools. All of them mean the same server. */
const PASTED = [
  "",
  "/",
  "/v1",
  "/v1/",
  "/v2",
  "/rerank",
  "/rerank/",
  "/v1/rerank",
  "/v1/rerank/",
  "/v2/rerank",
  "/v1/chat/completions",
  "/v1/embeddings",
  "//v1//rerank",
];

const SELF_HOSTED: [string, string][] = [
  ["cohere", "/v2/rerank"],
  ["cohere-v1", "/v1/rerank"],
  ["jina", "/v1/rerank"],
  ["vllm", "/v1/rerank"],
  ["litellm", "/v1/rerank"],
  ["localai", "/v1/rerank"],
  ["llamacpp", "/v1/rerank"],
  ["xinference", "/v1/rerank"],
  ["sglang", "/v1/rerank"],
  ["tei", "/rerank"],
  ["mixedbread", "/v1/reranking"],
  ["nvidia", "/v1/ranking"],
];

describe.each(SELF_HOSTED)("%s", (provider, path) => {
  it.each(PASTED)(`reaches ${path} from a baseUrl that ends with "%s"`, async (pasted) => {
    const { url } = await requestOf({ provider, model: "m", baseUrl: `http://h:8000${pasted}` });
    expect(url).toBe(`http://h:8000${path}`);
  });

  it("keeps a prefix and a query string", async () => {
    const { url } = await requestOf({ provider, model: "m", baseUrl: "https://h/gateway/v1/rerank?tenant=a" });
    expect(url).toBe(`https://h/gateway${path}?tenant=a`);
  });

  it("reads its environment variable in the same way", async () => {
    const { urlVariables } = (PROVIDERS as Record<string, Provider>)[provider] as Provider;
    for (const variable of urlVariables ?? []) {
      vi.stubEnv(variable, "http://h:8000/rerank/");
      expect((await requestOf({ provider, model: "m" })).url).toBe(`http://h:8000${path}`);
      vi.stubEnv(variable, undefined);
    }
  });
});

it.each(Object.keys(PROVIDERS))("%s can be reached by an address that is already complete", async (provider) => {
  vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", "account-1");
  vi.stubEnv("GOOGLE_CLOUD_PROJECT", "project-1");
  const options = { provider, model: "m", apiKey: "key-1" };
  const first = await requestOf({ ...options, baseUrl: "http://h:8000" });
  const again = await requestOf({ ...options, baseUrl: first.url });
  expect(again.url).toBe(first.url);
});

it.each(Object.keys(PROVIDERS))("%s can be reached at its own host by whatever path is pasted", async (provider) => {
  const { baseUrl } = (PROVIDERS as Record<string, Provider>)[provider] as Provider;
  if (baseUrl === undefined) return;
  vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", "account-1");
  vi.stubEnv("GOOGLE_CLOUD_PROJECT", "project-1");
  const options = { provider, model: "m", apiKey: "key-1" };
  const expected = await requestOf(options);
  for (const pasted of ["/v1", "/v2/rerank", "/openai/v1/", "/compatible-mode/v1/chat/completions"])
    expect((await requestOf({ ...options, baseUrl: `${baseUrl}${pasted}` })).url).toBe(expected.url);
});

describe("addresses that depend on more than the provider", () => {
  it.each<[object, string]>([
    [{ provider: "infinity", baseUrl: "http://h/v1" }, "http://h/v1/rerank"],
    [{ provider: "infinity", baseUrl: "http://h" }, "http://h/rerank"],
    [{ provider: "voyage", apiKey: "al-1234" }, "https://ai.mongodb.com/v1/rerank"],
    [{ provider: "voyage", apiKey: "pa-1234" }, "https://api.voyageai.com/v1/rerank"],
    [{ provider: "voyage", apiKey: "al-1234", baseUrl: "http://h" }, "http://h/v1/rerank"],
    [
      { provider: "nvidia", model: undefined },
      "https://ai.api.nvidia.com/v1/retrieval/nvidia/llama-nemotron-rerank-1b-v2/reranking",
    ],
    [
      { provider: "dashscope", baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1" },
      "https://dashscope.aliyuncs.com/api/v1/services/rerank/text-rerank/text-rerank",
    ],
    [{ provider: "siliconflow", baseUrl: "https://api.siliconflow.cn/v1" }, "https://api.siliconflow.cn/v1/rerank"],
    [
      { provider: "azure-ai", baseUrl: "https://r.services.ai.azure.com/models" },
      "https://r.services.ai.azure.com/providers/cohere/v2/rerank",
    ],
    [
      { provider: "azure-ai", baseUrl: "https://r.eastus.models.ai.azure.com" },
      "https://r.eastus.models.ai.azure.com/v1/rerank",
    ],
    [
      { provider: "cloudflare", baseUrl: "https://api.cloudflare.com/client/v4/accounts/acc/ai/v1", model: undefined },
      "https://api.cloudflare.com/client/v4/accounts/acc/ai/run/@cf/baai/bge-reranker-base",
    ],
    [
      { provider: "watsonx", baseUrl: "https://us-south.ml.cloud.ibm.com/ml/v1?version=2025-01-01" },
      "https://us-south.ml.cloud.ibm.com/ml/v1/text/rerank?version=2025-01-01",
    ],
    [{ provider: "elasticsearch", baseUrl: "https://es:9200/" }, "https://es:9200/_inference/rerank/m"],
    [{ provider: "deepinfra", model: "Qwen/Q" }, "https://api.deepinfra.com/v1/inference/Qwen/Q"],
  ])("%j", async (options, url) => {
    expect((await requestOf({ apiKey: "key-1", model: "m", ...options })).url).toBe(url);
  });

  it("names the environment variable of a part of the address that is missing", () => {
    const make = () => new HttpCrossEncoder({ provider: "cloudflare", apiKey: "key-1" });
    expect(make).toThrow(
      expect.objectContaining({ option: "baseUrl", message: expect.stringContaining("CLOUDFLARE_ACCOUNT_ID") }),
    );
  });

  it("sends the project of Vertex AI in path and header", async () => {
    vi.stubEnv("VERTEXAI_PROJECT", "project-9");
    const { url, headers } = await requestOf({ provider: "vertex-ai", apiKey: "token-1" });
    expect(url).toContain("/projects/project-9/");
    expect(headers.get("x-goog-user-project")).toBe("project-9");
  });
});

describe("OllamaCrossEncoder", () => {
  it.each(["", "/", "/v1", "/v1/", "/api", "/api/generate", "/v1/chat/completions"])(
    'reaches /api/generate from a baseUrl that ends with "%s"',
    async (pasted) => {
      const urls: string[] = [];
      const fetch = async (url: string) => {
        urls.push(url);
        return Response.json({ logprobs: [{ top_logprobs: [{ token: "yes", logprob: -1 }] }] });
      };
      const scorer = new OllamaCrossEncoder({
        model: "m",
        baseUrl: `http://h:11434${pasted}`,
        fetch: fetch as unknown as typeof globalThis.fetch,
      });
      await scorer.score("q", ["t"]);
      expect(urls).toEqual(["http://h:11434/api/generate"]);
    },
  );
});

it("joins a path to a prefix that repeats a version without dropping the prefix", () => {
  expect(joinPaths("/v1/v1", "/v1/rerank")).toBe("/v1/v1/rerank");
  expect(joinPaths("/rerank/v1", "/v1/rerank")).toBe("/rerank/v1/rerank");
  expect(joinPaths("/a/b", "/v1/rerank")).toBe("/a/b/v1/rerank");
});
