import { fileURLToPath } from "node:url";
import { Document } from "@langchain/core/documents";
import fc from "fast-check";
import { OnnxCrossEncoder, OnnxEmbeddings } from "langchain-rerank/onnx";
import { afterAll, describe, expect, it } from "vitest";
import {
  type BaseReranker,
  type BaseRerankerInput,
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  type RelevanceScorer,
} from "../../src/index.js";
import { deepFreeze } from "./scorers.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));

/** Few values, so that ties are common. */
const coarse: RelevanceScorer = {
  model: "coarse",
  score: async (query, texts) => texts.map((text) => ((text.length * 7 + query.length) % 4) / 4 - 0.3),
};
const letters = {
  embedQuery: async (text: string) => embed(text),
  embedDocuments: async (texts: string[]) => texts.map(embed),
};
function embed(text: string): number[] {
  return [text.length % 3, (text.match(/[aeiou]/g) ?? []).length % 3, text.length === 0 ? 0 : 1];
}

/** Any UTF-16, including lone surrogates and NUL, and strings that are hard for tokenizers. */
const HARD = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "\udc00x",
  "\u202eabc\u202c",
  "שלום עולם",
  "👩‍👩‍👧‍👦",
  "e\u0301\u0301",
  "\ufeff",
  "ﷺ",
  "日本語",
  "[SEP]",
  "</s>",
];
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...HARD),
  fc.string(),
);
const anyQuery = anyText.map((text) => (text.trim() === "" ? `q${text}` : text));
const anyDocuments = fc.array(
  fc.record({ text: anyText, score: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })) }),
  { maxLength: 12 },
);
const anyOptions = fc.record(
  {
    topN: fc.integer({ min: 1, max: 15 }),
    threshold: fc.double({ min: -1, max: 1, noNaN: true }),
    details: fc.boolean(),
  },
  { requiredKeys: [] },
);

type Given = { text: string; score: number }[];

const toDocuments = (given: Given) =>
  given.map(({ text, score }, position) => {
    return new Document({
      pageContent: text,
      id: `${position}`,
      metadata: { position, score, nested: { list: [position] } },
    });
  });

/** Invariants of every call of every reranker. */
async function checkCall(reranker: BaseReranker, given: Given, query: string, options: BaseRerankerInput) {
  const documents = deepFreeze(toDocuments(given));
  const result = await reranker.compressDocuments(documents, query);
  expect(documents).toEqual(toDocuments(given));
  const positions = result.map(({ metadata }) => metadata.position as number);
  expect(new Set(positions).size, "no document twice").toBe(positions.length);
  const sims = result.map(({ metadata }) => metadata.sim as number);
  for (const [i, document] of result.entries()) {
    const source = documents[positions[i]!]!;
    expect(document.pageContent).toBe(source.pageContent);
    expect(document.id).toBe(source.id);
    expect(document.metadata.nested).toBe(source.metadata.nested);
    expect(Number.isFinite(sims[i])).toBe(true);
    if (i > 0)
      expect(sims[i - 1]! > sims[i]! || (sims[i - 1] === sims[i] && positions[i - 1]! < positions[i]!)).toBe(true);
    if (options.threshold !== undefined) expect(sims[i]).toBeGreaterThanOrEqual(options.threshold);
  }
  if (options.threshold === undefined) expect(result).toHaveLength(Math.min(options.topN ?? Infinity, given.length));
  else expect(result.length).toBeLessThanOrEqual(Math.min(options.topN ?? Infinity, given.length));
}

const RERANKERS: [string, (options: BaseRerankerInput) => BaseReranker][] = [
  ["CrossEncoderReranker", (options) => new CrossEncoderReranker({ ...options, model: coarse })],
  ["EmbeddingSimilarityReranker", (options) => new EmbeddingSimilarityReranker({ ...options, embeddings: letters })],
  ["HybridReranker", (options) => new HybridReranker({ ...options, embeddings: letters, model: coarse, topK: 4 })],
  [
    "HybridReranker over metadata",
    (options) => new HybridReranker({ ...options, firstStageKey: "score", model: coarse, topK: 4 }),
  ],
];

describe.each(RERANKERS)("%s with any input", (_name, make) => {
  it("returns a sorted, stable selection of its input, and does not change the input", async () => {
    await fc.assert(
      fc.asyncProperty(anyDocuments, anyQuery, anyOptions, (given, query, options) =>
        checkCall(make(options), given, query, options),
      ),
      { numRuns: 200 },
    );
  });
});

describe.each(["bert-one-logit", "xlm-roberta", "modernbert"])("the engine running %s with any input", (name) => {
  const model = new OnnxCrossEncoder({ model: tiny(name), workers: 1 });
  afterAll(() => model.dispose());

  it("returns a sorted, stable selection of its input, and does not change the input", async () => {
    await fc.assert(
      fc.asyncProperty(anyDocuments, anyQuery, anyOptions, (given, query, options) =>
        checkCall(new CrossEncoderReranker({ ...options, model }), given, query, options),
      ),
      { numRuns: 40 },
    );
  });

  it("gives a text the same score among any other texts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 2, maxLength: 8 }), anyQuery, async (texts, query) => {
        const together = await model.score(query, texts);
        for (const [i, text] of texts.entries()) {
          const [alone] = await model.score(query, [text]);
          expect(together[i]).toBeCloseTo(alone!, 5);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("accepts lines of a megabyte", async () => {
    const texts = [
      "x".repeat(2 ** 20),
      "שלום ".repeat(2 ** 18),
      "\ud83d".repeat(2 ** 20),
      "日".repeat(2 ** 20),
      "\u0000".repeat(2 ** 20),
    ];
    const given = texts.map((text) => ({ text, score: 0 }));
    await checkCall(new CrossEncoderReranker({ model }), given, "q", {});
    await checkCall(new CrossEncoderReranker({ model }), [{ text: "short", score: 0 }], "q ".repeat(2 ** 19), {});
  });
});

describe("embeddings of the engine with any input", () => {
  const embeddings = new OnnxEmbeddings({ model: tiny("bert-encoder"), workers: 1 });
  afterAll(() => embeddings.dispose());

  it("are finite, have one length, and belong to their text", async () => {
    await fc.assert(
      fc.asyncProperty(anyDocuments, anyQuery, (given, query) =>
        checkCall(new EmbeddingSimilarityReranker({ embeddings }), given, query, {}),
      ),
      { numRuns: 40 },
    );
  });
});
