// @ts-check
import assert from "node:assert/strict";
import { isRanked } from "./is-ranked.js";

/** @typedef {Awaited<ReturnType<typeof import("./contextual-compression.js").main>>} Outcome */

export const checks = {
  "three of twenty are returned, best first": (/** @type {Outcome} */ { firstStage, documents }) => {
    assert.equal(firstStage.length, 20);
    isRanked(documents, 3);
  },
  "the note that answers comes first, where the vector store had others": (
    /** @type {Outcome} */ { firstStage, documents },
  ) => {
    assert.equal(documents[0]?.source, "lamp-flicker");
    assert.notEqual(firstStage[0]?.source, "lamp-flicker");
  },
  "documents of the first stage carry no score": (/** @type {Outcome} */ { firstStage }) => {
    assert.ok(firstStage.every(({ sim }) => sim === undefined));
  },
  "a tracer gets the reranker as one run below the retriever's": (/** @type {Outcome} */ { runs }) => {
    assert.deepEqual(
      runs.map(({ depth, type, name }) => `${depth} ${type} ${name}`),
      [
        "0 retriever ContextualCompressionRetriever",
        "1 retriever VectorStoreRetriever",
        "1 chain CrossEncoderReranker",
      ],
    );
    assert.equal(runs[2]?.report?.documents, 20);
    assert.equal(runs[2]?.report?.returned, 3);
  },
};
