import { MissingDependencyError } from "../../errors.js";

/**
 * The part of the Vercel AI SDK's `RerankingModelV3` (AI SDK 6) and `RerankingModelV4` (AI SDK 7) that this package needs. Both have this
 * shape, so that neither has to be installed.
 */
export interface AiSdkRerankingModel {
  /** `"v3"` in AI SDK 6, `"v4"` in AI SDK 7. */
  readonly specificationVersion: string;
  /** Name of the provider, for errors. */
  readonly provider: string;
  /** Name of the model, for reports. */
  readonly modelId: string;
  /** Scores texts for a query; the indices are those of `documents.values`. */
  doRerank(options: {
    documents: { type: "text"; values: string[] };
    query: string;
    abortSignal?: AbortSignal;
    headers?: Record<string, string>;
    // biome-ignore lint/suspicious/noExplicitAny: the AI SDK's recursive JSON type; passed on unread.
    providerOptions?: Record<string, any>;
  }): PromiseLike<AiSdkRanking>;
}

/** The answer of a reranking model, as far as it is read here. */
export interface AiSdkRanking {
  /** One entry per text: its index in `documents.values`, and its score. */
  ranking: readonly { index: number; relevanceScore: number }[];
  /** What the provider billed, under its own names. */
  usage?: unknown;
  /** What the provider said about the request. */
  response?: { id?: string; modelId?: string; timestamp?: Date; body?: unknown; headers?: Record<string, string> };
}

/** A provider of the AI SDK, as far as it is used here. */
interface AiSdkProvider {
  rerankingModel?: (name: string) => AiSdkRerankingModel;
}

/** True if a value may be the name of a model of the AI Gateway. */
export function isGatewayName(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

/**
 * Resolves a name in the same way as the AI SDK: by `globalThis.AI_SDK_DEFAULT_PROVIDER`, or the gateway of the package `ai`.
 *
 * @throws MissingDependencyError if the package `ai` is needed and not installed, or too old to have reranking models.
 */
export async function resolveModel(model: AiSdkRerankingModel | string): Promise<AiSdkRerankingModel> {
  if (typeof model !== "string") return model;
  const configured = (globalThis as { AI_SDK_DEFAULT_PROVIDER?: AiSdkProvider }).AI_SDK_DEFAULT_PROVIDER;
  const provider = configured ?? (await loadGateway());
  if (typeof provider.rerankingModel !== "function")
    throw new MissingDependencyError("ai", `The model name "${model}"`, { install: "npm install ai@latest" });
  return provider.rerankingModel(model);
}

async function loadGateway(): Promise<AiSdkProvider> {
  try {
    const { gateway } = await import("ai");
    return gateway as unknown as AiSdkProvider;
  } catch (error) {
    throw new MissingDependencyError("ai", "A model of the AI Gateway, given by name,", { cause: error });
  }
}
