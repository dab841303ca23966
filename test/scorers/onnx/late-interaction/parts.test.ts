import { fileURLToPath } from "node:url";
import { Document } from "@langchain/core/documents";
import { OnnxLateInteraction } from "langchain-rerank/onnx";
import { afterAll, describe, expect, it } from "vitest";
import { CrossEncoderReranker, highlight, type RerankDetails, type ScorerReport } from "../../../../src/index.js";

const tiny = fileURLToPath(new URL("../../../fixtures/tiny-models/colbert", import.meta.url));
const QUERY = "when were photovoltaic cells invented?";
const SENTENCES = [
  "Solar panels turn light, heat into electricity.",
  "They were invented in 1883 by Fritts.",
  "Cats sleep most of the day.",
];
const TEXT = SENTENCES.join(" ");

/** Where sentences stand in a text that consists of them, separated by spaces. */
function spansOf(sentences: readonly string[]) {
  let start = 0;
  return sentences.map((sentence) => {
    const span = { start, end: start + sentence.length };
    start = span.end + 1;
    return span;
  });
}

const scorer = new OnnxLateInteraction({ workers: 1, wordMatches: true });
afterAll(() => scorer.dispose());

describe("scoreParts", () => {
  it("scores each sentence of a text in context, the one that answers highest", async () => {
    const {
      scores: [scores],
    } = await scorer.scoreParts(QUERY, [{ text: TEXT, parts: spansOf(SENTENCES) }]);
    expect(scores).toHaveLength(3);
    expect(scores!.indexOf(Math.max(...scores!))).toBe(1);
    expect(scores!.indexOf(Math.min(...scores!))).toBe(2);
  });

  it("gives the same scores with cached vectors, without a cache and for other parts of the same text", async () => {
    await using uncached = new OnnxLateInteraction({ workers: 1, cache: false });
    const parts = spansOf(SENTENCES);
    const {
      scores: [first],
    } = await scorer.scoreParts(QUERY, [{ text: TEXT, parts }]);
    const {
      scores: [again],
    } = await scorer.scoreParts(QUERY, [{ text: TEXT, parts }]);
    const {
      scores: [without],
    } = await uncached.scoreParts(QUERY, [{ text: TEXT, parts }]);
    expect(again).toEqual(first);
    expect(without).toEqual(first);
    const {
      scores: [last],
    } = await scorer.scoreParts(QUERY, [{ text: TEXT, parts: parts.slice(2) }]);
    // The stretch before the first part counts for it, so the best cosines can only be higher.
    expect(last![0]).toBeGreaterThanOrEqual(first![2]!);
  });

  it("encodes no text again that score has encoded, and the other way around", async () => {
    await using fresh = new OnnxLateInteraction({ workers: 1 });
    const text = `${TEXT} Dogs do not.`;
    await fresh.scoreParts(QUERY, [{ text, parts: [{ start: 0, end: text.length }] }]);
    let report: ScorerReport = {};
    await fresh.score(QUERY, [text], {
      onReport: (told) => {
        report = told;
      },
    });
    expect(report.cache).toMatchObject({ hits: 1, misses: 0 });
  });

  it("reads the sentences beyond the model's limit too", async () => {
    const sentences = Array.from({ length: 120 }, (_, index) =>
      index === 119 ? SENTENCES[1]! : `Cats sleep, ${index}.`,
    );
    const {
      scores: [scores],
    } = await scorer.scoreParts(QUERY, [{ text: sentences.join(" "), parts: spansOf(sentences) }]);
    expect(scores).toHaveLength(120);
    expect(Math.min(...scores!)).toBeGreaterThan(-1);
    expect(scores!.indexOf(Math.max(...scores!))).toBe(119);
  });

  it("works with a model that skips punctuation and marks its texts", async () => {
    await using colbert = new OnnxLateInteraction({ model: tiny, workers: 1 });
    const {
      scores: [scores, none],
    } = await colbert.scoreParts("old town", [
      { text: TEXT, parts: spansOf(SENTENCES).slice(0, 1) },
      { text: "", parts: [] },
    ]);
    expect(scores).toHaveLength(1);
    expect(scores![0]).toBeLessThanOrEqual(1);
    expect(none).toEqual([]);
  });

  it.each([
    ["worker threads", 1],
    ["the calling thread", false],
  ] as const)("resolves on %s when no text has parts", async (_, workers) => {
    await using colbert = new OnnxLateInteraction({ model: tiny, workers });
    const { scores, evidence } = await colbert.scoreParts("old town", [
      { text: "abc", parts: [] },
      { text: "", parts: [] },
    ]);
    expect(scores).toEqual([[], []]);
    expect(evidence).toEqual([[], []]);
    expect(await colbert.scoreParts("old town", [])).toEqual({ scores: [] });
  });

  it("refuses a blank query, and rejects with the reason of an aborted signal", async () => {
    await expect(scorer.scoreParts(" ", [{ text: "a", parts: [] }])).rejects.toMatchObject({
      name: "InvalidInputError",
    });
    const aborted = AbortSignal.abort(new Error("the user left"));
    await expect(scorer.scoreParts("q", [{ text: "a", parts: [] }], aborted)).rejects.toThrow("the user left");
  });
});

describe("wordMatches", () => {
  it("gives blank texts the lowest score and no matches, also when all texts are blank", async () => {
    let report: ScorerReport = {};
    const scores = await scorer.score(QUERY, ["", " \n"], {
      onReport: (told) => {
        report = told;
      },
    });
    expect(scores).toEqual([0, 0]);
    expect(report.spans).toEqual([undefined, undefined]);
  });

  it("reports the word that matches each word of the query best, best match first", async () => {
    let report: ScorerReport = {};
    await scorer.score(QUERY, [TEXT, " "], {
      onReport: (told) => {
        report = told;
      },
    });
    const [spans, blank] = report.spans!;
    const pairs = spans!.map(({ start, end, query }) => [
      QUERY.slice(query!.start, query!.end),
      TEXT.slice(start, end),
    ]);
    expect(pairs).toHaveLength(5);
    expect(pairs).toContainEqual(["invented", "invented"]);
    expect(pairs).toContainEqual(["cells", "panels"]);
    const scores = spans!.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.every((score) => score > -1 && score <= 1.001)).toBe(true);
    expect(blank).toBeUndefined();
  });

  it("puts them into the details of a reranker, for highlight", async () => {
    const reranker = new CrossEncoderReranker({ model: scorer, details: true });
    const [best] = await reranker.compressDocuments([new Document({ pageContent: TEXT })], QUERY);
    const { spans } = best!.metadata.rerank as RerankDetails;
    const strong = spans!.filter(({ score }) => score > 0.87);
    expect(highlight(TEXT, strong)).toContain("They were **invented** **in** 1883");
  });

  it("is off by default and takes only a boolean", async () => {
    await using plain = new OnnxLateInteraction({ workers: 1 });
    let report: ScorerReport = {};
    await plain.score(QUERY, [TEXT], {
      onReport: (told) => {
        report = told;
      },
    });
    expect(report.spans).toBeUndefined();
    expect(() => new OnnxLateInteraction({ wordMatches: "yes" as never })).toThrow(/wordMatches/);
  });
});
