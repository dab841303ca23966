import { fileURLToPath } from "node:url";
import { HttpCrossEncoder } from "langchain-rerank/http";
import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
import { StaticEmbeddings, StaticLateInteraction } from "langchain-rerank/static";
import { describe, expect, it } from "vitest";
import { CachedScorer, createScorer, type RelevanceScorer } from "../../src/index.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));

const SCORERS: Record<string, () => RelevanceScorer> = {
  OnnxCrossEncoder: () => new OnnxCrossEncoder({ model: tiny("bert-one-logit") }),
  OnnxLateInteraction: () => new OnnxLateInteraction({ model: tiny("colbert") }),
  StaticLateInteraction: () => new StaticLateInteraction(),
  HttpCrossEncoder: () => new HttpCrossEncoder({ provider: "cohere", apiKey: "none" }),
  "the default of createScorer": () => createScorer(),
  "createScorer with a name": () => createScorer("static-en-v1"),
  CachedScorer: () => new CachedScorer({ model: new StaticLateInteraction() }),
};

/** Texts, the input at fault and what the message says about it. */
const WRONG: [texts: unknown, input: string, found: string][] = [
  [["a", 5], "texts[1]", "expected a string, got 5."],
  [[null, "a"], "texts[0]", "expected a string, got null."],
  [["a", "b", { pageContent: "c" }], "texts[2]", "expected a string, got an object (Object)."],
  [new Array(2), "texts[0]", "expected a string, got undefined."],
  ["abc", "texts", 'expected an array of strings, got "abc".'],
  [null, "texts", "expected an array of strings, got null."],
];

describe.each(Object.entries(SCORERS))("%s", (_, create) => {
  it.each(WRONG)("refuses the texts %j and says which is no string, and what it is", async (texts, input, found) => {
    const scorer = create();
    // With topN, the default model takes another path.
    for (const options of [{}, { topN: 1 }])
      await expect(scorer.score("bees", texts as string[], options)).rejects.toMatchObject({
        ...{ name: "InvalidInputError", input },
        message: `Invalid ${input}: ${found}`,
      });
    await scorer.dispose?.();
  });

  it("refuses a query that is no string or blank", async () => {
    const scorer = create();
    for (const query of [" \n", null, 5])
      await expect(scorer.score(query as string, ["a"])).rejects.toMatchObject({
        ...{ name: "InvalidInputError", input: "query" },
        message: `Invalid query: expected a non-blank string, got ${JSON.stringify(query)}.`,
      });
    await scorer.dispose?.();
  });
});

describe.each([
  ["OnnxEmbeddings", () => new OnnxEmbeddings({ model: tiny("bert-encoder") })],
  ["StaticEmbeddings", () => new StaticEmbeddings()],
] as const)("%s", (_, create) => {
  it.each(WRONG)(
    "refuses the documents %j and says which is no string, and what it is",
    async (texts, input, found) => {
      await expect(create().embedDocuments(texts as string[])).rejects.toMatchObject({
        ...{ name: "InvalidInputError", input },
        message: `Invalid ${input}: ${found}`,
      });
    },
  );

  it("refuses a query that is no string", async () => {
    await expect(create().embedQuery(null as never)).rejects.toMatchObject({
      ...{ name: "InvalidInputError", input: "text" },
      message: "Invalid text: expected a string, got null.",
    });
  });
});

/** Arguments of scoreParts, the input at fault and what the message says about it. */
const WRONG_PARTS: [texts: unknown, input: string, problem: string][] = [
  ["abc", "texts", 'expected an array of { text, parts }, got "abc".'],
  [["abc"], "texts[0]", 'expected { text, parts }, got "abc".'],
  [new Array(1), "texts[0]", "expected { text, parts }, got undefined."],
  [[{ parts: [] }], "texts[0].text", "expected a string, got undefined."],
  [[{ text: "abc" }], "texts[0].parts", "expected an array of { start, end }, got undefined."],
  [[partsOf([0, 3]), partsOf([0, 99])], "texts[1].parts[0]", outside(0, 99)],
  [[partsOf([-1, 3])], "texts[0].parts[0]", outside(-1, 3)],
  [[partsOf([0, 3], [6, 4])], "texts[0].parts[1]", outside(6, 4)],
  [[partsOf([3, 3])], "texts[0].parts[0]", outside(3, 3)],
  [[partsOf([0, 1.5])], "texts[0].parts[0]", outside(0, 1.5)],
  [[{ text: "Bees see light.", parts: [null] }], "texts[0].parts[0]", outside(undefined, undefined)],
  [[partsOf([0, 8], [5, 15])], "texts[0].parts[1]", before(5, 8)],
  [[partsOf([9, 15], [0, 8])], "texts[0].parts[1]", before(0, 15)],
];

function partsOf(...spans: [start: number, end: number][]) {
  return { text: "Bees see light.", parts: spans.map(([start, end]) => ({ start, end })) };
}

function outside(start: unknown, end: unknown): string {
  return `expected integers with 0 ≤ start < end ≤ 15, the length of the text, got { start: ${start}, end: ${end} }.`;
}

function before(start: number, last: number): string {
  return `it starts at ${start}, before the end of the part before it, ${last}. Pass parts in order and without overlap.`;
}

describe.each([
  ["OnnxCrossEncoder", () => new OnnxCrossEncoder({ model: tiny("bert-pruning"), workers: 1 })],
  ["OnnxLateInteraction", () => new OnnxLateInteraction({ model: tiny("colbert"), workers: 1 })],
  ["the default of createScorer", () => createScorer()],
] as [string, () => RelevanceScorer][])("scoreParts of %s", (_, create) => {
  it.each(WRONG_PARTS)("refuses %j, and says which part is wrong and why", async (texts, input, problem) => {
    const scorer = create();
    await expect(scorer.scoreParts!("bees", texts as never)).rejects.toMatchObject({
      ...{ name: "InvalidInputError", input },
      message: `Invalid ${input}: ${problem}`,
    });
    await scorer.dispose?.();
  });

  it("accepts parts that touch and parts that leave something out", async () => {
    const scorer = create();
    const found = await scorer.scoreParts!("bees", [partsOf([0, 4], [4, 8], [9, 15]), partsOf([5, 8])]);
    expect(found!.scores.map(({ length }) => length)).toEqual([3, 1]);
    await scorer.dispose?.();
  });
});
