import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { inspect } from "node:util";
import { Document } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import { OllamaEmbeddings } from "@langchain/ollama";
import { describe, expect, it } from "vitest";
import {
  BackendError,
  EmbeddingSimilarityReranker,
  HybridReranker,
  InvalidInputError,
  RerankTimeoutError,
} from "../../src/index.js";
import { EndNumber } from "./scorers.js";

const SECRET = "sk-very-secret-9f8e7d";

/** Fails with a given error, and holds a key as LangChain's integrations do. */
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

/** Throws before it returns a promise, while the query is still being embedded. */
class ThrowingEmbeddings extends FailingEmbeddings {
  override embedDocuments(): Promise<number[][]> {
    throw new Error("no server");
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

describe("embeddings that fail", () => {
  it.each([
    ["EmbeddingSimilarityReranker", (embeddings: Embeddings) => new EmbeddingSimilarityReranker({ embeddings })],
    ["HybridReranker", (embeddings: Embeddings) => new HybridReranker({ embeddings, model: new EndNumber() })],
    [
      "HybridReranker with a fusion",
      (embeddings: Embeddings) =>
        new HybridReranker({
          firstStage: { fuse: [embeddings, new EmbeddingSimilarityReranker({ embeddings })] },
          model: new EndNumber(),
        }),
    ],
  ])("make %s reject with an error that names them, the number of texts, and the cause", async (_name, make) => {
    const embeddings = new OllamaEmbeddings({
      model: "nomic-embed-text",
      baseUrl: await closedAddress(),
      maxRetries: 0,
    });
    const error = await caught(make(embeddings).rerank(documents, "q"));
    expect(error).toBeInstanceOf(BackendError);
    expect(error.backend).toBe("nomic-embed-text");
    expect(error.message).toMatch(
      /^nomic-embed-text failed: OllamaEmbeddings could not embed the query and 3 texts \(TypeError: ECONNREFUSED\)\./,
    );
    expect(error.message).toMatch(/Check that its server is running/);
  });

  it("make a reranker report their HTTP status and error code", async () => {
    const error = await failure(Object.assign(new Error("model not found"), { status_code: 404 }));
    expect(error.status).toBe(404);
    expect(error.message).toContain("(Error: HTTP status 404)");
    expect((await failure(Object.assign(new Error("x"), { code: "ETIMEDOUT" }))).message).toContain("(ETIMEDOUT)");
  });

  it("make a reranker reject if they throw synchronously or throw something that is not an Error", async () => {
    const embeddings = new FailingEmbeddings(() => {
      throw new RangeError("now");
    });
    const thrown = await caught(new EmbeddingSimilarityReranker({ embeddings }).rerank(documents.slice(0, 1), "q"));
    expect(thrown.message).toContain("the query and 1 text (RangeError)");
    expect((await failure("gone")).message).toContain("(a string was thrown)");
    expect((await failure(undefined)).message).toContain("(undefined was thrown)");
  });

  it.each([
    ["its message", new Error(`no such key: ${SECRET}`)],
    ["its code", Object.assign(new Error("x"), { code: SECRET })],
    ["its name", Object.assign(new Error("x"), { name: SECRET })],
    ["a cause", new TypeError("fetch failed", { cause: new Error(`refused ${SECRET}`) })],
    ["the request that it carries", Object.assign(new Error("401"), { config: { headers: { key: SECRET } } })],
    ["an address", new Error(`cannot reach http://me:${SECRET}@host/v1`)],
  ])("do not leak a secret that the original error has in %s", async (_name, thrown) => {
    const error = await failure(thrown);
    expect(JSON.stringify(flatten(error))).not.toContain(SECRET);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it("make a reranker reject with an abort's reason, a timeout, or an error of this package unchanged", async () => {
    const controller = new AbortController();
    const reason = { why: "changed my mind" };
    const embeddings = new FailingEmbeddings(async () => {
      controller.abort(reason);
      throw new TypeError("fetch failed");
    });
    const call = new EmbeddingSimilarityReranker({ embeddings }).rerank(documents, "q", { signal: controller.signal });
    expect(await caught(call)).toBe(reason);
    const hanging = new FailingEmbeddings(() => new Promise(() => {}));
    const late = new EmbeddingSimilarityReranker({ embeddings: hanging, timeout: 5 }).rerank(documents, "q");
    expect(await caught(late)).toBeInstanceOf(RerankTimeoutError);
    const invalid = new InvalidInputError("texts[0]", "it is too long.");
    expect(await failure(invalid)).toBe(invalid);
  });
});

/** An address that nothing listens on. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return `http://127.0.0.1:${port}`;
}

/** Everything that an error contains, hidden fields and causes included. */
function flatten(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, flatten(fields[name])]));
}

it("leaves no rejection unhandled when the documents fail at once and the query later", async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", listener);
  const embeddings = new ThrowingEmbeddings(() => Promise.reject(new Error("no server")));
  await expect(new EmbeddingSimilarityReranker({ embeddings }).rerank(documents, "q")).rejects.toThrow(BackendError);
  // Node reports rejections after the microtasks of a turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", listener);
  expect(unhandled).toEqual([]);
});
