import { defaultModel } from "../../models/find.js";
import { BUNDLED_STATIC, resolveScorer } from "../../scorers/named-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import { createRemoteScorer, isRemoteModel } from "../../scorers/remote-model.js";
import type { ServedEmbedder } from "../server/options.js";
import { CliError, EXIT } from "./failure.js";

/** What of the command line says which models are served. */
export interface ServedModels {
  model?: string[];
  embeddings?: string[];
  acceptLicense?: boolean;
}

/** Cross-encoders and late-interaction models by the name they are asked for; the first is the default. */
export async function loadRerankers(
  { model = [], acceptLicense }: ServedModels,
  reading: { longDocuments?: "max-passage" } = {},
): Promise<Map<string, RelevanceScorer>> {
  const { createOnnxScorer } = await import("langchain-rerank/onnx");
  const more = { ...reading, ...(acceptLicense ? { acceptLicense } : {}) };
  if (model.length === 0) {
    return new Map([[defaultModel().name, createOnnxScorer(more)]]);
  }
  const rerankers = new Map<string, RelevanceScorer>();
  for (const { name, target } of model.map(splitName)) {
    if (rerankers.has(name))
      throw new CliError(`--model: two models are named "${name}"; write --model NAME=MODEL.`, EXIT.usage);
    if (target === BUNDLED_STATIC) rerankers.set(name, resolveScorer(target).scorer);
    else if (isRemoteModel(target)) rerankers.set(name, await createRemoteScorer(target));
    else rerankers.set(name, createOnnxScorer({ model: target, ...more }));
  }
  return rerankers;
}

/** Embedding models by the name they are asked for. */
export async function loadEmbedders({
  embeddings = [],
  acceptLicense,
}: ServedModels): Promise<Map<string, ServedEmbedder>> {
  const embedders = new Map<string, ServedEmbedder>();
  if (embeddings.length === 0) return embedders;
  const { OnnxEmbeddings } = await import("langchain-rerank/onnx");
  for (const { name, target } of embeddings.map(splitName)) {
    embedders.set(name, new OnnxEmbeddings({ model: target, ...(acceptLicense ? { acceptLicense } : {}) }));
  }
  return embedders;
}

/** The first cross-encoder over the first embedding model. */
export async function makeHybrid(
  alpha: number | true,
  rerankers: ReadonlyMap<string, RelevanceScorer>,
  embedders: ReadonlyMap<string, ServedEmbedder>,
): Promise<RelevanceScorer> {
  const [model] = rerankers.values();
  const [embeddings] = embedders.values();
  if (!model || !embeddings)
    throw new CliError("--hybrid needs an embedding model: add --embeddings NAME.", EXIT.usage);
  const { HybridReranker } = await import("langchain-rerank");
  const { rerankerAsScorer } = await import("../server/reranker-scorer.js");
  return rerankerAsScorer(new HybridReranker({ model, embeddings, ...(alpha === true ? {} : { alpha }) }), "hybrid");
}

/** Loads every model now, so that what is wrong with one shows before the port opens. */
export async function warmUp(
  rerankers: ReadonlyMap<string, RelevanceScorer>,
  embedders: ReadonlyMap<string, ServedEmbedder>,
  signal: AbortSignal,
): Promise<void> {
  for (const scorer of rerankers.values()) await scorer.score("ready?", ["ready"], { signal });
  for (const embedder of embedders.values()) await embedder.embedQuery("ready");
}

/** `name=model`, or a model that is its own name. */
function splitName(text: string): { name: string; target: string } {
  const match = /^([\w.-]+)=(.+)$/.exec(text);
  return match ? { name: match[1] as string, target: match[2] as string } : { name: text, target: text };
}
