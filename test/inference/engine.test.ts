import { fileURLToPath } from "node:url";
import { Document } from "@langchain/core/documents";
import { OnnxCrossEncoder, OnnxEmbeddings } from "langchain-rerank/onnx";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError, CrossEncoderReranker, RerankTimeoutError } from "../../src/index.js";
import { passages, ThreadWatch } from "./engine-threads.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));
const caught = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

let threads: ThreadWatch;
beforeEach(() => {
  threads = new ThreadWatch();
});
afterEach(() => threads.stop());

/** Batches of all the passages, were none of them given up: one a passage or so with the bundled model. */
const JOB = passages(2000);

describe("an abort", () => {
  it("after 200 ms of a long job stops the threads within a batch, and the next call works", async () => {
    await using scorer = new OnnxCrossEncoder({ workers: 2, batchTokens: 256 });
    const alone = await scorer.score("ferry", ["The ferry leaves."]);
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const job = scorer.score("when does the ferry leave?", JOB, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 200);
    expect(await caught(job)).toBe(reason);
    const before = threads.count("done");
    expect(await scorer.score("ferry", ["The ferry leaves."])).toEqual(alone);
    // A chunk whose last batch ran when the abort came is finished, one a thread; nothing of the job was handed out afterwards.
    expect(threads.count("done") - before).toBeLessThanOrEqual(3);
    expect(threads.batches).toBeLessThan(JOB.length / 4);
    expect(threads.ended).toBe(0);
    expect(threads.workers.length).toBeLessThanOrEqual(2);
  });

  it("of one call leaves the others alone", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 2 });
    const texts = passages(60);
    const expected = await scorer.score("ferry", texts);
    const controller = new AbortController();
    const kept = scorer.score("ferry", texts);
    const dropped = scorer.score("ferry", texts, { signal: controller.signal });
    controller.abort("enough");
    expect(await caught(dropped)).toBe("enough");
    expect(await kept).toEqual(expected);
  });

  it("before the call starts no thread", async () => {
    const scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit") });
    expect(await caught(scorer.score("q", ["t"], { signal: AbortSignal.abort("never") }))).toBe("never");
    expect(threads.workers).toHaveLength(0);
  });

  it("while the model loads rejects at once, and the model serves the next call", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    const controller = new AbortController();
    const call = scorer.score("q", ["t"], { signal: controller.signal });
    await threads.started();
    controller.abort("too slow");
    expect(await caught(call)).toBe("too slow");
    expect(await scorer.score("q", ["t"])).toHaveLength(1);
    expect(threads.workers).toHaveLength(1);
  });

  it("stops embeddings too", async () => {
    await using embeddings = new OnnxEmbeddings({ model: tiny("bert-encoder"), workers: 1 });
    await embeddings.embedQuery("up");
    const controller = new AbortController();
    const call = embeddings.embedDocuments(passages(3000), { signal: controller.signal });
    await threads.next("done");
    controller.abort("enough");
    expect(await caught(call)).toBe("enough");
    const before = threads.count("done");
    expect(await embeddings.embedQuery("next")).toHaveLength(32);
    expect(threads.count("done") - before).toBeLessThanOrEqual(3);
  });
});

describe("a timeout of the reranker", () => {
  it("stops the threads as an abort does", async () => {
    await using scorer = new OnnxCrossEncoder({ workers: 2, batchTokens: 256 });
    await scorer.score("ferry", ["The ferry leaves."]);
    const reranker = new CrossEncoderReranker({ model: scorer, timeout: 200 });
    const documents = JOB.map((pageContent) => new Document({ pageContent }));
    expect(await caught(reranker.compressDocuments(documents, "ferry"))).toBeInstanceOf(RerankTimeoutError);
    const before = threads.count("done");
    const { documents: next } = await reranker.rerank(documents.slice(0, 1), "ferry", { timeout: 60_000 });
    expect(next).toHaveLength(1);
    expect(threads.count("done") - before).toBeLessThanOrEqual(3);
    expect(threads.batches).toBeLessThan(JOB.length / 4);
  });
});

describe("a thread that dies", () => {
  it.each([1, 2])(
    "rejects the call in flight with a named error, and the next call starts anew (%i workers)",
    async (workers) => {
      await using scorer = new OnnxCrossEncoder({ workers });
      const alone = await scorer.score("ferry", ["The ferry leaves."]);
      const call = caught(scorer.score("ferry", passages(300)));
      await threads.next("done");
      const before = threads.workers.length;
      for (const worker of threads.workers) void worker.terminate();
      const error = await call;
      expect(error).toBeInstanceOf(BackendError);
      expect(error).toMatchObject({ backend: "onnx worker", message: expect.stringMatching(/died.*next call starts/) });
      expect(await scorer.score("ferry", ["The ferry leaves."])).toEqual(alone);
      expect(threads.workers.length).toBeGreaterThan(before);
      await vi.waitFor(() => expect(threads.ended).toBe(before), 30_000);
    },
  );

  it("while nothing runs is replaced without anybody noticing", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    const alone = await scorer.score("q", ["text"]);
    await threads.workers[0]!.terminate();
    expect(await scorer.score("q", ["text"])).toEqual(alone);
    expect(threads.workers).toHaveLength(2);
  });

  it("while it loads rejects the call that waits for it", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    const call = caught(scorer.score("q", ["text"]));
    await threads.started();
    void threads.workers[0]!.terminate();
    expect(await call).toBeInstanceOf(BackendError);
    expect(await scorer.score("q", ["text"])).toHaveLength(1);
  });
});

describe("many calls at once", () => {
  it("over two models give the scores of one by one", async () => {
    await using a = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 2 });
    await using b = new OnnxCrossEncoder({ model: tiny("xlm-roberta"), workers: 2 });
    const jobs = Array.from({ length: 20 }, (_, i) => ({
      scorer: i % 2 === 0 ? a : b,
      query: `query ${i} of the town`,
      texts: passages(3 + ((i * 7) % 40)).map((text) => `${i} ${text}`),
    }));
    const oneByOne: (readonly number[])[] = [];
    for (const { scorer, query, texts } of jobs) oneByOne.push(await scorer.score(query, texts));
    const atOnce = await Promise.all(jobs.map(({ scorer, query, texts }) => scorer.score(query, texts)));
    expect(atOnce).toEqual(oneByOne);
    for (const [i, { scorer, query, texts }] of jobs.slice(0, 2).entries()) {
      const [last] = await scorer.score(query, [texts.at(-1)!]);
      expect(last).toBeCloseTo(oneByOne[i]!.at(-1)!, 5);
    }
    expect(threads.workers.length).toBeLessThanOrEqual(4);
  });

  it("share the threads of instances that name the same model and options, and no others", async () => {
    const options = { model: tiny("bert-one-logit"), workers: 1 };
    const [a, b] = [new OnnxCrossEncoder(options), new OnnxCrossEncoder(options)];
    await Promise.all([a.score("q", ["t"]), b.score("q", ["t"])]);
    expect(threads.workers).toHaveLength(1);
    await a.dispose();
    expect(threads.ended).toBe(0);
    expect(await b.score("q", ["t"])).toHaveLength(1);
    await b.dispose();
    expect(threads.ended).toBe(1);
    await using other = new OnnxCrossEncoder({ ...options, threads: 2 });
    await other.score("q", ["t"]);
    expect(threads.workers).toHaveLength(2);
  });

  it("let a short one pass a long one", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    await scorer.score("q", ["t"]);
    const order: string[] = [];
    await Promise.all([
      scorer.score("q", passages(1500)).then(() => order.push("long")),
      scorer.score("q", ["t"]).then(() => order.push("short")),
    ]);
    expect(order).toEqual(["short", "long"]);
  });
});

describe("the event loop", () => {
  it("turns while a long call runs", async () => {
    await using scorer = new OnnxCrossEncoder({ workers: 2 });
    await scorer.score("ferry", ["up"]);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await scorer.score("when does the ferry leave?", passages(60));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(30);
  });
});

describe("threads", () => {
  const model = tiny("bert-one-logit");

  it("start with the first call, not with the instance", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1 });
    expect(await scorer.score("q", [])).toEqual([]);
    expect(threads.workers).toHaveLength(0);
  });

  it("end with dispose, which rejects what runs; a later call starts anew", async () => {
    const scorer = new OnnxCrossEncoder({ model, workers: 1 });
    const alone = await scorer.score("q", ["t"]);
    const running = caught(scorer.score("q", passages(2000)));
    await threads.next("done");
    await scorer.dispose();
    expect(await running).toBeInstanceOf(BackendError);
    expect(threads.ended).toBe(1);
    await scorer.dispose();
    expect(await scorer.score("q", ["t"])).toEqual(alone);
    await scorer.dispose();
    expect(threads.ended).toBe(2);
  });

  it("end with the scope of an await using, of scorers and of rerankers that named their model", async () => {
    {
      await using reranker = new CrossEncoderReranker({ model });
      await reranker.compressDocuments([new Document({ pageContent: "t" })], "q");
      expect(threads.ended).toBe(0);
    }
    expect(threads.workers.length).toBeGreaterThan(0);
    expect(threads.ended).toBe(threads.workers.length);
  });

  it("that the caller owns outlive the reranker that used them", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1 });
    {
      await using reranker = new CrossEncoderReranker({ model: scorer });
      await reranker.compressDocuments([new Document({ pageContent: "t" })], "q");
    }
    expect(threads.ended).toBe(0);
  });

  it("are freed after idleTimeout, and started again by the next call", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1, idleTimeout: 30 });
    const alone = await scorer.score("q", ["t"]);
    await vi.waitFor(() => expect(threads.ended).toBe(1), 30_000);
    expect(await scorer.score("q", ["t"])).toEqual(alone);
    expect(threads.workers).toHaveLength(2);
  });

  it("are not freed by idleTimeout amid work", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1, idleTimeout: 1 });
    expect(await scorer.score("q", passages(400))).toHaveLength(400);
    expect(threads.workers).toHaveLength(1);
  });
});
