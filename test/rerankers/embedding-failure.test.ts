import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Document } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import { OllamaEmbeddings } from "@langchain/ollama";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  BackendError,
  EmbeddingSimilarityReranker,
  HybridReranker,
  InvalidInputError,
  RerankTimeoutError,
} from "../../src/index.js";
import { EndNumber } from "./scorers.js";

const SECRET = "sk-very-secret-9f8e7d";

/** Fails as it is told to, and keeps a key as LangChain's integrations do. */
class FailingEmbeddings extends Embeddings {
  readonly model = "failing-embed";
  readonly clientConfig = { apiKey: SECRET, defaultHeaders: { Authorization: `Bearer other-${SECRET}` } };

  constructor(readonly fail: () => Promise<never>) {
    super({});
  }

  embedDocuments(): Promise<number[][]> {
    return this.fail();
  }

  embedQuery(): Promise<number[]> {
    return this.fail();
  }
}

const documents = ["a", "b", " ", "c"].map((pageContent) => new Document({ pageContent }));
const caught = (promise: Promise<unknown>): Promise<BackendError> =>
  promise.then(
    () => expect.unreachable("it resolved"),
    (error) => error,
  );
const failure = (error: unknown, options = {}) => {
  const embeddings = new FailingEmbeddings(() => Promise.reject(error));
  return caught(new EmbeddingSimilarityReranker({ embeddings, ...options }).rerank(documents, "q"));
};

afterEach(() => vi.unstubAllEnvs());

describe("embeddings that fail", () => {
  it.each([
    ["EmbeddingSimilarityReranker", (embeddings: Embeddings) => new EmbeddingSimilarityReranker({ embeddings })],
    ["HybridReranker", (embeddings: Embeddings) => new HybridReranker({ embeddings, model: new EndNumber() })],
    [
      "HybridReranker over a fusion",
      (embeddings: Embeddings) =>
        new HybridReranker({
          firstStages: [
            new EmbeddingSimilarityReranker({ embeddings }),
            new EmbeddingSimilarityReranker({ embeddings }),
          ],
          model: new EndNumber(),
        }),
    ],
  ])("make %s reject with which they were, on how much, and why", async (_name, make) => {
    const embeddings = new OllamaEmbeddings({
      model: "nomic-embed-text",
      baseUrl: await closedAddress(),
      maxRetries: 0,
    });
    const error = await caught(make(embeddings).rerank(documents, "q"));
    expect(error).toBeInstanceOf(BackendError);
    expect(error.backend).toBe("nomic-embed-text");
    expect(error.message).toMatch(
      /^nomic-embed-text failed: OllamaEmbeddings could not embed the query and 3 texts \(/,
    );
    expect(error.message).toMatch(
      /fetch failed: connect ECONNREFUSED 127\.0\.0\.1:\d+\)\. Is the server that it asks running, and are its address/,
    );
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it("keep what they threw as the cause, and its status", async () => {
    const thrown = Object.assign(new Error("model not found, try pulling it first"), { status_code: 404 });
    const error = await failure(thrown);
    expect(error.cause).toBe(thrown);
    expect(error.status).toBe(404);
    expect(error.message).toContain("model not found, try pulling it first");
  });

  it("that throw at once, or something that is no error, are told of too", async () => {
    const embeddings = new FailingEmbeddings(() => {
      throw new RangeError("at once");
    });
    const thrown = await caught(new EmbeddingSimilarityReranker({ embeddings }).rerank(documents.slice(0, 1), "q"));
    expect(thrown.message).toContain("the query and 1 text (RangeError: at once)");
    expect((await failure("gone")).message).toContain("(gone)");
  });

  it.each([
    ["in the message", new Error(`no such key: ${SECRET}`)],
    ["in a header of the client", new Error(`bad header other-${SECRET}`)],
    ["in a cause", new TypeError("fetch failed", { cause: new Error(`refused ${SECRET}`) })],
    ["in the request that it carries", Object.assign(new Error("401"), { config: { headers: { key: SECRET } } })],
    ["in an address", new Error("cannot reach http://me:hunter22@host/v1")],
    ["from the environment", new Error("rejected key-from-environment")],
  ])("show no secret %s", async (_name, thrown) => {
    vi.stubEnv("SOME_PROVIDER_API_KEY", "key-from-environment");
    const error = await failure(thrown);
    const shown = JSON.stringify(flatten(error));
    for (const secret of [SECRET, "hunter22", "key-from-environment"]) expect(shown).not.toContain(secret);
    expect(error.cause).toMatchObject({ name: thrown.name });
  });

  it("let an abort's reason, a timeout and errors of this package through", async () => {
    const controller = new AbortController();
    const reason = { why: "changed my mind" };
    const embeddings = new FailingEmbeddings(async () => {
      controller.abort(reason);
      throw new TypeError("fetch failed");
    });
    const call = new EmbeddingSimilarityReranker({ embeddings }).rerank(documents, "q", { signal: controller.signal });
    expect(await caught(call)).toBe(reason);
    const slow = new FailingEmbeddings(() => new Promise((_, reject) => setTimeout(reject, 50, new Error("late"))));
    const late = new EmbeddingSimilarityReranker({ embeddings: slow, timeout: 5 }).rerank(documents, "q");
    expect(await caught(late)).toBeInstanceOf(RerankTimeoutError);
    const own = new InvalidInputError("texts[0]", "is too long.");
    expect(await failure(own)).toBe(own);
  });
});

/** An address that nothing listens on any more. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return `http://127.0.0.1:${port}`;
}

/** Everything that an error holds, hidden fields and causes with it. */
function flatten(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, flatten(fields[name])]));
}
