import { Document } from "@langchain/core/documents";
import { describe, expect, it } from "vitest";
import { HybridReranker, type HybridRerankerInput } from "../../src/index.js";
import { EndNumber, ids, numbered, sims } from "./scorers.js";

/** Documents whose text ends in their cross-encoder score, and whose metadata has their first-stage score. */
const rows = (first: readonly unknown[], cross: readonly number[]) =>
  first.map((score, i) => new Document({ pageContent: `text ${cross[i]}`, id: `d${i}`, metadata: { score } }));
const hybrid = (options: Partial<HybridRerankerInput> = {}, model = new EndNumber()) =>
  new HybridReranker({ firstStageKey: "score", model, ...options } as HybridRerankerInput);

describe("HybridReranker with default options", () => {
  it("scores 20 documents with the model and gives it the weight 0.7", () => {
    expect(hybrid()).toMatchObject({ topK: 20, alpha: 0.7, normalization: "min-max" });
  });

  it("blends min-max over the candidates to scores computed by hand", async () => {
    // 25 documents; the first stage falls from 24 to 0, so its best 20 are d0 to d19, normalized over all 25.
    const first = Array.from({ length: 25 }, (_, i) => 24 - i);
    const cross = first.map((_, i) => (i === 19 ? 0.9 : i === 20 ? 99 : i / 100 + 0.1));
    const model = new EndNumber();
    const result = await hybrid({ details: true }, model).compressDocuments(rows(first, cross), "q");
    expect(model.asked).toHaveLength(20);
    const byId = new Map(result.map((document) => [document.id, document.metadata]));
    // d0: cross 0.1 is the lowest of the 20, first 24 the highest of all: 0.7 · 0 + 0.3 · 1.
    expect(byId.get("d0")!.sim).toBeCloseTo(0.3, 12);
    // d19: cross 0.9 is the highest, first 5 of 24: 0.7 · 1 + 0.3 · 5/24.
    expect(byId.get("d19")!.sim).toBeCloseTo(0.7 + (0.3 * 5) / 24, 12);
    // d10: cross 0.2 → (0.2 − 0.1) / 0.8, first 14 of 24.
    expect(byId.get("d10")!.sim).toBeCloseTo(0.7 * 0.125 + (0.3 * 14) / 24, 12);
    expect(result[0]!.id).toBe("d19");
    expect(byId.get("d10")!.rerank).toMatchObject({ firstRank: 11, scores: { first: 14, cross: 0.2 } });
    expect(byId.get("d20")!.rerank).toEqual({ rank: 21, firstRank: 21, scores: { first: 4 } });
  });

  it("puts documents that the model did not read last, in first-stage order, with lower scores", async () => {
    const first = [1, 5, 3, 5, 2, 4];
    const result = await hybrid({ topK: 2 }).compressDocuments(rows(first, [9, 0.1, 9, 0.2, 9, 9]), "q");
    expect(ids(result)).toEqual(["d3", "d1", "d5", "d2", "d4", "d0"]);
    const values = sims(result) as number[];
    expect(values.every((value, i) => Number.isFinite(value) && (i === 0 || value < values[i - 1]!))).toBe(true);
  });

  it("keeps the input order of unread documents whose first-stage scores are equal", async () => {
    const result = await hybrid({ topK: 1 }).compressDocuments(rows([2, 2, 2, 2], [0, 0, 0, 0]), "q");
    expect(ids(result)).toEqual(["d0", "d1", "d2", "d3"]);
  });
});

describe("HybridReranker with every normalization", () => {
  const first = [4, 2, 3];
  const cross = [0.2, 0.8, 0.5];
  it.each<[HybridRerankerInput["normalization"], number[]]>([
    ["min-max", [0.3, 0.7, 0.5]],
    // Both lists are evenly spaced, their standard deviations √(2/3) and 0.3·√(2/3): ±√1.5, 0.
    ["z-score", [(0.3 - 0.7) * Math.sqrt(1.5), (0.7 - 0.3) * Math.sqrt(1.5), 0]],
    ["max", [0.7 * 0.25 + 0.3, 0.7 + 0.3 * 0.5, 0.7 * 0.625 + 0.3 * 0.75]],
    ["rank", [0.3, 0.7, 0.5]],
  ])("%s computes the scores computed by hand", async (normalization, expected) => {
    const result = await hybrid({ normalization }).compressDocuments(rows(first, cross), "q");
    for (const { id, metadata } of result) {
      expect(metadata.sim, `${id}`).toBeCloseTo(expected[Number(id!.slice(1))]!, 12);
    }
  });

  it.each(["min-max", "z-score", "max", "rank"] as const)(
    "%s gives 1 to a single candidate and to equal scores",
    async (normalization) => {
      for (const alpha of [0, 0.3, 1]) {
        const lone = await hybrid({ normalization, alpha }).compressDocuments(rows([-7], [-3]), "q");
        expect(sims(lone)).toEqual([1]);
        const tied = await hybrid({ normalization, alpha }).compressDocuments(rows([5, 5, 5], [2, 2, 2]), "q");
        expect(ids(tied)).toEqual(["d0", "d1", "d2"]);
        for (const sim of sims(tied)) expect(sim).toBeCloseTo(1, 12);
      }
    },
  );

  it.each(["min-max", "z-score", "max", "rank"] as const)(
    "%s lets the other stage decide if one has equal scores",
    async (normalization) => {
      const byCross = await hybrid({ normalization }).compressDocuments(rows([5, 5, 5], [1, 3, 2]), "q");
      expect(ids(byCross)).toEqual(["d1", "d2", "d0"]);
      const byFirst = await hybrid({ normalization }).compressDocuments(rows([1, 3, 2], [5, 5, 5]), "q");
      expect(ids(byFirst)).toEqual(["d1", "d2", "d0"]);
    },
  );
});

describe("HybridReranker with a first stage from a metadata key", () => {
  it.each<[string, unknown, RegExp]>([
    ["missing", undefined, /is missing/],
    ["a string", "0.9", /is "0\.9"/],
    ["null", null, /is null/],
    ["NaN", Number.NaN, /is NaN/],
  ])(
    "refuses a first-stage score that is %s, names its document and key, and scores nothing",
    async (_name, score, message) => {
      const model = new EndNumber();
      const error = await hybrid({ onError: "keep-order" }, model)
        .compressDocuments(rows([1, score], [1, 2]), "q")
        .catch((caught) => caught);
      expect(error).toMatchObject({ name: "InvalidInputError", input: "documents[1].metadata.score" });
      expect(error.message).toMatch(message);
      expect(model.asked).toEqual([]);
    },
  );

  it("accepts negative and infinite first-stage scores", async () => {
    const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
    const result = await hybrid({ alpha: 0 }).compressDocuments(
      rows([-2, NEGATIVE_INFINITY, POSITIVE_INFINITY, -1], [1, 1, 1, 1]),
      "q",
    );
    expect(ids(result)).toEqual(["d2", "d3", "d0", "d1"]);
    expect(sims(result).every(Number.isFinite)).toBe(true);
  });

  it("needs no score for blank documents, which come last", async () => {
    const blank = new Document({ pageContent: " ", id: "blank", metadata: { score: 9 } });
    const result = await hybrid().compressDocuments([blank, ...rows([-1, -2], [-5, -6])], "q");
    expect(ids(result)).toEqual(["d0", "d1", "blank"]);
    const values = sims(result) as number[];
    expect(values[2]!).toBeLessThan(values[1]!);
  });

  it("names both stages and their times in its report", async () => {
    const { report } = await hybrid({ topK: 1 }).rerank(rows([1, 2], [1, 2]), "q");
    expect(report).toMatchObject({ model: "metadata.score + end-number", documents: 2, scored: 2, reranked: 1 });
    expect(report.milliseconds).toMatchObject({ firstStage: expect.any(Number), score: expect.any(Number) });
  });
});

describe("HybridReranker with embeddings as the first stage", () => {
  it("scores documents by cosine under scores.first", async () => {
    const vectors: Record<string, number[]> = { q: [1, 0], "text 1": [0, 1], "text 2": [1, 1], "text 3": [1, 0] };
    const embeddings = {
      embedQuery: async (text: string) => vectors[text]!,
      embedDocuments: async (texts: string[]) => texts.map((text) => vectors[text]!),
    };
    const reranker = new HybridReranker({ embeddings, model: new EndNumber(), details: true, topK: 2 });
    const result = await reranker.compressDocuments(numbered([1, 2, 3]), "q");
    const found = Object.fromEntries(
      result.map(({ id, metadata }) => [id, (metadata.rerank as { scores: Record<string, number> }).scores]),
    );
    expect(found.d0).toEqual({ first: 0 });
    expect(found.d1).toEqual({ first: expect.closeTo(Math.SQRT1_2, 12), cross: 2 });
    expect(found.d2).toEqual({ first: 1, cross: 3 });
    expect(ids(result)).toEqual(["d2", "d1", "d0"]);
  });
});
