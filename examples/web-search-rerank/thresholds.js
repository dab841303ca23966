import { EmbeddingSimilarityReranker } from "langchain-rerank";
import { chooseThreshold } from "langchain-rerank/evaluation";
import { answers } from "./sample-site.js";

/** Questions to which the pages that ship hold marked answers. */
export const JUDGED = {
  cold: "how cold can it get before a heat pump stops heating a house?",
  power: "how much electricity does a heat pump use in a year?",
  radiators: "can old radiators stay when a heat pump is fitted?",
};

/**
 * How `sim` lies for passages that answer and for those that do not, and the threshold that parts them best (highest F1). It is another one
 * for every model, and would be another one for other texts.
 *
 * @param {import("./embedders.js").Embedder} embedder
 * @param {import("@langchain/core/documents").Document[]} passages
 */
export async function similaritySpread({ name, embeddings }, passages) {
  const reranker = new EmbeddingSimilarityReranker({ embeddings, text: titleAndText });
  /** @type {Record<string, Record<string, number>>} */
  const scores = {};
  /** @type {Record<string, Record<string, number>>} */
  const judgments = {};
  for (const [key, question] of Object.entries(JUDGED)) {
    const marked = answers(key);
    const { documents } = await reranker.rerank(passages, question);
    scores[key] = {};
    judgments[key] = {};
    for (const { id = "", pageContent, metadata } of documents) {
      scores[key][id] = metadata.sim;
      judgments[key][id] = marked.some((text) => pageContent.includes(text.slice(0, 60))) ? 1 : 0;
    }
  }
  const all = Object.keys(JUDGED).flatMap((key) =>
    Object.entries(scores[key]).map(([id, sim]) => ({ sim, answers: judgments[key][id] === 1 })),
  );
  const sims = (/** @type {boolean} */ wanted) =>
    all
      .filter(({ answers }) => answers === wanted)
      .map(({ sim }) => sim)
      .sort((a, b) => a - b);
  const { threshold, precision, recall } = chooseThreshold(scores, judgments, "f1");
  return { model: name, answers: spread(sims(true)), others: spread(sims(false)), threshold, precision, recall };
}

/** @param {{ pageContent: string, metadata: Record<string, any> }} passage */
export const titleAndText = ({ pageContent, metadata }) => `${metadata.title}\n${pageContent}`;

/** @param {number[]} sorted */
function spread(sorted) {
  const at = (/** @type {number} */ share) => sorted[Math.round(share * (sorted.length - 1))];
  return { count: sorted.length, lowest: at(0), median: at(0.5), p90: at(0.9), highest: at(1) };
}
