/**
 * What this package needs of the Vercel AI SDK's `RerankingModelV3` (AI SDK 6) and `RerankingModelV4` (AI SDK 7), written as the shape that
 * both have, so that using neither costs nothing.
 */
export interface AiSdkRerankingModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  /** Scores texts for a query; the indices are those of `documents.values`. */
  doRerank(options: {
    documents: { type: "text"; values: string[] };
    query: string;
    abortSignal?: AbortSignal;
    headers?: Record<string, string>;
    // biome-ignore lint/suspicious/noExplicitAny: the AI SDK's own JSON type, recursive and not ours to restate; passed on unread.
    providerOptions?: Record<string, any>;
  }): PromiseLike<AiSdkRanking>;
}

/** The answer of a reranking model, as far as it is read here. */
export interface AiSdkRanking {
  ranking: readonly { index: number; relevanceScore: number }[];
  usage?: unknown;
  response?: { id?: string; body?: unknown; headers?: Record<string, string> };
}
