import { Document } from "@langchain/core/documents";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HttpCrossEncoder, type HttpCrossEncoderOptions } from "../../../src/http.js";
import { CachedScorer, CrossEncoderReranker, createScorer } from "../../../src/index.js";
import { PROVIDERS } from "../../../src/scorers/http/providers/index.js";
import { joinPaths } from "../../../src/scorers/remote/address.js";
import { checkRemoteModel, createRemoteScorer, isRemoteModel } from "../../../src/scorers/remote-model.js";
import { cohereAnswer, startServer } from "../remote/rerank-server.js";

beforeEach(() => {
  for (const { urlVariables = [], keyVariables } of Object.values(PROVIDERS)) {
    for (const name of [...urlVariables, ...keyVariables]) vi.stubEnv(name, undefined);
  }
});
afterEach(() => vi.unstubAllEnvs());

const make = (options: object) => () => new HttpCrossEncoder(options as HttpCrossEncoderOptions);
const custom = { provider: "custom", baseUrl: "http://h", toRequest: () => ({}), fromResponse: () => [] };

describe("what is refused", () => {
  it.each<[object, string, RegExp]>([
    [{ provider: "cohare" }, "provider", /"cohere".*"custom"/],
    [{ provider: "toString" }, "provider", /"cohere"/],
    [{}, "provider", /"cohere"/],
    [{ provider: "cohere" }, "apiKey", /CO_API_KEY or COHERE_API_KEY/],
    [{ provider: "voyage" }, "apiKey", /VOYAGE_API_KEY/],
    [{ provider: "localai", model: "m" }, "baseUrl", /LOCALAI_BASE_URL/],
    [{ provider: "tei" }, "baseUrl", /TEI_BASE_URL/],
    [{ provider: "localai", baseUrl: "http://h" }, "model", /localai/],
    [{ provider: "together", apiKey: "k" }, "model", /together/],
    [{ provider: "tei", baseUrl: "localhost:8080" }, "baseUrl", /http/],
    [{ provider: "tei", baseUrl: "/rerank" }, "baseUrl", /http/],
    [{ provider: "tei", baseUrl: "ftp://h" }, "baseUrl", /http/],
    [{ provider: "tei", baseUrl: 7 }, "baseUrl", /http/],
    [{ provider: "tei", baseUrl: "http://h", model: "" }, "model", /non-blank/],
    [{ provider: "tei", baseUrl: "http://h", timeout: 0 }, "timeout", /above 0/],
    [{ provider: "tei", baseUrl: "http://h", timeout: Number.NaN }, "timeout", /above 0/],
    [{ provider: "tei", baseUrl: "http://h", retries: -1 }, "retries", /0 or more/],
    [{ provider: "tei", baseUrl: "http://h", retries: 1.5 }, "retries", /integer/],
    [{ provider: "tei", baseUrl: "http://h", maxConcurrency: 0 }, "maxConcurrency", /positive integer/],
    [{ provider: "tei", baseUrl: "http://h", maxBatchSize: 0 }, "maxBatchSize", /positive integer/],
    [{ provider: "tei", baseUrl: "http://h", maxResponseBytes: 0 }, "maxResponseBytes", /positive integer/],
    [{ provider: "tei", baseUrl: "http://h", fetch: {} }, "fetch", /function/],
    [{ provider: "tei", baseUrl: "http://h", activation: "softmax" }, "activation", /sigmoid/],
    [{ provider: "tei", baseUrl: "http://h", extra: 7 }, "extra", /object/],
    [{ provider: "tei", baseUrl: "http://h", headers: { "bad name": "x" } }, 'headers["bad name"]', /header name/],
    [{ provider: "tei", baseUrl: "http://h", headers: { x: "a\nb" } }, 'headers["x"]', /line breaks/],
    [{ provider: "jina", apiKey: "k", instruction: " " }, "instruction", /non-blank/],
    [{ ...custom, toRequest: undefined }, "toRequest", /function/],
    [{ ...custom, fromResponse: "x" }, "fromResponse", /function/],
    [{ ...custom, baseUrl: undefined }, "baseUrl", /http/],
  ])("%j", (options, option, message) => {
    expect(make(options)).toThrow(
      expect.objectContaining({ name: "InvalidOptionError", option, message: expect.stringMatching(message) }),
    );
  });

  it("names a misspelled option without showing its value", () => {
    expect(make({ provider: "tei", baseUrl: "http://h", api_key: "sk-secret-123" })).toThrow(
      expect.objectContaining({ option: "api_key", value: "[hidden]", message: expect.stringContaining("apiKey") }),
    );
  });

  it("does not show the password of an invalid address", () => {
    expect(make({ provider: "tei", baseUrl: "http//me:hunter2@h" })).toThrow(
      expect.objectContaining({ value: "[hidden]", message: expect.not.stringContaining("hunter2") }),
    );
  });
});

describe("where requests go", () => {
  /** The address and authorisation of one call, seen by a fetch at the far end. */
  async function target(options: object) {
    const seen: { url: string; headers: Headers }[] = [];
    const fetch = async (url: string, init: RequestInit) => {
      seen.push({ url, headers: new Headers(init.headers) });
      return Response.json([{ index: 0, score: 1 }]);
    };
    await new HttpCrossEncoder({ ...options, fetch } as unknown as HttpCrossEncoderOptions).score("q", ["t"]);
    return seen[0];
  }

  it.each<[object, string]>([
    [{ provider: "cohere" }, "https://api.cohere.com/v2/rerank"],
    [{ provider: "cohere-v1" }, "https://api.cohere.com/v1/rerank"],
    [{ provider: "jina" }, "https://api.jina.ai/v1/rerank"],
    [{ provider: "voyage" }, "https://api.voyageai.com/v1/rerank"],
    [{ provider: "mixedbread" }, "https://api.mixedbread.com/v1/reranking"],
    [{ provider: "pinecone" }, "https://api.pinecone.io/rerank"],
    [
      { provider: "nvidia", model: "nvidia/llama-3.2-nv-rerankqa-1b-v2" },
      "https://ai.api.nvidia.com/v1/retrieval/nvidia/llama-3_2-nv-rerankqa-1b-v2/reranking",
    ],
    [{ provider: "nvidia", baseUrl: "http://nim:8000/v1" }, "http://nim:8000/v1/ranking"],
    [{ provider: "together", model: "m" }, "https://api.together.xyz/v1/rerank"],
    [{ provider: "tei", baseUrl: "http://h:1/" }, "http://h:1/rerank"],
    [{ provider: "tei", baseUrl: "http://h:1/rerank" }, "http://h:1/rerank"],
    [{ provider: "vllm", baseUrl: "http://h:1/v1" }, "http://h:1/v1/rerank"],
    [{ provider: "vllm", baseUrl: "http://h:1/v1/rerank/" }, "http://h:1/v1/rerank"],
    [{ provider: "localai", model: "m", baseUrl: "http://h:1/local" }, "http://h:1/local/v1/rerank"],
    [{ provider: "infinity", model: "m", baseUrl: "http://h:1/v1?tenant=a" }, "http://h:1/v1/rerank?tenant=a"],
  ])("%j", async (options, url) => {
    const seen = await target({ apiKey: "key-1", ...options });
    expect(seen?.url).toBe(url);
    const { provider } = options as { provider: string };
    expect(seen?.headers.get(provider === "pinecone" ? "api-key" : "authorization")).toMatch(/key-1$/);
  });

  it("reads address and key from the environment unless options have them", async () => {
    vi.stubEnv("TEI_BASE_URL", "http://from-env:80");
    vi.stubEnv("TEI_API_KEY", "env-key");
    const fromEnvironment = await target({ provider: "tei" });
    expect(fromEnvironment?.url).toBe("http://from-env/rerank");
    expect(fromEnvironment?.headers.get("authorization")).toBe("Bearer env-key");
    const fromOptions = await target({ provider: "tei", baseUrl: "http://given", apiKey: "given-key" });
    expect(fromOptions?.url).toBe("http://given/rerank");
    expect(fromOptions?.headers.get("authorization")).toBe("Bearer given-key");
  });

  it("sends no authorization without a key, and lets headers override everything", async () => {
    expect((await target({ provider: "tei", baseUrl: "http://h" }))?.headers.has("authorization")).toBe(false);
    const own = await target({ provider: "cohere", headers: { Authorization: "Token abcd" } });
    expect(own?.headers.get("authorization")).toBe("Token abcd");
  });

  it("turns credentials in the address into Basic authorization", async () => {
    const seen = await target({ provider: "tei", baseUrl: "http://me:p%40ss@h" });
    expect(seen?.url).toBe("http://h/rerank");
    expect(seen?.headers.get("authorization")).toBe(`Basic ${btoa("me:p@ss")}`);
  });

  it("sends credentials in UTF-8, whatever characters they have", async () => {
    const seen = await target({ provider: "tei", baseUrl: "http://me:p%E2%82%ACss-ü@h" });
    expect(seen?.headers.get("authorization")).toBe(`Basic ${Buffer.from("me:p€ss-ü").toString("base64")}`);
  });

  it.each([
    { provider: "tei", baseUrl: "http://me:100%@h" },
    { provider: "tei", baseUrl: "http://m%zz:secret@h" },
    { provider: "custom", baseUrl: "http://me:100%@h", toRequest: () => ({}), fromResponse: () => [] },
    { provider: "cloudflare", apiKey: "key-1", baseUrl: "https://api.cloudflare.com/client/v4/accounts/50%/ai" },
  ])("refuses a % that encodes nothing, without showing the address: %j", async (options) => {
    const error = await target(options as HttpCrossEncoderOptions).catch((thrown) => thrown);
    expect(error).toMatchObject({
      name: "InvalidOptionError",
      option: "baseUrl",
      value: "[hidden]",
      message: expect.stringContaining('written as "%25"'),
    });
  });

  it("joins paths at the segments that they share", () => {
    expect(joinPaths("/", "/v1/rerank")).toBe("/v1/rerank");
    expect(joinPaths("/a/v1", "/v1/rerank")).toBe("/a/v1/rerank");
    expect(joinPaths("/v1/rerank", "/v1/rerank")).toBe("/v1/rerank");
    expect(joinPaths("/v1/v1", "/v1/rerank")).toBe("/v1/v1/rerank");
  });
});

describe("short names", () => {
  it("treats only known providers before a colon as remote", () => {
    for (const name of ["cohere:rerank-v3.5", "ollama:dengcao/Qwen3-Reranker-0.6B:Q8_0", "tei:", "localai:m"])
      expect(isRemoteModel(name)).toBe(true);
    for (const name of ["cross-encoder/ms-marco", "C:\\models\\x", "cohere", "file:///m", "constructor:x"])
      expect(isRemoteModel(name)).toBe(false);
  });

  it("makes a scorer from the environment", async () => {
    vi.stubEnv("CO_API_KEY", "key-1");
    vi.stubEnv("LOCALAI_BASE_URL", "http://h");
    expect(await createRemoteScorer("cohere:rerank-v4.0-pro")).toMatchObject({
      model: "cohere:rerank-v4.0-pro",
      lowestScore: 0,
    });
    expect(await createRemoteScorer("localai:a:b")).toMatchObject({ model: "localai:a:b" });
    expect(await createRemoteScorer("ollama:qwen3-reranker:0.6b")).toMatchObject({
      model: "ollama:qwen3-reranker:0.6b",
    });
  });

  it("checks a name before anything is loaded", () => {
    expect(() => checkRemoteModel("cohere:rerank-v3.5")).toThrow(/CO_API_KEY/);
    expect(() => checkRemoteModel("localai:m")).toThrow(/LOCALAI_BASE_URL/);
    vi.stubEnv("CO_API_KEY", "key-1");
    expect(() => checkRemoteModel("cohere:rerank-v3.5")).not.toThrow();
  });

  it.each(["cohere:", "tei:", "typesafe:", "openai-decisions:", "vllm-decisions:laya", "ollama:qwen3-reranker:0.6b"])(
    "names the same model before and after the scorer for %s is made",
    async (name) => {
      for (const variable of ["CO_API_KEY", "TYPESAFE_API_KEY", "OPENAI_API_KEY"]) vi.stubEnv(variable, "key-1");
      for (const variable of ["TEI_BASE_URL", "VLLM_BASE_URL"]) vi.stubEnv(variable, "http://h");
      const before = createScorer(name).model;
      expect(before).toBe((await createRemoteScorer(name)).model);
    },
  );

  it("does not make a cache pay twice because the name of the model is known only later", async () => {
    await using server = await startServer(cohereAnswer);
    vi.stubEnv("CO_API_KEY", "key-1");
    vi.stubEnv("CO_API_URL", server.url);
    const scorer = new CachedScorer({ model: createScorer("cohere:") });
    const first = await scorer.score("tea", ["green tea"]);
    expect(await scorer.score("tea", ["green tea"])).toEqual(first);
    expect(server.received).toHaveLength(1);
  });
});

describe("the short form in a reranker", () => {
  it("refuses at construction a name for which the environment lacks something", () => {
    expect(() => new CrossEncoderReranker({ model: "cohere:rerank-v3.5" })).toThrow(/CO_API_KEY or COHERE_API_KEY/);
    expect(() => new CrossEncoderReranker({ model: "localai:m" })).toThrow(/LOCALAI_BASE_URL/);
    expect(() => new CrossEncoderReranker({ model: "ollama:" })).toThrow(/name of a model/);
  });

  it("scores with the provider that the name begins with", async () => {
    await using server = await startServer(cohereAnswer);
    vi.stubEnv("LOCALAI_BASE_URL", server.url);
    const reranker = new CrossEncoderReranker({ model: "localai:jina-reranker-v1", topN: 1 });
    const documents = ["a bicycle", "green tea"].map((pageContent) => new Document({ pageContent }));
    const { documents: best, report } = await reranker.rerank(documents, "green tea");
    expect(best[0]?.pageContent).toBe("green tea");
    expect(report.model).toBe("localai:jina-reranker-v1");
    expect(server.received[0]?.body.model).toBe("jina-reranker-v1");
  });

  it("puts an empty document last, below logits that are negative", async () => {
    await using server = await startServer(() => ({ results: [{ index: 0, relevance_score: -4.1 }] }));
    vi.stubEnv("LOCALAI_BASE_URL", server.url);
    const documents = ["", "green tea"].map((pageContent) => new Document({ pageContent }));
    const ranked = await new CrossEncoderReranker({ model: "localai:m" }).compressDocuments(documents, "tea");
    expect(ranked.map(({ pageContent }) => pageContent)).toEqual(["green tea", ""]);
  });
});
