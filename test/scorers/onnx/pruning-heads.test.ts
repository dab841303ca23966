import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Document } from "@langchain/core/documents";
import { OnnxCrossEncoder } from "langchain-rerank/onnx";
import { describe, expect, it } from "vitest";
import { ContextPruner, CrossEncoderReranker, createScorer, highlight, type ScorerReport } from "../../../src/index.js";
import { cutSentences } from "../../../src/sentences.js";
import type { ScoredSpan } from "../../../src/text-span.js";
import { ModelCopy, tinyModel } from "./model-copy.js";

interface Golden {
  texts: { question: string; sentences: string[]; blocks: number; probabilities: number[] }[];
}

const goldenOf = (name: string): Golden => JSON.parse(readFileSync(join(tinyModel(name), "golden.json"), "utf8"));

/** A text that consists of sentences, separated by spaces, and where they are. */
function joinSentences(sentences: readonly string[]) {
  const text = sentences.join(" ");
  let start = 0;
  const parts = sentences.map((sentence) => {
    const span = { start, end: start + sentence.length };
    start = span.end + 1;
    return span;
  });
  return { text, parts };
}

const QUERY = "fresh bread and butter";
const TEXT = "The bakery sells bread. The ferry leaves at seven. A student compares the price of butter.";

describe.each(["modernbert-pruning", "bert-pruning"])("a model with a pruning head, %s", (name) => {
  const golden = goldenOf(name);

  it("gives each sentence the mean probability of its tokens, block by block, as the Python reference does", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tinyModel(name), workers: 1 });
    expect(golden.texts.some(({ blocks }) => blocks > 2)).toBe(true);
    for (const { question, sentences, probabilities } of golden.texts) {
      const found = await scorer.scoreParts(question, [joinSentences(sentences)]);
      expect(found!.scores[0]).toHaveLength(sentences.length);
      for (const [i, score] of found!.scores[0]!.entries())
        expect(score, sentences[i]).toBeCloseTo(probabilities[i]!, 5);
    }
  });

  it("scores the parts of several texts in one call like those of each alone, and an empty list of parts as none", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tinyModel(name), workers: 1, batchTokens: 1 });
    const texts = golden.texts.map(({ sentences }) => joinSentences(sentences));
    const together = await scorer.scoreParts(QUERY, [...texts, { text: "  ", parts: [] }]);
    expect(together!.scores.at(-1)).toEqual([]);
    for (const [index, text] of texts.entries()) {
      const alone = await scorer.scoreParts(QUERY, [text]);
      expect(together!.scores[index]).toEqual(alone!.scores[0]);
    }
  });
});

async function reportOf(scorer: OnnxCrossEncoder, texts: readonly string[]): Promise<ScorerReport> {
  let report: ScorerReport = {};
  await scorer.score(QUERY, texts, {
    onReport: (given) => {
      report = given;
    },
  });
  return report;
}

describe("the sentences that a pruning head keeps", () => {
  it("are spans of the report and of details, those at or above the threshold of config.json", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tinyModel("modernbert-pruning"), workers: 1 });
    const parts = cutSentences(TEXT);
    const { scores, threshold } = (await scorer.scoreParts(QUERY, [{ text: TEXT, parts }]))!;
    expect(threshold).toBe(0.4);
    const kept = parts.flatMap((part, i) => (scores[0]![i]! >= 0.4 ? [{ ...part, score: scores[0]![i]! }] : []));
    expect(kept.length).toBeGreaterThan(0);
    const { spans } = await reportOf(scorer, [TEXT, TEXT]);
    expect(spans).toEqual([kept, kept]);
    const reranker = new CrossEncoderReranker({ model: scorer, details: true });
    const [document] = await reranker.compressDocuments([new Document({ pageContent: TEXT })], QUERY);
    expect(document!.metadata.rerank.spans).toEqual(kept);
    const marked = highlight(TEXT, document!.metadata.rerank.spans, { before: "<", after: ">" });
    expect(marked.match(/<[^>]*>/g)).toEqual(kept.map(({ start, end }) => `<${TEXT.slice(start, end)}>`));
  });

  it("drive ContextPruner by the model's own threshold, and by the caller's", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tinyModel("modernbert-pruning"), workers: 1 });
    const parts = cutSentences(TEXT);
    const { scores } = (await scorer.scoreParts(QUERY, [{ text: TEXT, parts }]))!;
    const prune = async (options: object) => {
      const pruner = new ContextPruner({ model: scorer, ...options });
      const [document] = await pruner.compressDocuments([new Document({ pageContent: TEXT })], QUERY);
      return document!.metadata.rerank.spans as ScoredSpan[];
    };
    const above = (threshold: number) =>
      parts.flatMap((part, i) => (scores[0]![i]! >= threshold ? [{ ...part, score: scores[0]![i]! }] : []));
    const [low, , high] = [...scores[0]!].sort((a, b) => a - b) as [number, number, number];
    expect(low).toBeLessThan(high);
    expect(await prune({})).toEqual(above(0.4));
    expect(await prune({ threshold: 0 })).toEqual(above(0));
    expect(await prune({ threshold: high })).toEqual(above(high));
    expect(await prune({ maxCharacters: 60 })).not.toEqual([]);
    await expect(prune({ threshold: 1.5 })).rejects.toMatchObject({ name: "InvalidOptionError" });
  });

  it("have the default threshold of 0.1 if config.json names none, and that of `default_threshold` if it does", async () => {
    for (const [field, expected] of [
      [undefined, 0.1],
      [0.25, 0.25],
    ] as const) {
      using copy = new ModelCopy("bert-pruning").edit("config.json", { default_threshold: field });
      await using scorer = new OnnxCrossEncoder({ model: copy.folder, workers: 1 });
      const found = await scorer.scoreParts(QUERY, [{ text: TEXT, parts: cutSentences(TEXT) }]);
      expect(found!.threshold).toBe(expected);
    }
  });

  it("of a truncated text are those that were read, and with passages those of all of them", async () => {
    using copy = new ModelCopy("bert-pruning").edit("config.json", { default_threshold: 0 });
    const long = Array.from({ length: 12 }, (_, i) => `Sentence ${i} says that the bakery sells bread.`).join(" ");
    const all = cutSentences(long);
    await using truncating = new OnnxCrossEncoder({ model: copy.folder, workers: 1 });
    const cut = await reportOf(truncating, [long]);
    expect(cut.truncated).toEqual([true]);
    const read = cut.spans![0]!;
    expect(read.length).toBeLessThan(all.length);
    expect(read.map(({ start, end }) => ({ start, end }))).toEqual(all.slice(0, read.length));
    await using splitting = new OnnxCrossEncoder({ model: copy.folder, workers: 1, longDocuments: "max-passage" });
    const whole = (await reportOf(splitting, [long])).spans![0]!;
    expect(whole.map(({ start, end }) => ({ start, end }))).toEqual(all);
  });

  it("are known by createScorer and survive its wrapper", async () => {
    const scorer = createScorer(tinyModel("modernbert-pruning"));
    try {
      const found = await scorer.scoreParts!(QUERY, [{ text: TEXT, parts: cutSentences(TEXT) }]);
      expect(found).toMatchObject({
        threshold: 0.4,
        scores: [[expect.any(Number), expect.any(Number), expect.any(Number)]],
      });
    } finally {
      await scorer.dispose?.();
    }
  });

  it("are found in an output that config.json names", async () => {
    using copy = new ModelCopy("modernbert-pruning").edit("config.json", {
      langchain_rerank: { pruning_output: "no such output" },
    });
    await using scorer = new OnnxCrossEncoder({ model: copy.folder, workers: 1 });
    expect(await scorer.scoreParts(QUERY, [{ text: TEXT, parts: cutSentences(TEXT) }])).toBeUndefined();
    using named = new ModelCopy("bert-pruning").edit("config.json", {
      langchain_rerank: { pruning_output: "compression_logits" },
    });
    await using other = new OnnxCrossEncoder({ model: named.folder, workers: 1 });
    expect(await other.scoreParts(QUERY, [{ text: TEXT, parts: cutSentences(TEXT) }])).toMatchObject({
      threshold: 0.1,
    });
  });
});

it("a cross-encoder that only ranks has no scores of parts, and reports no spans", async () => {
  await using scorer = new OnnxCrossEncoder({ model: tinyModel("bert-one-logit"), workers: 1 });
  expect(await scorer.scoreParts(QUERY, [{ text: TEXT, parts: cutSentences(TEXT) }])).toBeUndefined();
  expect(await reportOf(scorer, [TEXT])).not.toHaveProperty("spans");
});

it("a pruner whose configured output is not one pair of logits per token is refused", async () => {
  using copy = new ModelCopy("bert-pruning").edit("config.json", {
    langchain_rerank: { pruning_output: "ranking_scores" },
  });
  await using scorer = new OnnxCrossEncoder({ model: copy.folder, workers: 1 });
  await expect(scorer.score(QUERY, [TEXT])).rejects.toMatchObject({
    name: "ModelIntegrityError",
    message: expect.stringMatching(/no output for the whole text/),
  });
});
