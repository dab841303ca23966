import { describe, expect, it } from "vitest";
import { CachedScorer, HybridReranker, type RelevanceScorer } from "../../src/index.js";
import { numbered } from "./scorers.js";

/** A scorer whose clock is moved by hand: loading and scoring take as long as they say. */
class Timed implements RelevanceScorer {
  readonly model = "timed";
  loads = 0;
  scored = 0;

  constructor(
    readonly loading: number,
    readonly clock: { now: number },
  ) {}

  async load(): Promise<void> {
    this.loads += 1;
    if (this.loads === 1) this.clock.now += this.loading;
  }

  async score(_query: string, texts: readonly string[]): Promise<number[]> {
    this.scored += texts.length;
    this.clock.now += texts.length;
    return texts.map((_, i) => i);
  }
}

/** Runs with `performance.now()` under the control of the test. */
async function withClock<T>(run: (clock: { now: number }) => Promise<T>): Promise<T> {
  const clock = { now: 0 };
  const real = performance.now;
  performance.now = () => clock.now;
  try {
    return await run(clock);
  } finally {
    performance.now = real;
  }
}

describe("a hybrid's budget", () => {
  it("does not count loading the model of either stage", async () => {
    await withClock(async (clock) => {
      const [first, model] = [new Timed(10_000, clock), new Timed(10_000, clock)];
      const reranker = new HybridReranker({ firstStage: first, model, budget: 1_000 });
      const { report } = await reranker.rerank(numbered([1, 2, 3]), "q");
      expect(report.reranked).toBe(3);
      expect(report.stopped).toBeUndefined();
      expect([first.loads, model.loads]).toEqual([1, 1]);
      await reranker.rerank(numbered([1, 2, 3]), "q");
      expect([first.loads, model.loads]).toEqual([1, 1]);
      await reranker.dispose();
      await reranker.rerank(numbered([1, 2, 3]), "q");
      expect([first.loads, model.loads]).toEqual([2, 2]);
    });
  });

  it("counts scoring of both stages and stops before a batch that is not expected to fit", async () => {
    await withClock(async (clock) => {
      const [first, model] = [new Timed(0, clock), new Timed(0, clock)];
      const reranker = new HybridReranker({ firstStage: first, model, topK: 40, budget: 50 });
      const { report } = await reranker.rerank(numbered(Array.from({ length: 30 }, (_, i) => i % 10)), "q");
      // The first stage takes 30 of 50, the first batch of 8 leaves 12, and the second one leaves 4.
      expect(report).toMatchObject({ stopped: "budget", reranked: 16 });
    });
  });

  it("tries again after a slow call instead of leaving documents unscored for good", async () => {
    await withClock(async (clock) => {
      const [first, model] = [new Timed(0, clock), new Timed(0, clock)];
      const reranker = new HybridReranker({ firstStage: first, model, budget: 50 });
      const rerank = async () => (await reranker.rerank(numbered([1, 2, 3]), "q")).report.reranked;
      model.score = async (_query, texts) => {
        clock.now += 1_000;
        return texts.map(() => 0);
      };
      expect(await rerank()).toBe(3);
      Reflect.deleteProperty(model, "score");
      expect(await rerank()).toBe(0);
      const later: unknown[] = [];
      for (let i = 0; i < 30; i++) later.push(await rerank());
      expect(later.at(-1)).toBe(3);
    });
  });

  it("is not charged for the default models on their first call", async () => {
    await using reranker = new HybridReranker({ budget: 30_000 });
    const { report } = await reranker.rerank(numbered([1, 2, 3]), "a text");
    expect(report.reranked).toBe(3);
    expect(report.stopped).toBeUndefined();
  });

  it("adds up what a cache of scores did in every batch", async () => {
    await withClock(async (clock) => {
      const [first, model] = [new Timed(0, clock), new Timed(0, clock)].map(
        (scorer) => new CachedScorer({ model: scorer }),
      );
      const reranker = new HybridReranker({ firstStage: first, model, topK: 20, budget: 1_000 });
      const documents = numbered(Array.from({ length: 20 }, (_, i) => i));
      expect((await reranker.rerank(documents, "q")).report.scoreCache).toMatchObject({ hits: 0, misses: 20 });
      expect((await reranker.rerank(documents, "q")).report.scoreCache).toMatchObject({ hits: 20, misses: 0 });
    });
  });
});
