import { setTimeout as sleep } from "node:timers/promises";
import { Document } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EmbeddingSimilarityReranker,
  HybridReranker,
  type HybridRerankerInput,
  type RelevanceScorer,
} from "../../src/index.js";
import { LetterEmbeddings } from "../evaluation/small-data.js";

/** Documents identified by their index, with a first-stage score each. */
const documents = (scores: readonly (number | undefined)[]) =>
  scores.map(
    (score, i) =>
      new Document({ pageContent: `text ${i}`, id: `${i}`, metadata: score === undefined ? {} : { score } }),
  );
const ids = (result: { id?: string }[]) => result.map(({ id }) => Number(id));
const sims = (result: { metadata: Record<string, unknown> }[]) => result.map(({ metadata }) => metadata.sim as number);

/** Scores a text by the number it ends in, through a table, and records the texts. */
class Table implements RelevanceScorer {
  readonly asked: string[] = [];
  calls = 0;

  constructor(
    readonly values: readonly number[],
    readonly model = "table",
    readonly delay = 0,
  ) {}

  async score(_query: string, texts: readonly string[], options?: { signal?: AbortSignal }): Promise<number[]> {
    this.calls++;
    if (this.delay > 0)
      await sleep(this.delay * texts.length, undefined, options?.signal ? { signal: options.signal } : {});
    this.asked.push(...texts);
    return texts.map((text) => this.values[Number(text.split(" ")[1])]!);
  }
}

describe("HybridReranker with a first stage from metadata", () => {
  it("blends alpha · cross + (1 − alpha) · first, min-max normalized, for the best topK only", async () => {
    const model = new Table([0.1, 0.9, 0.4, 1]);
    const result = await new HybridReranker({ firstStageKey: "score", model, topK: 3, alpha: 0.7 }).compressDocuments(
      documents([4, 2, 3, 0]),
      "q",
    );
    expect(model.asked).toEqual(["text 0", "text 2", "text 1"]);
    expect(ids(result)).toEqual([1, 2, 0, 3]);
    const [one, two, zero, last] = sims(result) as [number, number, number, number];
    expect(one).toBeCloseTo(0.7 * 1 + 0.3 * 0.5, 12);
    expect(two).toBeCloseTo(0.7 * (0.3 / 0.8) + 0.3 * 0.75, 12);
    expect(zero).toBeCloseTo(0.3, 12);
    expect(last).toBeLessThan(zero);
  });

  it.each<[string, (number | undefined)[], number[]]>([
    ["a single candidate", [3], [0]],
    ["equal scores", [2, 2, 2], [2, 1, 0]],
    ["negative scores", [-5, -1, -3], [2, 1, 0]],
    ["infinite scores", [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0], [2, 1, 0]],
    [
      "nothing but infinities",
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      [2, 1, 0],
    ],
    ["an infinite score next to the largest numbers", [0, -9e307, Number.NEGATIVE_INFINITY], [2, 1, 0]],
    ["the largest numbers there are", [Number.MAX_VALUE, -Number.MAX_VALUE, 0], [2, 1, 0]],
  ])("ranks %s with finite scores under every normalization", async (_name, scores, order) => {
    const model = new Table([0, 0.5, 1]);
    for (const normalization of ["min-max", "z-score", "max", "rank"] as const) {
      const result = await new HybridReranker({
        firstStageKey: "score",
        model,
        normalization,
        alpha: 0.9,
      }).compressDocuments(documents(scores), "q");
      expect(sims(result).every(Number.isFinite), normalization).toBe(true);
      expect(ids(result).sort()).toEqual([...order].sort());
      if (normalization === "min-max") expect(ids(result)).toEqual(order);
    }
  });

  it("names the document and the key when a score is missing or NaN", async () => {
    const reranker = new HybridReranker({ firstStageKey: "score", model: new Table([1, 1]) });
    await expect(reranker.compressDocuments(documents([1, undefined]), "q")).rejects.toThrow(
      /documents\[1\]\.metadata\.score: the first-stage score of document "1" is missing/,
    );
    await expect(reranker.compressDocuments(documents([1, Number.NaN]), "q")).rejects.toThrow(/is NaN/);
  });

  it("has first-stage order for alpha 0 and the model's order for alpha 1 under every normalization", async () => {
    const list = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        list,
        fc.constantFrom("min-max", "z-score", "max", "rank", "sigmoid"),
        async (scores, normalization) => {
          const cross = scores.map((score, i) => ((score * 37 + i * 11) % 23) / 23);
          const curve = { slope: 0.1, intercept: 0 };
          const options = {
            firstStageKey: "score",
            model: new Table(cross),
            normalization,
            topK: 100,
            ...(normalization === "sigmoid" && { calibration: { first: curve, cross: curve } }),
          } as HybridRerankerInput;
          const by = (values: readonly number[]) =>
            values.map((_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
          expect(
            ids(await new HybridReranker({ ...options, alpha: 0 }).compressDocuments(documents(scores), "q")),
          ).toEqual(by(scores));
          expect(
            ids(await new HybridReranker({ ...options, alpha: 1 }).compressDocuments(documents(scores), "q")),
          ).toEqual(by(cross));
        },
      ),
    );
  });
});

describe("HybridReranker with a fused first stage", () => {
  class Reversed extends BaseDocumentCompressor {
    async compressDocuments(given: Document[]): Promise<Document[]> {
      return [...given]
        .reverse()
        .slice(0, 2)
        .map(({ pageContent }) => new Document({ pageContent }));
    }
  }

  it("adds 1 / (k + rank) over metadata keys and any document compressors", async () => {
    const firstStage = { fuse: [{ metadataKey: "score" }, new Reversed()], k: 1 };
    const options = { firstStage, model: new Table([1, 1, 1]), details: true };
    const { documents: result, report } = await new HybridReranker(options).rerank(documents([3, 2, 1]), "q");
    // By key: 0, 1, 2. Reversed, cut to two: 2, 1.
    const first = Object.fromEntries(
      result.map(({ id, metadata }) => [id, (metadata.rerank as { scores: { first: number } }).scores.first]),
    );
    expect(first).toEqual({ 0: 1 / 2, 1: 1 / 3 + 1 / 3, 2: 1 / 4 + 1 / 2 });
    expect(ids(result)).toEqual([2, 1, 0]);
    expect(report.model).toBe("rrf(metadata.score, Reversed) + table");
  });

  it("runs rerankers of this package on the text of the text option, and does not change the caller's documents", async () => {
    const given = documents([1, 2]);
    const before = structuredClone(given.map(({ metadata }) => metadata));
    const embedder = new EmbeddingSimilarityReranker({ embeddings: new LetterEmbeddings() });
    const reranker = new HybridReranker({
      firstStage: { fuse: [{ metadataKey: "score" }, embedder] },
      model: new Table([0, 1]),
      text: ({ pageContent }) => pageContent,
    });
    const result = await reranker.compressDocuments(given, "text");
    expect(result).toHaveLength(2);
    expect(given.map(({ metadata }) => metadata)).toEqual(before);
    expect(Object.getOwnPropertySymbols(result[0]!.metadata)).toEqual([]);
  });

  it("refuses a compressor that returns a foreign document, or one document twice", async () => {
    const bad = (answer: (given: Document[]) => Document[]) =>
      new (class Bad extends BaseDocumentCompressor {
        async compressDocuments(given: Document[]): Promise<Document[]> {
          return answer(given);
        }
      })();
    const run = (member: BaseDocumentCompressor) =>
      new HybridReranker({
        firstStage: { fuse: [{ metadataKey: "score" }, member] },
        model: new Table([0, 0]),
      }).compressDocuments(documents([1, 2]), "q");
    await expect(run(bad(() => [new Document({ pageContent: "new" })]))).rejects.toThrow(
      /is not one of the \d+ candidates/,
    );
    await expect(run(bad((given) => [given[0]!, given[0]!]))).rejects.toThrow(/was returned before/);
  });
});

describe("HybridReranker with a cascade", () => {
  it("lets each stage score the best documents of the one before, and keeps the others below in order", async () => {
    const cheap = new Table([0, 0.2, 0.9, 1, 0.5, 0.4], "cheap");
    const strong = new Table([0, 0, 0.3, 0.2, 0, 0], "strong");
    const reranker = new HybridReranker({
      firstStageKey: "score",
      cascade: [
        { model: cheap, topK: 4, alpha: 1 },
        { model: strong, topK: 2, alpha: 1 },
      ],
      details: true,
    });
    const { documents: result, report } = await reranker.rerank(documents([6, 5, 4, 3, 2, 1]), "q");
    expect(cheap.asked).toEqual(["text 0", "text 1", "text 2", "text 3"]);
    expect(strong.asked).toEqual(["text 3", "text 2"]);
    expect(ids(result)).toEqual([2, 3, 1, 0, 4, 5]);
    const values = sims(result);
    expect(values.every((value, i) => i === 0 || value < values[i - 1]!)).toBe(true);
    expect((result[0]!.metadata.rerank as { scores: object }).scores).toEqual({
      first: 4,
      stages: [0.9, 0.3],
      cross: 0.3,
    });
    expect(report).toMatchObject({ model: "metadata.score + cheap + strong", reranked: 2 });
  });

  it.each<[string, object, RegExp]>([
    ["no stage", { cascade: [] }, /cascade/],
    ["a later stage with a larger topK", { cascade: [{ topK: 5 }, { topK: 6 }] }, /cascade\[1\]\.topK.*5 or less/],
    ["a stage without topK", { cascade: [{}] }, /cascade\[0\]\.topK/],
    ["topK together with cascade", { cascade: [{ topK: 5 }], topK: 3 }, /topK/],
    ["two first stages", { firstStage: "static-en-v1" }, /only one of/],
    ["a first stage that is none", { firstStageKey: undefined, firstStage: {} }, /firstStage/],
    ["a blank first stage", { firstStageKey: undefined, firstStage: " " }, /firstStage/],
    ["one stage to fuse", { firstStageKey: undefined, firstStage: { fuse: [{ metadataKey: "a" }] } }, /two or more/],
    [
      "a fused stage that is none",
      { firstStageKey: undefined, firstStage: { fuse: [{ metadataKey: "a" }, 7] } },
      /firstStage\.fuse\[1\]/,
    ],
    [
      "an empty fused key",
      { firstStageKey: undefined, firstStage: { fuse: [{ metadataKey: "" }, { metadataKey: "b" }] } },
      /firstStage\.fuse\[0\]\.metadataKey/,
    ],
    [
      "a fusion with k 0",
      { firstStageKey: undefined, firstStage: { fuse: [{ metadataKey: "a" }, { metadataKey: "b" }], k: 0 } },
      /firstStage\.k/,
    ],
    [
      "a misspelled option of a fusion",
      { firstStageKey: undefined, firstStage: { fuse: [{ metadataKey: "a" }, { metadataKey: "b" }], rrfK: 9 } },
      /firstStage\.rrfK/,
    ],
    ["a misspelled curve", { calibration: { frist: {} } }, /Unknown option `calibration\.frist`.*first, cross\./],
    ["a curve without the name of its stage", { calibration: { slope: 1, intercept: 0 } }, /calibration\.slope/],
    ["a calibration that is no object", { calibration: 5 }, /Invalid `calibration`: .*\(first, cross\), got 5\./],
    [
      "a second stage's curve beside a cascade",
      { cascade: [{ topK: 5 }], calibration: { cross: { slope: 1, intercept: 0 } } },
      /`calibration\.cross` cannot be combined with `cascade`\. Set it on each stage\./,
    ],
    [
      "an unknown option of a first stage",
      { firstStageKey: undefined, firstStage: { metadataKey: "a", extra: 1 } },
      /Unknown option `firstStage\.extra` of a first stage\. Its options are metadataKey\./,
    ],
    [
      "an unknown option of a fused stage",
      { firstStageKey: undefined, firstStage: { fuse: [{ metadataKey: "a", extra: 1 }, { metadataKey: "b" }] } },
      /Unknown option `firstStage\.fuse\[0\]\.extra`/,
    ],
    ["a cascade stage that is no object", { cascade: [5] }, /Invalid `cascade\[0\]`: expected an object of options/],
    ["a misspelled option of a cascade stage", { cascade: [{ topK: 5, alhpa: 1 }] }, /cascade\[0\]\.alhpa/],
    [
      "a calibration with another normalization",
      { normalization: "rank", calibration: { first: { slope: 1, intercept: 0 } } },
      /calibration/,
    ],
    [
      "a calibration for one stage only",
      { model: new Table([]), calibration: { first: { slope: 1, intercept: 0 } } },
      /none for table/,
    ],
    ["sigmoid without calibrations", { normalization: "sigmoid" }, /calibration/],
    [
      "a falling curve",
      {
        normalization: "sigmoid",
        calibration: { first: { slope: -1, intercept: 0 }, cross: { slope: 1, intercept: 0 } },
      },
      /calibration\.first\.slope.*above 0/,
    ],
    ["a negative budget", { budget: -1 }, /budget/],
  ])("is refused with an InvalidOptionError: %s", (_name, options, message) => {
    expect(() => new HybridReranker({ firstStageKey: "score", model: undefined, ...options })).toThrow(message);
  });
});

describe("HybridReranker with a budget", () => {
  it("blends the documents scored in time, puts the rest below in first-stage order, and reports that it stopped", async () => {
    const values = Array.from({ length: 40 }, (_, i) => (i % 8) / 8);
    const slow = new Table(values, "slow", 4);
    const reranker = new HybridReranker({ firstStageKey: "score", model: slow, topK: 40, budget: 90 });
    const { documents: result, report } = await reranker.rerank(documents(values.map((_, i) => 40 - i)), "q");
    expect(report.stopped).toBe("budget");
    expect(report.reranked).toBeLessThan(40);
    expect(report.reranked! % 8).toBe(0);
    expect(ids(result)).toHaveLength(40);
    const behind = ids(result).slice(report.reranked);
    expect(behind).toEqual([...behind].sort((a, b) => a - b));
    expect(slow.asked).toHaveLength(report.reranked!);
  });

  it("keeps first-stage order if there is no time at all, and scores everything if there is enough", async () => {
    const model = new Table([0, 1, 2]);
    const none = await new HybridReranker({ firstStageKey: "score", model, budget: 0 }).rerank(
      documents([1, 3, 2]),
      "q",
    );
    expect(ids(none.documents)).toEqual([1, 2, 0]);
    expect(none.report).toMatchObject({ stopped: "budget", reranked: 0 });
    const enough = await new HybridReranker({ firstStageKey: "score", model, budget: 60_000 }).rerank(
      documents([1, 3, 2]),
      "q",
    );
    const unlimited = await new HybridReranker({ firstStageKey: "score", model }).rerank(documents([1, 3, 2]), "q");
    expect(enough.documents).toEqual(unlimited.documents);
    expect(enough.report.stopped).toBeUndefined();
  });

  it("passes on the caller's abort and the scorer's errors", async () => {
    const slow = new Table([1, 1], "slow", 50);
    const reranker = new HybridReranker({ firstStageKey: "score", model: slow, budget: 10_000 });
    await expect(reranker.rerank(documents([1, 2]), "q", { signal: AbortSignal.timeout(20) })).rejects.toThrow(
      /timeout/,
    );
    const broken = { score: () => Promise.reject(new Error("broken")) };
    await expect(
      new HybridReranker({ firstStageKey: "score", model: broken, budget: 100 }).rerank(documents([1]), "q"),
    ).rejects.toThrow("broken");
  });
});
