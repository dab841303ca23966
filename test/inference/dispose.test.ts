import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Document } from "@langchain/core/documents";
import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
import { StaticEmbeddings } from "langchain-rerank/static";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BackendError,
  CrossEncoderReranker,
  createScorer,
  HybridReranker,
  type RelevanceScorer,
} from "../../src/index.js";
import { passages, ThreadWatch } from "./engine-threads.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));
const crossEncoder = { model: tiny("bert-one-logit"), workers: 1 };
const late = { model: tiny("colbert"), workers: 1 };
const texts = passages(3);

interface Subject {
  call(signal?: AbortSignal): Promise<unknown>;
  dispose(): Promise<void>;
}

const scoring = (scorer: RelevanceScorer): Subject => ({
  call: (signal) => scorer.score("when does the ferry leave?", texts, signal ? { signal } : {}),
  dispose: () => scorer.dispose!(),
});

const SUBJECTS: [string, () => Subject][] = [
  ["OnnxCrossEncoder", () => scoring(new OnnxCrossEncoder(crossEncoder))],
  ["OnnxCrossEncoder with verify", () => scoring(new OnnxCrossEncoder({ workers: 1, verify: true }))],
  ["OnnxLateInteraction", () => scoring(new OnnxLateInteraction(late))],
  [
    "OnnxLateInteraction with verify",
    () => scoring(new OnnxLateInteraction({ model: "late-en-v1", verify: true, workers: 1 })),
  ],
  ["OnnxLateInteraction without a cache", () => scoring(new OnnxLateInteraction({ ...late, cache: false }))],
  ["a scorer of a kind that the folder's files decide", () => scoring(createScorer(late.model, { workers: 1 }))],
  [
    "OnnxEmbeddings",
    () => {
      const embeddings = new OnnxEmbeddings({ model: tiny("bert-encoder"), workers: 1 });
      return {
        call: (signal) => embeddings.embedDocuments(texts, signal ? { signal } : {}),
        dispose: () => embeddings.dispose(),
      };
    },
  ],
];

let threads: ThreadWatch;
beforeEach(() => {
  threads = new ThreadWatch();
});
afterEach(() => threads.stop());

/** Moments during a call. None of them depends on a clock. */
const MOMENTS: [string, () => Promise<unknown> | undefined][] = [
  ["in the same tick as a call", () => undefined],
  ["one promise after a call", () => Promise.resolve()],
  ["seven promises after a call", () => promises(7)],
  ["forty promises after a call", () => promises(40)],
  ["one turn of the event loop after a call", () => nextTurn()],
  ["four turns of the event loop after a call", () => turns(4)],
  ["while the thread of a call loads its model", () => threads.started()],
];

async function promises(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

const settled = (promise: Promise<unknown>) =>
  promise.then(
    () => "a result",
    (error: unknown) => error,
  );

describe.each(SUBJECTS)("dispose() of %s", (_name, make) => {
  it.each(MOMENTS)("%s leaves no thread behind", async (_moment, moment) => {
    const subject = make();
    const call = settled(subject.call());
    await moment();
    await subject.dispose();
    expect(threads.alive).toBe(0);
    // On a fast machine, the call may have ended first.
    expect([expect.any(BackendError), "a result"]).toContainEqual(await call);
    // Whatever the call had yet to do would start a thread within these turns.
    await turns(50);
    expect(threads.alive).toBe(0);
  });

  it("in the same tick as a call affects neither the next call nor the next dispose()", async () => {
    const subject = make();
    const ended = settled(subject.call());
    const disposed = subject.dispose();
    const next = subject.call();
    expect(await ended).toMatchObject({ name: "BackendError", message: expect.stringContaining("disposed") });
    await disposed;
    expect(await next).toHaveLength(texts.length);
    expect(threads.alive).toBe(1);
    await Promise.all([subject.dispose(), subject.dispose()]);
    expect(threads.alive).toBe(0);
  });

  it("does not end the calls of another instance, even if it is called twice", async () => {
    const [one, other] = [make(), make()];
    await Promise.all([one.call(), other.call()]);
    const running = other.call();
    const call = settled(one.call());
    await Promise.all([one.dispose(), one.dispose()]);
    expect(await call).toBeInstanceOf(BackendError);
    expect(await running).toHaveLength(texts.length);
    expect(threads).toMatchObject({ ended: 0, workers: { length: 1 } });
    await other.dispose();
    expect(threads.alive).toBe(0);
  });

  it("frees what aborted calls have opened", async () => {
    const subject = make();
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController();
      const call = settled(subject.call(controller.signal));
      await promises(i * 5);
      controller.abort("changed my mind");
      expect(await call).toBe("changed my mind");
    }
    expect(await subject.call()).toHaveLength(texts.length);
    await subject.dispose();
    expect(threads.alive).toBe(0);
  });
});

describe.each([
  ["CrossEncoderReranker", () => new CrossEncoderReranker({ model: crossEncoder.model })],
  ["HybridReranker", () => new HybridReranker({ model: crossEncoder.model, embeddings: new StaticEmbeddings() })],
] as const)("dispose() of a %s that was given the name of a model", (name, make) => {
  const documents = texts.map((pageContent) => new Document({ pageContent }));

  it.each(MOMENTS)("%s leaves no thread behind", async (_moment, moment) => {
    const reranker = make();
    const call = settled(reranker.rerank(documents, "when does the ferry leave?"));
    await moment();
    await reranker.dispose();
    expect([expect.any(BackendError), "a result"]).toContainEqual(await call);
    await turns(50);
    expect(threads.alive).toBe(0);
  });

  it("in the same tick as a call rejects that call and not the next one", async () => {
    await using reranker = make();
    const ended = settled(reranker.rerank(documents, "when does the ferry leave?"));
    await reranker.dispose();
    const message = expect.stringContaining(`${name} failed: it was disposed of during a call`);
    expect(await ended).toMatchObject({ name: "BackendError", message });
    expect(threads.workers).toHaveLength(0);
    const { documents: ranked } = await reranker.rerank(documents, "when does the ferry leave?");
    expect(ranked).toHaveLength(texts.length);
  });
});

it("dispose() of a reranker that was given a scorer ends none of its calls", async () => {
  await using scorer = new OnnxCrossEncoder(crossEncoder);
  const reranker = new CrossEncoderReranker({ model: scorer });
  const call = reranker.rerank([new Document({ pageContent: "a ferry" })], "when does the ferry leave?");
  await reranker.dispose();
  expect((await call).documents).toHaveLength(1);
});
