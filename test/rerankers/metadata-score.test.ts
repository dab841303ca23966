import { Document } from "@langchain/core/documents";
import { describe, expect, it } from "vitest";
import { HybridReranker, InvalidInputError } from "../../src/index.js";
import { EndNumber, ids } from "./scorers.js";

const withScores = (scores: readonly unknown[]) =>
  scores.map((score, i) => new Document({ pageContent: `text ${i}`, id: `d${i}`, metadata: { score } }));
const byFirst = (options = {}) =>
  new HybridReranker({ firstStageKey: "score", model: new EndNumber(), alpha: 0, ...options });

describe("a first-stage score in the metadata", () => {
  it("may be a BigInt, as databases return integers", async () => {
    expect(ids(await byFirst().compressDocuments(withScores([1n, 30n, 2]), "q"))).toEqual(["d1", "d2", "d0"]);
  });

  it.each([
    ["a string", "0.5"],
    ["null", null],
    ["an object", { value: 1 }],
    ["a symbol", Symbol("score")],
    ["missing", undefined],
  ])(
    "that is %s is refused with the position of its document among all documents, blank ones included",
    async (_name, score) => {
      const blank = new Document({ pageContent: " " });
      const call = byFirst({ onError: "keep-order" }).rerank([blank, ...withScores([1, score])], "q");
      const error = await call.catch((caught) => caught);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error.input).toBe("documents[2].metadata.score");
      expect(error.message).toContain('document "d1"');
    },
  );

  it("that is null is explained by JSON, which has no infinity", async () => {
    await expect(byFirst().rerank(withScores([null]), "q")).rejects.toThrow(/checkpoints, turns ±Infinity into null/);
  });

  it("that is infinite survives JSON in the details, and reranking after a checkpoint", async () => {
    const { documents } = await byFirst({ details: true, scoreKey: "score" }).rerank(
      withScores([1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
      "q",
    );
    const restored = documents.map((document) => new Document(JSON.parse(JSON.stringify(document))));
    expect(restored.map(({ metadata }) => metadata)).toEqual(documents.map(({ metadata }) => metadata));
    const { first } = documents[0]!.metadata.rerank.scores;
    expect(Math.fround(first)).toBe(first);
    expect(first).toBeGreaterThan(1e38);
    expect(ids(await byFirst().compressDocuments(restored, "q"))).toEqual(["d1", "d0", "d2"]);
  });

  it.each([
    ["rising scores", [0.1, 0.4, 0.9], true],
    ["a first document with the lowest score", [0.1, 0.9, 0.4], true],
    ["negative distances", [-0.1, -0.4, -0.9], false],
    ["falling scores", [0.9, 0.4, 0.1], false],
    ["equal scores", [0.5, 0.5, 0.5], false],
    ["one document", [0.5], false],
  ])("warns about distances in the report for %s: %j is %j", async (_name, scores, isWarned) => {
    const { report } = await byFirst().rerank(withScores(scores), "q");
    const warning = expect.stringMatching(/^The first document has the lowest `metadata\.score`.*ScoredRetriever/);
    expect(report.warnings).toEqual(isWarned ? [warning] : undefined);
  });

  it("warns about distances in a fused first stage too", async () => {
    const firstStage = { fuse: [{ metadataKey: "score" }, new EndNumber()] };
    const reranker = new HybridReranker({ firstStage, model: new EndNumber() });
    const { report } = await reranker.rerank(withScores([0.1, 0.4]), "q");
    expect(report.warnings).toHaveLength(1);
  });
});
