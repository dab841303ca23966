import { Document } from "@langchain/core/documents";
import { given } from "../../options.js";
import type { BaseReranker } from "../../rerankers/base-reranker.js";
import type { RerankDetails, RerankReport } from "../../rerankers/types.js";
import type { RelevanceScorer, ScoreOptions, ScorerReport } from "../../scorers/relevance-scorer.js";

/**
 * Turns a whole reranker, such as a hybrid, into a scorer that can be served under a name. Its `sim` is the score.
 *
 * @param lowestScore What the reranker gives to a blank text beside others. @default unknown
 */
export function rerankerAsScorer(reranker: BaseReranker, model: string, lowestScore?: number): RelevanceScorer {
  return {
    model,
    ...given({ lowestScore }),
    async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
      const documents = texts.map((pageContent, position) => new Document({ pageContent, metadata: { position } }));
      const { documents: ranked, report } = await reranker.rerank(documents, query, {
        details: true,
        ...(options.signal ? { signal: options.signal } : {}),
      });
      const scores = new Array<number>(texts.length);
      const truncated = new Array<boolean>(texts.length);
      for (const { metadata } of ranked) {
        const { position, sim, rerank } = metadata as { position: number; sim: number; rerank: RerankDetails };
        scores[position] = sim;
        truncated[position] = rerank.truncated ?? false;
      }
      options.onReport?.({ ...ofScoring(report), model, truncated });
      return scores;
    },
  };
}

/** What a reranker's report says about the scores, without what it says about documents. */
function ofScoring(report: RerankReport): ScorerReport {
  const { documents, returned, scored, truncated, milliseconds, reranked, stopped, error, ...shared } = report;
  const { total, firstStage, embed, score, ...byScorer } = milliseconds;
  return { ...shared, milliseconds: byScorer };
}
