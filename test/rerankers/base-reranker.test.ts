import { Document, type DocumentInterface } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { OnnxCrossEncoder } from "langchain-rerank/onnx";
import { StaticEmbeddings } from "langchain-rerank/static";
import { describe, expect, it } from "vitest";
import {
  BaseReranker,
  type BaseRerankerInput,
  type Candidates,
  ContextPruner,
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  InvalidInputError,
  InvalidOptionError,
  InvalidResponseError,
  type RelevanceScorer,
  type RerankCallOptions,
} from "../../src/index.js";
import { answering, deepFreeze, EndNumber, ids, numbered, sims } from "./scorers.js";

const reranker = (options: BaseRerankerInput = {}, model: RelevanceScorer = new EndNumber()) =>
  new CrossEncoderReranker({ ...options, model });
const embeddings = {
  embedQuery: async () => [1],
  embedDocuments: async (texts: string[]) => texts.map(() => [1]),
};

describe("a reranker's order, topN and threshold", () => {
  it("sorts by score, highest first, and writes the exact score", async () => {
    const result = await reranker().compressDocuments(numbered([0.25, -3, 0.5]), "q");
    expect(ids(result)).toEqual(["d2", "d0", "d1"]);
    expect(sims(result)).toEqual([0.5, 0.25, -3]);
  });

  it("keeps the input order of documents with equal scores", async () => {
    const result = await reranker().compressDocuments(numbered([1, 2, 1, 2, 1]), "q");
    expect(ids(result)).toEqual(["d1", "d3", "d0", "d2", "d4"]);
  });

  it.each([
    [1, ["d2"]],
    [2, ["d2", "d0"]],
    [3, ["d2", "d0", "d1"]],
    [99, ["d2", "d0", "d1"]],
  ])("with topN %i returns the best of three documents", async (topN, expected) => {
    const documents = numbered([2, 1, 3]);
    expect(ids(await reranker({ topN }).compressDocuments(documents, "q"))).toEqual(expected);
    const call = await reranker().rerank(documents, "q", { topN });
    expect(ids(call.documents)).toEqual(expected);
    expect(call.report).toMatchObject({ documents: 3, returned: expected.length, scored: 3 });
  });

  it("scores all documents even if topN returns fewer", async () => {
    const model = new EndNumber();
    await reranker({ topN: 1 }, model).compressDocuments(numbered([1, 2, 3]), "q");
    expect(model.asked).toHaveLength(3);
  });

  it("keeps documents at the threshold, drops those below it, and cuts to topN afterwards", async () => {
    const documents = numbered([0.5, 0.49, 0.7, -1]);
    expect(ids(await reranker({ threshold: 0.5 }).compressDocuments(documents, "q"))).toEqual(["d2", "d0"]);
    expect(
      ids((await reranker({ threshold: 9 }).rerank(documents, "q", { threshold: 0.5, topN: 1 })).documents),
    ).toEqual(["d2"]);
    expect(await reranker({ threshold: 1 }).compressDocuments(documents, "q")).toEqual([]);
    expect(await reranker({ threshold: -1 }).compressDocuments(documents, "q")).toHaveLength(4);
  });
});

describe("a reranked document", () => {
  it("has its score under scoreKey only", async () => {
    const [first] = await reranker({ scoreKey: "relevance" }).compressDocuments(numbered([0.5], { sim: "mine" }), "q");
    expect(first!.metadata).toEqual({ relevance: 0.5, sim: "mine" });
  });

  it("has the new score in place of an older one", async () => {
    const [first] = await reranker().compressDocuments(numbered([0.5], { sim: 12, other: 1 }), "q");
    expect(first!.metadata).toEqual({ sim: 0.5, other: 1 });
  });

  it("keeps its id and shares every other metadata value by reference", async () => {
    const nested = { deep: [1] };
    const when = new Date(0);
    const document = new Document({ pageContent: "text 1", id: "x", metadata: { nested, when, none: null } });
    const [first] = await reranker().compressDocuments([document], "q");
    expect(first).not.toBe(document);
    expect(first).toBeInstanceOf(Document);
    expect(first!.id).toBe("x");
    expect(first!.pageContent).toBe("text 1");
    expect(first!.metadata.nested).toBe(nested);
    expect(first!.metadata.when).toBe(when);
    expect(first!.metadata).toEqual({ nested, when, none: null, sim: 1 });
    expect(document.metadata).toEqual({ nested, when, none: null });
  });

  it("can be frozen, or a plain object without metadata or id", async () => {
    const frozen = deepFreeze(numbered([1, 2], { tags: ["a"] }));
    expect(ids(await reranker().compressDocuments(frozen, "q"))).toEqual(["d1", "d0"]);
    const plain = [{ pageContent: "text 1" }, { pageContent: "text 2", metadata: { a: 1 } }] as DocumentInterface[];
    const result = await reranker({ details: true }).compressDocuments(plain, "q");
    expect(result.map(({ pageContent }) => pageContent)).toEqual(["text 2", "text 1"]);
    expect(result[0]!.metadata.a).toBe(1);
    expect("id" in result[1]! && result[1].id !== undefined).toBe(false);
  });

  it("has ranks, scores and the scorer's report with details, and only its score without", async () => {
    const model: RelevanceScorer = {
      model: "reporting",
      score: async (_query, texts, options) => {
        options?.onReport?.({
          raw: [-1, 4],
          truncated: [false, true],
          passages: [undefined, { start: 3, end: 9 }],
          batches: 2,
          tokens: 64,
          milliseconds: { inference: 5 },
          usage: { searchUnits: 1 },
          retries: 1,
        });
        return texts.map((_, i) => [0.25, 0.75][i]!);
      },
    };
    const { documents, report } = await reranker({ details: true }, model).rerank(numbered([0, 0]), "q");
    expect(documents.map(({ metadata }) => metadata.rerank)).toEqual([
      { rank: 1, firstRank: 2, scores: { cross: 0.75 }, raw: 4, truncated: true, passage: { start: 3, end: 9 } },
      { rank: 2, firstRank: 1, scores: { cross: 0.25 }, raw: -1 },
    ]);
    expect(report).toMatchObject({ model: "reporting", truncated: 1, batches: 2, tokens: 64, retries: 1 });
    expect(report.usage).toEqual({ searchUnits: 1 });
    expect(report.milliseconds).toMatchObject({ inference: 5, total: expect.any(Number), score: expect.any(Number) });
    const [bare] = await reranker({}, model).compressDocuments(numbered([0, 0]), "q");
    expect(bare!.metadata).toEqual({ sim: 0.75 });
  });

  it("changes only in its score when it is reranked again", async () => {
    const once = await reranker().compressDocuments(numbered([1, 3, 2], { a: 1 }), "q");
    const twice = await reranker().compressDocuments(once, "q");
    expect(twice).toEqual(once);
    const other = await reranker({}, answering([5, 6, 7])).compressDocuments(once, "q");
    expect(ids(other)).toEqual(ids(once).reverse());
    expect(other.map(({ metadata }) => metadata)).toEqual([7, 6, 5].map((sim) => ({ a: 1, sim })));
  });

  it("is scored by the text that the text option returns", async () => {
    const model = new EndNumber();
    const documents = [new Document({ pageContent: "body", metadata: { title: "title 7" } })];
    const [first] = await reranker({ text: ({ metadata }) => metadata.title }, model).compressDocuments(documents, "q");
    expect(model.asked).toEqual(["title 7"]);
    expect(first).toMatchObject({ pageContent: "body", metadata: { sim: 7 } });
  });
});

describe("a reranker's input and its scorer's response", () => {
  it("returns [] for no documents without calling the scorer", async () => {
    const model = new EndNumber();
    expect(await reranker({}, model).compressDocuments([], "q")).toEqual([]);
    const { documents, report } = await reranker({}, model).rerank([], "q");
    expect(documents).toEqual([]);
    expect(report).toMatchObject({ model: "end-number", documents: 0, returned: 0, scored: 0, truncated: 0 });
    expect(model.queries).toEqual([]);
  });

  it.each(["", "   ", "\n\t ", undefined, 7])("refuses the query %j before any work is done", async (query) => {
    const model = new EndNumber();
    const error = await reranker({ onError: "keep-order" }, model)
      .compressDocuments(numbered([1]), query as string)
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ input: "query", message: expect.stringContaining("blank") });
    expect(model.asked).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["documents that are not an array", { length: 1 }, "documents"],
    ["a string among documents", ["text"], "documents[0].pageContent"],
    ["null among documents", [{ pageContent: "a" }, null], "documents[1].pageContent"],
  ])("refuses %s with an InvalidInputError", async (_name, documents, input) => {
    const call = reranker().compressDocuments(documents as DocumentInterface[], "q");
    await expect(call).rejects.toMatchObject({ name: "InvalidInputError", input });
  });

  it("refuses a text option that returns no string, and names the document", async () => {
    const call = reranker({ text: () => undefined as unknown as string }).compressDocuments(numbered([1]), "q");
    await expect(call).rejects.toMatchObject({ name: "InvalidInputError", input: "documents[0]" });
  });

  it("gives blank texts the lowest score without passing them to the scorer", async () => {
    const model = Object.assign(new EndNumber(), { lowestScore: -50 });
    const documents = ["", "text -7", " \n\t", "text 2"].map(
      (pageContent, i) => new Document({ pageContent, id: `d${i}` }),
    );
    const { documents: result, report } = await reranker({ details: true }, model).rerank(documents, "q");
    expect(model.asked).toEqual(["text -7", "text 2"]);
    expect(ids(result)).toEqual(["d3", "d1", "d0", "d2"]);
    expect(sims(result)).toEqual([2, -7, -50, -50]);
    expect(result[2]!.metadata.rerank).toEqual({ rank: 3, firstRank: 1, scores: {} });
    expect(report).toMatchObject({ documents: 4, scored: 2 });
  });

  it("does not call the scorer if all texts are blank, whose score fits a 32-bit float", async () => {
    const model = new EndNumber();
    const result = await reranker({}, model).compressDocuments([new Document({ pageContent: " " })], "q");
    expect(sims(result)).toEqual([-(2 ** 100)]);
    expect(Math.fround(-(2 ** 100))).toBe(-(2 ** 100));
    expect(model.queries).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ["too few scores", [1], /2 texts were sent, but 1 scores came back/],
    ["too many scores", [1, 2, 3], /2 texts were sent, but 3 scores came back/],
    ["a response that is not a list", undefined, /no scores came back/],
    ["NaN", [1, Number.NaN], /text 1 is NaN/],
    ["Infinity", [Number.POSITIVE_INFINITY, 1], /text 0 is Infinity/],
    ["a string", ["0.5", 1], /text 0 is "0\.5", not a finite number/],
    ["a missing score", [1, undefined], /text 1 is undefined/],
  ])("refuses %s with an InvalidResponseError", async (_name, answer, message) => {
    const error = await reranker({}, answering(answer))
      .compressDocuments(numbered([1, 2]), "q")
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(error.message).toMatch(message);
    expect(error.backend).toBe("answering");
  });
});

describe("a reranker's options", () => {
  const bad: [string, Record<string, unknown>, string][] = [
    ["topN of 0", { topN: 0 }, "topN"],
    ["a negative topN", { topN: -1 }, "topN"],
    ["half a topN", { topN: 1.5 }, "topN"],
    ["topN as a string", { topN: "3" }, "topN"],
    ["topN NaN", { topN: Number.NaN }, "topN"],
    ["an infinite topN", { topN: Number.POSITIVE_INFINITY }, "topN"],
    ["threshold NaN", { threshold: Number.NaN }, "threshold"],
    ["threshold as a string", { threshold: "0.5" }, "threshold"],
    ["a negative timeout", { timeout: -1 }, "timeout"],
    ["a timeout of 0", { timeout: 0 }, "timeout"],
    ["a timeout that is too long for a timer", { timeout: 2 ** 31 }, "timeout"],
    ["details that are not a boolean", { details: "yes" }, "details"],
    ["a signal that is not one", { signal: new AbortController() }, "signal"],
  ];
  const badAtConstruction: [string, Record<string, unknown>, string][] = [
    ["an unknown onError", { onError: "ignore" }, "onError"],
    ["an empty scoreKey", { scoreKey: "" }, "scoreKey"],
    ["a scoreKey that is not a string", { scoreKey: 1 }, "scoreKey"],
    ["the scoreKey of the details", { scoreKey: "rerank" }, "scoreKey"],
    ["text that is not a function", { text: "title" }, "text"],
    ["a misspelled option", { topn: 3 }, "topn"],
  ];

  it.each([...bad, ...badAtConstruction])(
    "%s makes the constructor of every reranker throw",
    (_name, options, option) => {
      const model = new EndNumber();
      for (const make of [
        () => new CrossEncoderReranker({ model, ...options }),
        () => new EmbeddingSimilarityReranker({ embeddings, ...options }),
        () => new HybridReranker({ embeddings, model, ...options }),
      ]) {
        let error: unknown;
        try {
          make();
        } catch (caught) {
          error = caught;
        }
        expect(error).toBeInstanceOf(InvalidOptionError);
        expect(error).toMatchObject({
          option,
          value: options[option],
          message: expect.stringContaining(`\`${option}\``),
        });
        expect((error as InvalidOptionError).allowed).not.toBe("");
      }
    },
  );

  it.each([...bad, ["a misspelled call option", { topK: 3 }, "topK"] as const])(
    "%s makes a call reject before any work is done",
    async (_name, options, option) => {
      const model = new EndNumber();
      const call = reranker({ onError: "keep-order" }, model).rerank(numbered([1]), "q", options as RerankCallOptions);
      await expect(call).rejects.toMatchObject({ name: "InvalidOptionError", option });
      expect(model.asked).toEqual([]);
    },
  );

  it.each<[string, () => unknown, string]>([
    ["a model that is a number", () => new CrossEncoderReranker({ model: 3 as unknown as string }), "model"],
    ["a blank model", () => new CrossEncoderReranker({ model: " " }), "model"],
    ["an object without score as the model", () => new CrossEncoderReranker({ model: {} as RelevanceScorer }), "model"],
    ["no embeddings", () => new EmbeddingSimilarityReranker({} as { embeddings: typeof embeddings }), "embeddings"],
    ["no options", () => new EmbeddingSimilarityReranker(...([] as unknown as [{ embeddings: never }])), "embeddings"],
    [
      "an unknown similarity",
      () => new EmbeddingSimilarityReranker({ embeddings, similarity: "l2" as "dot" }),
      "similarity",
    ],
    ["alpha above 1", () => new HybridReranker({ embeddings, alpha: 1.1 }), "alpha"],
    ["alpha below 0", () => new HybridReranker({ embeddings, alpha: -0.1 }), "alpha"],
    ["topK of 0", () => new HybridReranker({ embeddings, topK: 0 }), "topK"],
    [
      "an unknown normalization",
      () => new HybridReranker({ embeddings, normalization: "softmax" as "max" }),
      "normalization",
    ],
    ["two first stages", () => new HybridReranker({ embeddings, firstStageKey: "score" }), "firstStageKey"],
    ["null as the options of CrossEncoderReranker", () => new CrossEncoderReranker(null as never), "options"],
    ["null as the options of HybridReranker", () => new HybridReranker(null as never), "options"],
    ["null as the options of ContextPruner", () => new ContextPruner(null as never), "options"],
    ["null as the options of StaticEmbeddings", () => new StaticEmbeddings(null as never), "options"],
    ["null as the options of OnnxCrossEncoder", () => new OnnxCrossEncoder(null as never), "options"],
    ["null as a stage of a cascade", () => new HybridReranker({ cascade: [null as never] }), "cascade[0]"],
    ["a hole in a cascade", () => new HybridReranker({ cascade: new Array(1) }), "cascade[0]"],
    ["a hole in a fusion", () => new HybridReranker({ firstStage: { fuse: new Array(2) } }), "firstStage.fuse[0]"],
    ["an empty first stage key", () => new HybridReranker({ firstStageKey: "" }), "firstStageKey"],
  ])("%s is refused with the name of the option", (_name, make, option) => {
    expect(make).toThrow(expect.objectContaining({ name: "InvalidOptionError", option }));
  });

  it("that are null make a call reject, and so does an array of documents with a hole", async () => {
    const call = reranker().rerank(numbered([1]), "q", null as never);
    await expect(call).rejects.toMatchObject({ name: "InvalidOptionError", option: "options" });
    const sparse = numbered([1, 2]);
    delete sparse[1];
    await expect(reranker().rerank(sparse, "q")).rejects.toMatchObject({
      ...{ name: "InvalidInputError", input: "documents[1].pageContent" },
    });
  });

  it("count as not passed if they are undefined", async () => {
    const options = { topN: undefined, threshold: undefined, scoreKey: undefined, text: undefined, signal: undefined };
    expect(sims(await reranker(options).compressDocuments(numbered([1]), "q"))).toEqual([1]);
  });
});

describe("BaseReranker", () => {
  class LongestFirst extends BaseReranker {
    protected override readonly model = "longest-first";
    readonly seen: Candidates[] = [];
    protected override async lowestScore() {
      return 0;
    }
    protected override async score(candidates: Candidates) {
      this.seen.push(candidates);
      return { scores: candidates.texts.map((text) => text.length) };
    }
  }

  it("is a LangChain document compressor whose subclasses define only how to score", async () => {
    const mine = new LongestFirst({ topN: 2 });
    expect(mine).toBeInstanceOf(BaseDocumentCompressor);
    const documents = ["aa", "", "a", "aaa"].map((pageContent) => new Document({ pageContent }));
    const result = await mine.compressDocuments(documents, "long");
    expect(sims(result)).toEqual([3, 2]);
    const [{ query, texts, documents: given, topN }] = mine.seen as [Candidates];
    expect({ query, texts, topN }).toEqual({ query: "long", texts: ["aa", "a", "aaa"], topN: 2 });
    expect(given).toEqual([documents[0], documents[2], documents[3]]);
    expect(() => new LongestFirst({ topn: 2 } as object)).toThrow(/LongestFirst/);
  });
});
