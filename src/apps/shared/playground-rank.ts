import { Document } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseReranker } from "../../rerankers/base-reranker.js";
import { CrossEncoderReranker } from "../../rerankers/cross-encoder-reranker.js";
import { EmbeddingSimilarityReranker } from "../../rerankers/embedding-similarity-reranker.js";
import { HybridReranker } from "../../rerankers/hybrid-reranker.js";
import type { RerankDetails } from "../../rerankers/types.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { PlaygroundAnswer, PlaygroundRequest, PlaygroundResult, RerankMethod } from "./playground-protocol.js";

/** Finds the models that a method names. Throws an error that lists the known ones when one is unknown. */
export interface ModelSource {
  scorer(id: string): RelevanceScorer;
  embeddings(id: string): EmbeddingsInterface | Promise<EmbeddingsInterface>;
}

/**
 * Answers a request with the rerankers of this package, on a server and in a page alike.
 *
 * @throws What `models` throws for an unknown model, and what rerankers throw.
 */
export async function rankForPlayground(
  request: PlaygroundRequest,
  models: ModelSource,
  signal: AbortSignal,
): Promise<PlaygroundAnswer> {
  const reranker = await makeReranker(request.method, models);
  const documents = request.documents.map((pageContent, index) => new Document({ pageContent, metadata: { index } }));
  const { documents: ranked, report } = await reranker.rerank(documents, request.query, { signal });
  const staged = request.method.reranker === "hybrid";
  const results = ranked.map(({ metadata }): PlaygroundResult => {
    const { scores, truncated, passage } = metadata.rerank as RerankDetails;
    return {
      index: metadata.index as number,
      score: metadata.sim as number,
      ...(staged ? { stages: scores } : {}),
      ...(truncated ? { truncated } : {}),
      ...(passage ? { passage } : {}),
    };
  });
  return { results, milliseconds: report.milliseconds.total };
}

async function makeReranker(method: RerankMethod, models: ModelSource): Promise<BaseReranker> {
  const details = true;
  switch (method.reranker) {
    case "cross-encoder":
      return new CrossEncoderReranker({ model: models.scorer(method.model), details });
    case "embedding":
      return new EmbeddingSimilarityReranker({ embeddings: await models.embeddings(method.embeddings), details });
    case "hybrid": {
      const { alpha, topK } = method;
      const stages = { embeddings: await models.embeddings(method.embeddings), model: models.scorer(method.model) };
      return new HybridReranker({ ...stages, alpha, topK, details });
    }
  }
}
