import { DocumentCompressorPipeline } from "@langchain/classic/retrievers/document_compressors";
import { Document } from "@langchain/core/documents";
import { describe, expect, it, vi } from "vitest";
import { ContextPruner, CrossEncoderReranker, type RelevanceScorer } from "../../src/index.js";
import { cutSentences } from "../../src/sentences.js";
import type { ScoredSpan } from "../../src/text-span.js";

const TEXT =
  "Solar panels turn light into electricity. They were invented in 1883. Cats sleep most of the day. " +
  "An inverter turns the panels' current into alternating current.";

/** Counts the query's words in a text, so that scores are easy to predict. */
const overlap: RelevanceScorer = {
  model: "overlap",
  score: async (query, texts) =>
    texts.map((text) => query.split(" ").filter((word) => text.toLowerCase().includes(word)).length),
};

const documentOf = (pageContent: string) => new Document({ pageContent, metadata: { source: "a.md" } });
const spansOf = (document: { metadata: Record<string, unknown> }) =>
  (document.metadata.rerank as { spans: ScoredSpan[] }).spans;

describe("ContextPruner", () => {
  it("keeps the best sentences that fit the limit, in their original order", async () => {
    const [pruned] = await new ContextPruner({ model: overlap, maxCharacters: 110 }).compressDocuments(
      [documentOf(TEXT)],
      "panels current",
    );
    expect(pruned!.pageContent).toBe(
      "Solar panels turn light into electricity. An inverter turns the panels' current into alternating current.",
    );
    expect(pruned!.pageContent.length).toBeLessThanOrEqual(110);
  });

  it("reports offsets into the original text and leaves the documents passed in unchanged", async () => {
    const document = documentOf(TEXT);
    const before = structuredClone({ ...document });
    const [pruned] = await new ContextPruner({ model: overlap, maxCharacters: 70 }).compressDocuments(
      [document],
      "panels current",
    );
    const spans = spansOf(pruned!);
    expect(spans.map(({ start, end }) => TEXT.slice(start, end)).join(" ")).toBe(pruned!.pageContent);
    expect(spans.every(({ score }) => Number.isFinite(score))).toBe(true);
    expect({ ...document }).toEqual(before);
    expect(pruned!.metadata.source).toBe("a.md");
    expect(pruned).toBeInstanceOf(Document);
  });

  it.each([
    [
      "the details of a reranker, and adds the spans",
      { rank: 1, firstRank: 2, scores: {} },
      ["firstRank", "rank", "scores"],
    ],
    ["no string", "some text of the user", []],
    ["no array", ["a", "b"], []],
    ["no null", null, []],
    ["no number", 7, []],
  ])("keeps under metadata.rerank %s", async (_, rerank, kept) => {
    const document = new Document({ pageContent: TEXT, metadata: { rerank } });
    const pruner = new ContextPruner({ model: overlap, maxCharacters: 70 });
    const [pruned] = await pruner.compressDocuments([document], "panels current");
    expect(Object.keys(pruned!.metadata.rerank).sort()).toEqual([...kept, "spans"]);
    expect(pruned!.metadata.rerank).toMatchObject(kept.length > 0 ? (rerank as object) : {});
    expect(document.metadata.rerank).toEqual(rerank);
  });

  it("never empties a document that has text, even when nothing reaches the threshold", async () => {
    const pruned = await new ContextPruner({ model: overlap, threshold: 50 }).compressDocuments(
      [documentOf(TEXT), documentOf("Nothing here matters.")],
      "panels",
    );
    expect(pruned.map(({ pageContent }) => pageContent.length > 0)).toEqual([true, true]);
    expect(spansOf(pruned[0]!)).toHaveLength(1);
  });

  it("cuts a sentence that is longer than the limit between words", async () => {
    const long = `${"panels ".repeat(30)}end.`;
    const [pruned] = await new ContextPruner({ model: overlap, maxCharacters: 50 }).compressDocuments(
      [documentOf(long)],
      "panels",
    );
    expect(pruned!.pageContent.length).toBeLessThanOrEqual(50);
    expect(pruned!.pageContent).toMatch(/^panels( panels)*$/);
  });

  it("keeps about the number of tokens that maxTokens allows", async () => {
    const [pruned] = await new ContextPruner({ model: overlap, maxTokens: 18 }).compressDocuments(
      [documentOf(TEXT)],
      "panels current",
    );
    expect(pruned!.pageContent).toBe("An inverter turns the panels' current into alternating current.");
  });

  it("returns blank documents as they are, with no spans", async () => {
    const [pruned] = await new ContextPruner({ model: overlap, maxCharacters: 10 }).compressDocuments(
      [documentOf("  \n ")],
      "panels",
    );
    expect(pruned!.pageContent).toBe("");
    expect(spansOf(pruned!)).toEqual([]);
  });

  it.each([{}, { maxTokens: 20 }, { maxCharacters: 20 }, { threshold: 0.5 }])(
    "returns blank documents as they are when all are blank and the default model has nothing to read (%o)",
    async (options) => {
      await using pruner = new ContextPruner(options);
      const pruned = await pruner.compressDocuments([documentOf(""), documentOf(" \n")], "panels");
      expect(pruned.map(({ pageContent }) => pageContent)).toEqual(["", ""]);
      expect(pruned.map(spansOf)).toEqual([[], []]);
      expect(await pruner.compressDocuments([], "panels")).toEqual([]);
    },
  );

  it("asks for a limit or a threshold when scores are not probabilities", async () => {
    const pruner = new ContextPruner({ model: overlap });
    await expect(pruner.compressDocuments([documentOf(TEXT)], "panels")).rejects.toThrow(
      /"overlap" are not probabilities.*Set `maxCharacters`, `maxTokens` or `threshold`/,
    );
  });

  it("refuses unknown options, limits of 0 and blank queries", async () => {
    expect(() => new ContextPruner({ maxCharacters: 0 })).toThrow(
      "Invalid `maxCharacters`: expected a positive integer",
    );
    expect(() => new ContextPruner({ maxChars: 5 } as object)).toThrow(/Unknown option `maxChars`/);
    const pruner = new ContextPruner({ model: overlap, maxCharacters: 10 });
    await expect(pruner.compressDocuments([documentOf(TEXT)], " ")).rejects.toMatchObject({
      name: "InvalidInputError",
    });
  });

  it("prefers scores of sentences in context, where the scorer has them", async () => {
    const asked: unknown[] = [];
    const inContext: RelevanceScorer = {
      model: "in context",
      calibration: { model: "in context", slope: 1, intercept: 0, positives: 1, negatives: 1 },
      score: () => Promise.reject(new Error("not asked")),
      scoreParts: async (query, texts) => {
        asked.push(query, ...texts);
        return { scores: texts.map(({ parts }) => parts.map((_, index) => (index === 1 ? 2 : -2))) };
      },
    };
    const [pruned] = await new ContextPruner({ model: inContext }).compressDocuments([documentOf(TEXT)], "when?");
    expect(pruned!.pageContent).toBe("They were invented in 1883.");
    expect(spansOf(pruned!)[0]!.score).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
    expect(asked).toEqual(["when?", { text: TEXT, parts: cutSentences(TEXT) }]);
  });

  it("scores sentences as texts if the scorer cannot read them in context, and refuses a wrong number of scores", async () => {
    const unable: RelevanceScorer = { ...overlap, scoreParts: async () => undefined };
    const options = { maxCharacters: 70 };
    const expected = await new ContextPruner({ model: overlap, ...options }).compressDocuments(
      [documentOf(TEXT)],
      "panels",
    );
    const found = await new ContextPruner({ model: unable, ...options }).compressDocuments(
      [documentOf(TEXT)],
      "panels",
    );
    expect(found).toEqual(expected);
    const wrong: RelevanceScorer = { ...overlap, scoreParts: async () => ({ scores: [[1]] }) };
    const call = new ContextPruner({ model: wrong, ...options }).compressDocuments([documentOf(TEXT)], "panels");
    await expect(call).rejects.toMatchObject({ name: "InvalidResponseError" });
  });

  it("keeps a long sentence only if it says more than a short one", async () => {
    const even: RelevanceScorer = {
      model: "even",
      calibration: { model: "even", slope: 1, intercept: 0, positives: 1, negatives: 1 },
      score: async () => [],
      scoreParts: async (_, texts) => ({
        scores: texts.map(({ parts }) => parts.map(({ start }) => (start === 0 ? 0.01 : 0))),
      }),
    };
    const long = `${"A very long sentence, ".repeat(10)}it is.`;
    const [pruned] = await new ContextPruner({ model: even }).compressDocuments(
      [documentOf(`Short one. Short two. ${long}`)],
      "q",
    );
    expect(pruned!.pageContent).toBe("Short one. Short two.");
  });

  it.each([
    ["texts", { score: () => new Promise<never>(() => {}) }],
    ["parts", { score: async () => [], scoreParts: () => new Promise<never>(() => {}) }],
  ])("ends when its signal aborts, although the scorer of %s ignores it", async (_, model) => {
    const pruner = new ContextPruner({ model, maxCharacters: 40 });
    const controller = new AbortController();
    const call = pruner.compressDocuments([documentOf(TEXT)], "panels", undefined, { signal: controller.signal });
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
  });

  it("asks no scorer after an abort", async () => {
    const score = vi.fn(async (_: string, texts: readonly string[]) => texts.map(() => 1));
    const pruner = new ContextPruner({ model: { score }, maxCharacters: 40 });
    const signal = AbortSignal.abort("enough");
    await expect(pruner.compressDocuments([documentOf(TEXT)], "panels", undefined, { signal })).rejects.toBe("enough");
    expect(score).not.toHaveBeenCalled();
  });

  it("stops when its signal aborts", async () => {
    const controller = new AbortController();
    const slow: RelevanceScorer = {
      score: (_query, _texts, options) =>
        new Promise((_resolve, reject) => {
          options?.signal?.addEventListener("abort", () => reject(options.signal!.reason));
          controller.abort(new Error("stopped"));
        }),
    };
    const pruner = new ContextPruner({ model: slow, maxCharacters: 40 });
    const call = pruner.compressDocuments([documentOf(TEXT)], "panels", undefined, { signal: controller.signal });
    await expect(call).rejects.toThrow("stopped");
  });

  it("reads sentences in context by default, as it does with the default's model by name", async () => {
    const text =
      "The tower is a landmark. It opened in 1889. Tickets cost nine euros in winter. Trees line the avenue.";
    const spans = async (options: { model?: string }) => {
      await using pruner = new ContextPruner(options);
      const [pruned] = await pruner.compressDocuments([documentOf(text)], "When did the tower open?");
      return spansOf(pruned!);
    };
    expect(await spans({})).toEqual(await spans({ model: "late-en-v1" }));
  });

  it("answers with the bundled model, after a reranker in a pipeline", async () => {
    await using reranker = new CrossEncoderReranker({ topN: 1 });
    await using pruner = new ContextPruner();
    const pipeline = new DocumentCompressorPipeline({ transformers: [reranker, pruner] });
    const documents = [documentOf("Cats sleep for most of the day. Dogs do not."), documentOf(TEXT)];
    const [pruned] = await pipeline.compressDocuments(documents, "when were solar panels invented?");
    expect(pruned!.pageContent).toContain("They were invented in 1883.");
    expect(pruned!.pageContent).not.toContain("Cats sleep");
    expect(pruned!.metadata.sim).toBeGreaterThan(0);
  });
});

describe("cutSentences", () => {
  const cut = (text: string, longest?: number) =>
    cutSentences(text, longest).map(({ start, end }) => text.slice(start, end));

  it("cuts between sentences of several scripts", () => {
    expect(cut("One. Two? Three!")).toEqual(["One.", "Two?", "Three!"]);
    expect(cut("猫は寝る。犬は走る。")).toEqual(["猫は寝る。", "犬は走る。"]);
  });

  it("keeps initials and abbreviations with periods in one sentence", () => {
    expect(cut("J. R. R. Tolkien lived in the U.K. until 1973. He wrote.")).toEqual([
      "J. R. R. Tolkien lived in the U.K. until 1973.",
      "He wrote.",
    ]);
  });

  it("keeps titles with their names, and what goes on in lowercase with what came before", () => {
    expect(cut("They built a road to St. Augustine. It was long.")).toEqual([
      "They built a road to St. Augustine.",
      "It was long.",
    ]);
    expect(cut("The code has seppuku (or what?) or hara-kiri. Next.")).toEqual([
      "The code has seppuku (or what?) or hara-kiri.",
      "Next.",
    ]);
  });

  it("ends a sentence at a line break", () => {
    expect(cut("# Title\n\nText without a period\n- item")).toEqual(["# Title", "Text without a period", "- item"]);
  });

  it("never divides a surrogate pair", () => {
    for (const longest of [1, 2, 3])
      for (const piece of cut("a😀😀😀😀", longest)) expect(piece).not.toMatch(/[\uD800-\uDBFF]$|^[\uDC00-\uDFFF]/);
  });
});
