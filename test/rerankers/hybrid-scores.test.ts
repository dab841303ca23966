import { Document } from "@langchain/core/documents";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrate } from "../../src/calibration.js";
import { HybridReranker, type HybridRerankerInput, type RelevanceScorer } from "../../src/index.js";
import { ids, sims } from "./scorers.js";

/** Scores a text by the second of its two numbers; the first one is its first-stage score. */
const model: RelevanceScorer = {
  model: "numbers",
  score: async (_query, texts) => texts.map((text) => Number(text.split(" ")[1])),
};
const documentsOf = (rows: readonly (readonly [first: number, cross: number])[]) =>
  rows.map(([first, cross], i) => {
    return new Document({ pageContent: `text ${cross} of ${i}`, id: `d${i}`, metadata: { score: first } });
  });
const hybrid = (options: HybridRerankerInput) => new HybridReranker({ firstStageKey: "score", model, ...options });
const rows = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
  minLength: 1,
  maxLength: 30,
});
const curve = { slope: 0.4, intercept: -1 };

describe("the sim of a hybrid", () => {
  it.each(["min-max", "rank", "sigmoid"] as const)(
    "with %s is between 0 and 1 for every document, and documents beyond topK sort below those read",
    async (normalization) => {
      await fc.assert(
        fc.asyncProperty(
          rows,
          fc.integer({ min: 1, max: 12 }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          async (all, topK, alpha) => {
            const calibration = normalization === "sigmoid" ? { first: curve, cross: curve } : undefined;
            const options = { normalization, topK, alpha, calibration, threshold: 0, details: true };
            const blank = new Document({ pageContent: " ", id: "blank", metadata: { score: 9 } });
            const result = await hybrid(options).compressDocuments([blank, ...documentsOf(all)], "q");
            expect(result).toHaveLength(all.length + 1);
            const values = sims(result) as number[];
            expect(values.every((sim) => sim >= 0 && sim <= 1)).toBe(true);
            expect(values).toEqual([...values].sort((a, b) => b - a));
            const read = result.map(({ metadata }) => metadata.rerank.scores.cross !== undefined);
            expect(read.lastIndexOf(true)).toBeLessThan(Math.min(topK, all.length));
            expect(result.at(-1)!.id).toBe("blank");
            const [lowestRead, highestUnread] = [values[read.lastIndexOf(true)]!, values[read.indexOf(false)]!];
            expect(lowestRead).toBeGreaterThan(highestUnread);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it.each(["z-score", "max"] as const)(
    "with %s is lower for documents beyond topK than for those read",
    async (normalization) => {
      const result = await hybrid({ normalization, topK: 2 }).compressDocuments(
        documentsOf([
          [-5, 3],
          [2, -4],
          [1, 9],
          [-3, 9],
        ]),
        "q",
      );
      expect(ids(result).slice(0, 2).sort()).toEqual(["d1", "d2"]);
      expect(ids(result).slice(2)).toEqual(["d3", "d0"]);
      const values = sims(result) as number[];
      expect(values[2]!).toBeLessThan(values[1]!);
      expect(values.every(Number.isFinite)).toBe(true);
    },
  );

  it.each([
    ["z-score", [5, 1, 3], true],
    ["max", [-5, 2, 3], true],
    ["max", [5, 2, 0], false],
  ] as const)("with %s of the first-stage scores %j can be negative: %s", async (normalization, firsts, isNegative) => {
    const all = documentsOf(firsts.map((first) => [first, 1] as const));
    const options = { normalization, alpha: 0 };
    const values = sims(await hybrid(options).compressDocuments(all, "q")) as number[];
    expect(values.some((sim) => sim < 0)).toBe(isNegative);
    const kept = await hybrid({ ...options, threshold: 0 }).compressDocuments(all, "q");
    expect(kept).toHaveLength(values.filter((sim) => sim >= 0).length);
  });

  it("keeps every document with threshold 0, also in a cascade", async () => {
    const all = documentsOf(Array.from({ length: 30 }, (_, i) => [30 - i, i % 7] as const));
    const cascade = [
      { model, topK: 20, alpha: 0.5 },
      { model, topK: 5, alpha: 0.5 },
    ];
    const result = await hybrid({ model: undefined, cascade, threshold: 0, details: true }).compressDocuments(all, "q");
    expect(result).toHaveLength(30);
    const stages = result.map(({ metadata }) => metadata.rerank.scores.stages?.length ?? 0);
    expect(stages).toEqual([...stages].sort((a, b) => b - a));
    expect(stages.filter((count) => count === 2)).toHaveLength(5);
    expect(stages.filter((count) => count === 1)).toHaveLength(15);
    expect(new Set(sims(result)).size).toBeGreaterThan(20);
  });

  it("with calibrations depends on the document's own scores and on which stages read it, not on other documents", async () => {
    const options = { calibration: { first: curve, cross: curve }, alpha: 0.6, topK: 2 };
    const read = (await hybrid(options).rerank(documentsOf([[3, 2]]), "q")).documents[0]!;
    const expected = 0.6 * calibrate(2, curve) + 0.4 * calibrate(3, curve);
    expect(read.metadata.sim).toBeCloseTo(expected, 12);
    await fc.assert(
      fc.asyncProperty(rows, async (others) => {
        const result = await hybrid({ ...options, topK: 99 }).compressDocuments(
          [...documentsOf([[3, 2]]), ...documentsOf(others)],
          "q",
        );
        expect(result.filter(({ metadata }) => metadata.sim === read.metadata.sim).length).toBeGreaterThan(0);
        const unread = await hybrid({ ...options, topK: 1 }).compressDocuments(
          [
            ...documentsOf([[3, 2]]),
            ...documentsOf([[99, 1], ...others.map(([first, cross]) => [Math.min(first, 8), cross] as const)]),
          ],
          "q",
        );
        const own = unread.find(({ pageContent }) => pageContent === "text 2 of 0")!;
        expect(own.metadata.sim).toBeCloseTo(0.001 * (0.1 + 0.3 * calibrate(3, curve)), 12);
      }),
      { numRuns: 30 },
    );
  });

  it("is blended by the curves of the stages if both have one, without further options", async () => {
    const calibrated = { ...model, calibration: curve };
    const reranker = new HybridReranker({
      firstStage: { ...model, model: "first", calibration: curve },
      model: calibrated,
      alpha: 0.5,
    });
    expect(reranker.normalization).toBe("sigmoid");
    const [document] = await reranker.compressDocuments(documentsOf([[0, 4]]), "q");
    expect(document!.metadata.sim).toBeCloseTo(calibrate(4, curve), 12);
    expect(hybrid({}).normalization).toBe("min-max");
    expect(new HybridReranker({ firstStage: model, model: calibrated }).normalization).toBe("min-max");
  });
});

describe("the default hybrid", () => {
  it("reads the 80 best documents of static-en-v1 with late-en-v1, which decides the order", async () => {
    await using reranker = new HybridReranker({ details: true });
    expect(reranker).toMatchObject({ topK: 80, alpha: 1, normalization: "sigmoid" });
    const texts = ["Bread is baked in an oven.", "Solar panels turn sunlight into electricity.", "Cats sleep a lot."];
    const given = texts.map((pageContent) => new Document({ pageContent }));
    const { documents, report } = await reranker.rerank(given, "how do solar panels work?");
    expect(report.model).toBe("static-en-v1 + late-en-v1");
    expect(report.reranked).toBe(3);
    expect(documents[0]!.pageContent).toBe(texts[1]);
    const { scores, raw } = documents[0]!.metadata.rerank;
    expect(documents[0]!.metadata.sim).toBeCloseTo(calibrate(raw, { slope: 26.01, intercept: -16.7 }), 9);
    expect(scores).toEqual({ first: expect.any(Number), cross: expect.any(Number) });
  });

  it.each([
    [
      { firstStage: "static-en-v1", model: "late-en-v1" },
      { topK: 80, alpha: 1 },
    ],
    [{ topK: 50 }, { topK: 50, alpha: 1 }],
    [{ alpha: 0.8 }, { topK: 80, alpha: 0.8 }],
    [{ model: "rerank-en-v1" }, { topK: 20, alpha: 0.7 }],
    [{ firstStageKey: "score" }, { topK: 20, alpha: 0.7 }],
  ] satisfies [HybridRerankerInput, object][])("with options %j has %j", (options, expected) => {
    expect(new HybridReranker(options)).toMatchObject(expected);
  });
});
