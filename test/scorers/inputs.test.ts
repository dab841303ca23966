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
        message: "Invalid query: it must be a non-blank string.",
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
