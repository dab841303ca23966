import { getEventListeners } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** A long job: the bundled model runs about one batch per passage. */
const JOB = passages(2000);

describe("a thread that cannot load the model", () => {
  it("leaves the work to those that have loaded it, and is tried again after dispose()", async () => {
    const folder = mkdtempSync(join(tmpdir(), "engine-"));
    const model = join(folder, "model");
    cpSync(tiny("bert-one-logit"), model, { recursive: true });
    await using scorer = new OnnxCrossEncoder({ model, workers: 3 });
    const texts = passages(300);
    // One text is the work of one thread.
    await scorer.score("ferry", texts.slice(0, 1));
    expect(threads.workers).toHaveLength(1);
    rmSync(folder, { recursive: true });
    const scores = await scorer.score("ferry", texts);
    expect(threads.count("failed")).toBeGreaterThan(0);
    expect(threads.workers.length).toBeLessThanOrEqual(3);
    await using other = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 3 });
    expect(scores).toEqual(await other.score("ferry", texts));
    await scorer.dispose();
    await expect(scorer.score("ferry", texts)).rejects.toThrow(/no such file/);
  });
});

describe("an abort", () => {
  it("during a long job stops the threads within a batch, and the next call works", async () => {
    await using scorer = new OnnxCrossEncoder({ workers: 2, batchTokens: 256 });
    const alone = await scorer.score("ferry", ["The ferry leaves."]);
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const job = scorer.score("when does the ferry leave?", JOB, { signal: controller.signal });
    await threads.next("done");
    controller.abort(reason);
    expect(await caught(job)).toBe(reason);
    const before = threads.count("done");
    expect(await scorer.score("ferry", ["The ferry leaves."])).toEqual(alone);
    // Each thread may finish the chunk whose last batch was running; no chunk was sent to a thread after the abort.
    expect(threads.count("done") - before).toBeLessThanOrEqual(3);
    expect(threads.batches).toBeLessThan(JOB.length / 4);
    expect(threads.ended).toBe(0);
    expect(threads.workers.length).toBeLessThanOrEqual(2);
  });

  it("of one call does not affect other calls", async () => {
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

  it("before a call rejects it without starting a thread", async () => {
    const scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit") });
    expect(await caught(scorer.score("q", ["t"], { signal: AbortSignal.abort("never") }))).toBe("never");
    expect(threads.workers).toHaveLength(0);
  });

  it("while the model loads rejects the call at once, and the loaded model serves the next call", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    const controller = new AbortController();
    const call = scorer.score("q", ["t"], { signal: controller.signal });
    await threads.started();
    controller.abort("too slow");
    expect(await caught(call)).toBe("too slow");
    expect(await scorer.score("q", ["t"])).toHaveLength(1);
    expect(threads.workers).toHaveLength(1);
  });

  it("stops embedding within a batch, and the next call works", async () => {
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

describe("a reranker's timeout", () => {
  it("stops the threads within a batch, and the next call works", async () => {
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
    "rejects its call with a BackendError, and the next call starts a new thread (%i workers)",
    async (workers) => {
      await using scorer = new OnnxCrossEncoder({ workers });
      const alone = await scorer.score("ferry", ["The ferry leaves."]);
      const call = caught(scorer.score("ferry", passages(300)));
      await threads.next("done");
      const before = threads.workers.length;
      for (const worker of threads.workers) void worker.terminate();
      const error = await call;
      expect(error).toBeInstanceOf(BackendError);
      expect(error).toMatchObject({
        backend: "onnx worker",
        message: expect.stringMatching(/thread died.*next call starts/),
      });
      expect(await scorer.score("ferry", ["The ferry leaves."])).toEqual(alone);
      expect(threads.workers.length).toBeGreaterThan(before);
      await vi.waitFor(() => expect(threads.ended).toBe(before), 30_000);
    },
  );

  it("between calls is replaced at the next call", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    const alone = await scorer.score("q", ["text"]);
    await threads.workers[0]!.terminate();
    expect(await scorer.score("q", ["text"])).toEqual(alone);
    expect(threads.workers).toHaveLength(2);
  });

  it("while it loads its model rejects the waiting call", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    const call = caught(scorer.score("q", ["text"]));
    await threads.started();
    void threads.workers[0]!.terminate();
    expect(await call).toBeInstanceOf(BackendError);
    expect(await scorer.score("q", ["text"])).toHaveLength(1);
  });
});

describe("many calls at once", () => {
  it("over two models give the same scores as calls one after the other", async () => {
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

  it("share threads if their instances have the same model and options, and only then", async () => {
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

  it("let a short call finish before a long one that started earlier", async () => {
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

it("10,000 calls that share a signal leave no listener on it and print no warning", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
  const { signal } = new AbortController();
  let most = 0;
  for (let round = 0; round < 100; round++) {
    const calls = Array.from({ length: 100 }, () => scorer.score("q", ["t"], { signal }));
    most = Math.max(most, getEventListeners(signal, "abort").length);
    await Promise.all(calls);
  }
  process.off("warning", onWarning);
  expect(most).toBe(1);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  expect(warnings).toEqual([]);
});

describe("the event loop", () => {
  it("is not blocked by a long call", async () => {
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

  it("start with the first call that has texts, not with the instance", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1 });
    expect(await scorer.score("q", [])).toEqual([]);
    expect(threads.workers).toHaveLength(0);
  });

  it("end at dispose(), which rejects calls in progress, and start again at the next call", async () => {
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

  it("end with the `await using` scope of a reranker that was given the name of a model", async () => {
    {
      await using reranker = new CrossEncoderReranker({ model });
      await reranker.compressDocuments([new Document({ pageContent: "t" })], "q");
      expect(threads.ended).toBe(0);
    }
    expect(threads.workers.length).toBeGreaterThan(0);
    expect(threads.ended).toBe(threads.workers.length);
  });

  it("of a scorer that the caller created outlive the reranker that used it", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1 });
    {
      await using reranker = new CrossEncoderReranker({ model: scorer });
      await reranker.compressDocuments([new Document({ pageContent: "t" })], "q");
    }
    expect(threads.ended).toBe(0);
  });

  it("end after idleTimeout, and start again at the next call", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1, idleTimeout: 30 });
    const alone = await scorer.score("q", ["t"]);
    await vi.waitFor(() => expect(threads.ended).toBe(1), 30_000);
    expect(await scorer.score("q", ["t"])).toEqual(alone);
    expect(threads.workers).toHaveLength(2);
  });

  it("do not end during a call that takes longer than idleTimeout", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1, idleTimeout: 1 });
    expect(await scorer.score("q", passages(400))).toHaveLength(400);
    expect(threads.workers).toHaveLength(1);
  });
});
