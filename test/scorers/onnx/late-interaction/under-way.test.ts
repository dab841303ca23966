import { fileURLToPath } from "node:url";
import { OnnxLateInteraction, type OnnxLateInteractionOptions } from "langchain-rerank/onnx";
import { describe, expect, it, vi } from "vitest";
import type { CacheReport, ScorerReport } from "../../../../src/index.js";
import { ThreadWatch } from "../../../inference/engine-threads.js";

const model = fileURLToPath(new URL("../../../fixtures/tiny-models/colbert", import.meta.url));
/** More than are worked on together. */
const texts = Array.from({ length: 300 }, (_, i) => `Text ${i}: the museum stores ${"page by page ".repeat(i % 5)}.`);
const queries = ["fresh bread and butter", "which river?", "history of the town"];

const open = (options: OnnxLateInteractionOptions = {}) => new OnnxLateInteraction({ model, workers: 2, ...options });

async function score(scorer: OnnxLateInteraction, question: string, signal?: AbortSignal, asked = texts) {
  let report: ScorerReport = {};
  const onReport = (told: ScorerReport) => {
    report = told;
  };
  const scores = await scorer.score(question, asked, { onReport, ...(signal ? { signal } : {}) });
  return { scores, cache: report.cache as CacheReport };
}

/** Scores of each query by a scorer that keeps nothing, one call after the other. */
async function expectedScores() {
  await using plain = open({ cache: false });
  const expected: (readonly number[])[] = [];
  for (const query of queries) expected.push((await score(plain, query)).scores);
  return expected;
}

function expectNear(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]) {
  expect(found.length).toBe(expected.length);
  for (const [i, scores] of found.entries())
    for (const [j, value] of scores.entries()) expect(Math.abs(value - expected[i]![j]!)).toBeLessThan(1e-4);
}

const sum = (found: { cache: CacheReport }[], what: "hits" | "misses") =>
  found.reduce((total, { cache }) => total + cache[what], 0);

describe("first calls at the same time over the same documents", () => {
  it("of one instance encode each of them once", async () => {
    const expected = await expectedScores();
    await using scorer = open();
    const found = await Promise.all(queries.map((query) => score(scorer, query)));
    const scores = found.map((each) => each.scores);
    expectNear(scores, expected);
    expect(sum(found, "misses")).toBe(texts.length);
    expect(sum(found, "hits")).toBe(texts.length * (queries.length - 1));
  });

  it("share what they encode even if memory holds none of it", async () => {
    await using scorer = open({ cache: { maxBytes: 0 } });
    const found = await Promise.all(queries.map((query) => score(scorer, query)));
    // Not once each: what was finished before another call came is gone.
    expect(sum(found, "misses")).toBeLessThan(2 * texts.length);
  });

  it("of several instances do too", async () => {
    const scorers = queries.map(() => open());
    const found = await Promise.all(scorers.map((scorer, i) => score(scorer, queries[i]!)));
    expect(sum(found, "misses")).toBe(texts.length);
    for (const scorer of scorers) await scorer.dispose();
  });

  it("in other orders, and over parts of them, come to an end", async () => {
    await using scorer = open();
    const orders = [texts, texts.toReversed(), texts.slice(100, 200), texts.filter((_, i) => i % 3 === 0)];
    const found = await Promise.all(orders.map((asked) => score(scorer, queries[0]!, undefined, asked)));
    expect(sum(found, "misses")).toBe(texts.length);
    const byText = new Map(texts.map((text, i) => [text, found[0]!.scores[i]!]));
    expectNear(
      found.map(({ scores }) => scores),
      orders.map((asked) => asked.map((text) => byText.get(text)!)),
    );
  });

  it("wait for no call that is aborted: another encodes what it leaves", async () => {
    const expected = await expectedScores();
    const watch = new ThreadWatch();
    await using scorer = open();
    const controller = new AbortController();
    const first = score(scorer, queries[0]!, controller.signal);
    const others = queries.slice(1).map((query) => score(scorer, query));
    await vi.waitFor(() => expect(watch.count("done")).toBeGreaterThan(4), { interval: 1, timeout: 30_000 });
    controller.abort("enough");
    await expect(first).rejects.toBe("enough");
    watch.stop();
    const found = await Promise.all(others);
    expectNear(
      found.map(({ scores }) => scores),
      expected.slice(1),
    );
    expect(sum(found, "misses")).toBeLessThan(2 * texts.length);
  });

  it("wait for no instance that is disposed of, whose threads were its own", async () => {
    const expected = await expectedScores();
    const watch = new ThreadWatch();
    const gone = open({ workers: 1 });
    await using staying = open();
    const first = score(gone, queries[0]!);
    const second = score(staying, queries[0]!);
    await vi.waitFor(() => expect(watch.count("done")).toBeGreaterThan(2), { interval: 1, timeout: 30_000 });
    watch.stop();
    await Promise.all([expect(first).rejects.toThrow("disposed"), gone.dispose()]);
    expectNear([(await second).scores], expected.slice(0, 1));
  });

  it("stop waiting as soon as they are aborted themselves", async () => {
    await using scorer = open();
    const controller = new AbortController();
    const watch = new ThreadWatch();
    const first = score(scorer, queries[0]!);
    const second = score(scorer, queries[1]!, controller.signal);
    await watch.started();
    await watch.next("done");
    watch.stop();
    controller.abort("enough");
    await expect(second).rejects.toBe("enough");
    expect((await first).scores).toHaveLength(texts.length);
  });
});
