import { Document } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import { describe, expect, it } from "vitest";
import { EmbeddingSimilarityReranker, InvalidResponseError, type Similarity } from "../../src/index.js";
import { ids, sims } from "./scorers.js";

type Vectors = Record<string, readonly number[] | unknown>;

/** Embeds a text as the vector in a table. */
class TableEmbeddings extends Embeddings {
  readonly model = "table-embeddings";
  readonly embedded: string[] = [];
  signals: unknown[] = [];

  constructor(readonly table: Vectors) {
    super({});
  }

  async embedDocuments(texts: string[], options?: { signal?: AbortSignal }): Promise<number[][]> {
    this.embedded.push(...texts);
    this.signals.push(options?.signal);
    return texts.map((text) => this.table[text] as number[]);
  }

  async embedQuery(text: string, options?: { signal?: AbortSignal }): Promise<number[]> {
    this.signals.push(options?.signal);
    return this.table[text] as number[];
  }
}

const documents = (texts: readonly string[]) =>
  texts.map((pageContent, i) => new Document({ pageContent, id: `d${i}` }));
const scores = async (table: Vectors, similarity?: Similarity) => {
  const embeddings = new TableEmbeddings(table);
  const texts = Object.keys(table).filter((text) => text !== "q");
  const result = await new EmbeddingSimilarityReranker({ embeddings, similarity }).compressDocuments(
    documents(texts),
    "q",
  );
  return Object.fromEntries(result.map(({ pageContent, metadata }) => [pageContent, metadata.sim as number]));
};

describe("EmbeddingSimilarityReranker", () => {
  const table = { q: [3, 4], same: [6, 8], across: [-4, 3], against: [-3, -4], near: [4, 3] };

  it.each<[Similarity | undefined, Record<string, number>]>([
    [undefined, { same: 1, near: 24 / 25, across: 0, against: -1 }],
    ["cosine", { same: 1, near: 24 / 25, across: 0, against: -1 }],
    ["dot", { same: 50, near: 24, across: 0, against: -25 }],
    ["euclidean", { same: -5, near: -Math.SQRT2, across: -Math.sqrt(50), against: -10 }],
  ])("similarity %s computes the scores of its definition, best first", async (similarity, expected) => {
    const found = await scores(table, similarity);
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [text, score] of Object.entries(expected)) expect(found[text], text).toBeCloseTo(score, 12);
    const values = Object.values(found);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  it("a zero vector scores 0, whether it is a document's or the query's", async () => {
    expect(await scores({ q: [1, 2], zero: [0, 0], text: [-1, 0] })).toMatchObject({ zero: 0 });
    expect(await scores({ q: [1, 2], zero: [0, 0] }, "dot")).toEqual({ zero: 0 });
    expect(await scores({ q: [0, 0], one: [1, 2], zero: [0, 0] })).toEqual({ one: 0, zero: 0 });
    expect(await scores({ q: [1, 2], same: [1, 2] }, "euclidean")).toEqual({ same: 0 });
  });

  it.each([1e-200, 1e200])(
    "cosines are right for values around %d, whose squares overflow or underflow",
    async (scale) => {
      const found = await scores({ q: [3 * scale, 4 * scale], near: [4 * scale, 3 * scale], against: [-3, -4] });
      expect(found.near).toBeCloseTo(0.96, 12);
      expect(found.against).toBeCloseTo(-1, 12);
    },
  );

  it("refuses an infinite score instead of sorting by it", async () => {
    await expect(scores({ q: [1e200], a: [1e200] }, "dot")).rejects.toBeInstanceOf(InvalidResponseError);
  });

  it.each<[string, Vectors, RegExp]>([
    [
      "a vector of another length",
      { q: [1, 2], a: [1, 2], b: [1, 2, 3] },
      /text 1 has 3 dimensions, but the query's has 2/,
    ],
    ["an empty query vector", { q: [], a: [] }, /the vector of the query is empty/],
    ["an empty document vector", { q: [1], a: [] }, /the vector of text 0 is empty/],
    ["no vector", { q: [1], a: undefined }, /text 0 is not an array/],
    ["no query vector", { q: null, a: [1] }, /the query is not an array/],
    ["a string for a vector", { q: [1, 2], a: "12" }, /text 0 is not an array/],
    ["NaN", { q: [1, 2], a: [1, Number.NaN] }, /text 0 contains a value that is not a finite number/],
    ["strings of numbers", { q: [1, 2], a: ["1", "2"] }, /text 0 contains a value that is not a finite number/],
  ])("refuses %s with an InvalidResponseError", async (_name, vectors, message) => {
    const error = await scores(vectors).catch((caught) => caught);
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(error.message).toMatch(message);
    expect(error.backend).toBe("table-embeddings");
  });

  it("refuses a wrong number of vectors", async () => {
    const embeddings = { embedQuery: async () => [1], embedDocuments: async () => [[1]] };
    const reranker = new EmbeddingSimilarityReranker({ embeddings });
    await expect(reranker.compressDocuments(documents(["a", "b"]), "q")).rejects.toThrow(
      /2 texts were embedded, but 1 vectors came back/,
    );
  });

  it("accepts typed arrays as vectors", async () => {
    expect(await scores({ q: Float32Array.of(3, 4), near: Float32Array.of(4, 3) })).toEqual({ near: 0.96 });
  });

  it("does not embed blank texts, which get the lowest possible similarity", async () => {
    const embeddings = new TableEmbeddings({ q: [1, 0], against: [-1, 0], near: [1, 1] });
    const reranker = new EmbeddingSimilarityReranker({ embeddings, details: true });
    const { documents: result, report } = await reranker.rerank(documents([" ", "against", "near"]), "q");
    expect(embeddings.embedded).toEqual(["against", "near"]);
    expect(ids(result)).toEqual(["d2", "d0", "d1"]);
    expect(sims(result).slice(1)).toEqual([-1, -1]);
    expect(result[0]!.metadata.rerank).toEqual({
      rank: 1,
      firstRank: 3,
      scores: { embedding: result[0]!.metadata.sim },
    });
    expect(report).toMatchObject({ model: "table-embeddings", scored: 2, milliseconds: { embed: expect.any(Number) } });
  });

  it("passes its signal to the embeddings, for the query and the documents", async () => {
    const embeddings = new TableEmbeddings({ q: [1], a: [1] });
    const controller = new AbortController();
    await new EmbeddingSimilarityReranker({ embeddings, signal: controller.signal }).compressDocuments(
      documents(["a"]),
      "q",
    );
    expect(embeddings.signals).toEqual([expect.any(AbortSignal), expect.any(AbortSignal)]);
  });
});
