import { createEmbeddings } from "../../embeddings/create-embeddings.js";
import { defaultModel } from "../../models/find.js";
import { createScorer } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import { isRemoteModel } from "../../scorers/remote-model.js";
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
  const local = { ...reading, ...(acceptLicense ? { acceptLicense } : {}) };
  if (model.length === 0) return new Map([[defaultModel().name, createScorer(undefined, local)]]);
  const rerankers = new Map<string, RelevanceScorer>();
  for (const { name, target } of model.map(splitName)) {
    if (rerankers.has(name))
      throw new CliError(`--model: two models are named "${name}"; write --model NAME=MODEL.`, EXIT.usage);
    rerankers.set(name, createScorer(target, isRemoteModel(target) ? {} : local));
  }
  return rerankers;
}

/** Embedding models by the name they are asked for. */
export async function loadEmbedders({
  embeddings = [],
  acceptLicense,
}: ServedModels): Promise<Map<string, ServedEmbedder>> {
  const embedders = new Map<string, ServedEmbedder>();
  for (const { name, target } of embeddings.map(splitName)) {
    embedders.set(name, await createEmbeddings(target, acceptLicense ? { acceptLicense } : {}));
  }
  return embedders;
}

/** The first reranker over the first embedding model, or over the default first stage if no embedding model is served. */
export async function makeHybrid(
  alpha: number | true,
  rerankers: ReadonlyMap<string, RelevanceScorer>,
  embedders: ReadonlyMap<string, ServedEmbedder>,
): Promise<RelevanceScorer> {
  const [model] = rerankers.values();
  const [embeddings] = embedders.values();
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
