import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
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
  ["a scorer that a folder's files choose", () => scoring(createScorer(late.model, { workers: 1 }))],
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

/** How long after a call's start: in the same tick, within the promises that follow, within the first turns of the event loop. */
const MOMENTS: [string, () => Promise<unknown> | undefined][] = [
  ["in the same tick", () => undefined],
  ["one promise later", () => Promise.resolve()],
  ["some promises later", () => promises(7)],
  ["many promises later", () => promises(40)],
  ["a turn later", () => nextTurn()],
  ["some turns later", () => turns(4)],
  ["while it loads", () => sleep(40)],
];

async function promises(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

let threads: ThreadWatch;
beforeEach(() => {
  threads = new ThreadWatch();
});
afterEach(() => threads.stop());

const alive = () => threads.workers.length - threads.ended;
const settled = (promise: Promise<unknown>) =>
  promise.then(
    () => "a result",
    (error: unknown) => error,
  );

describe.each(SUBJECTS)("dispose() of %s", (_name, make) => {
  it.each(MOMENTS)("%s after a call leaves no thread behind", async (_moment, moment) => {
    const subject = make();
    const call = settled(subject.call());
    await moment();
    await subject.dispose();
    expect(alive()).toBe(0);
    // A fast machine may be done by then.
    expect([expect.any(BackendError), "a result"]).toContainEqual(await call);
    // Time for what was under way to go on, were it not stopped.
    await sleep(30);
    expect(alive()).toBe(0);
  });

  it("in the same tick as a call spoils neither the next call nor the next dispose()", async () => {
    const subject = make();
    const ended = settled(subject.call());
    const disposed = subject.dispose();
    const next = subject.call();
    expect(await ended).toMatchObject({ name: "BackendError", message: expect.stringContaining("disposed") });
    await disposed;
    expect(await next).toHaveLength(texts.length);
    expect(alive()).toBe(1);
    await Promise.all([subject.dispose(), subject.dispose()]);
    expect(alive()).toBe(0);
  });

  it("takes no share of another instance with it, however often it is called", async () => {
    const [one, other] = [make(), make()];
    await Promise.all([one.call(), other.call()]);
    const running = other.call();
    const call = settled(one.call());
    await Promise.all([one.dispose(), one.dispose()]);
    expect(await call).toBeInstanceOf(BackendError);
    expect(await running).toHaveLength(texts.length);
    expect(threads).toMatchObject({ ended: 0, workers: { length: 1 } });
    await other.dispose();
    expect(alive()).toBe(0);
  });

  it("frees what calls opened that were aborted meanwhile", async () => {
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
    expect(alive()).toBe(0);
  });
});

describe.each([
  ["CrossEncoderReranker", () => new CrossEncoderReranker({ model: crossEncoder.model })],
  ["HybridReranker", () => new HybridReranker({ model: crossEncoder.model, embeddings: new StaticEmbeddings() })],
] as const)("dispose() of a %s that named its model", (name, make) => {
  const documents = texts.map((pageContent) => new Document({ pageContent }));

  it.each(MOMENTS)("%s after a call leaves no thread behind", async (_moment, moment) => {
    const reranker = make();
    const call = settled(reranker.rerank(documents, "when does the ferry leave?"));
    await moment();
    await reranker.dispose();
    expect([expect.any(BackendError), "a result"]).toContainEqual(await call);
    await sleep(30);
    expect(alive()).toBe(0);
  });

  it("in the same tick as a call ends it, says so, and spoils no later one", async () => {
    await using reranker = make();
    const ended = settled(reranker.rerank(documents, "when does the ferry leave?"));
    await reranker.dispose();
    const message = expect.stringMatching(new RegExp(`^${name} .*disposed`));
    expect(await ended).toMatchObject({ name: "BackendError", message });
    expect(threads.workers).toHaveLength(0);
    const { documents: ranked } = await reranker.rerank(documents, "when does the ferry leave?");
    expect(ranked).toHaveLength(texts.length);
  });
});

it("dispose() of a reranker that was given its scorer ends no call", async () => {
  await using scorer = new OnnxCrossEncoder(crossEncoder);
  const reranker = new CrossEncoderReranker({ model: scorer });
  const call = reranker.rerank([new Document({ pageContent: "a ferry" })], "when does the ferry leave?");
  await reranker.dispose();
  expect((await call).documents).toHaveLength(1);
});
