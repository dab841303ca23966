import { Document } from "@langchain/core/documents";
import type { BaseReranker } from "../../rerankers/base-reranker.js";
import type { RelevanceScorer, ScoreOptions } from "../../scorers/relevance-scorer.js";

/** Turns a whole reranker, such as a hybrid, into a scorer that can be served under a name. Its `sim` is the score. */
export function rerankerAsScorer(reranker: BaseReranker, model: string): RelevanceScorer {
  return {
    model,
    async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
      const documents = texts.map((pageContent, position) => new Document({ pageContent, metadata: { position } }));
      const { documents: ranked, report } = await reranker.rerank(documents, query, {
        ...(options.signal ? { signal: options.signal } : {}),
      });
      const scores = new Array<number>(texts.length);
      for (const { metadata } of ranked) scores[metadata.position as number] = metadata.sim as number;
      options.onReport?.({ model, ...(report.tokens === undefined ? {} : { tokens: report.tokens }) });
      return scores;
    },
  };
}
