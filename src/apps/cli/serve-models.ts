import { createEmbeddings } from "../../embeddings/create-embeddings.js";
import { DEFAULT_MODELS } from "../../models/bundled.js";
import { defaultModel } from "../../models/find.js";
import { BLEND_OF_DEFAULT_STAGES } from "../../rerankers/hybrid-options.js";
import { createScorer } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import { isRemoteModel } from "../../scorers/remote-model.js";
import type { ServedEmbedder } from "../server/served-model.js";
import { CliError, EXIT } from "./failure.js";

/** The name that the hybrid is served under. */
export const HYBRID = "hybrid";

/** The options that say which models are served. */
export interface ServedModels {
  model?: string[];
  embeddings?: string[];
  acceptLicense?: boolean;
}

/** Cross-encoders and late-interaction models by the name that clients use; the first is the default. */
export async function loadRerankers(
  { model = [], acceptLicense }: ServedModels,
  reading: { longDocuments?: "max-passage" } = {},
): Promise<Map<string, RelevanceScorer>> {
  const local = { ...reading, acceptLicense };
  if (model.length === 0) return new Map([[defaultModel().name, createScorer(undefined, local)]]);
  const rerankers = new Map<string, RelevanceScorer>();
  for (const { name, target } of model.map(splitName)) {
    if (rerankers.has(name)) throw sameName("--model", name);
    rerankers.set(name, createScorer(target, isRemoteModel(target) ? {} : local));
  }
  return rerankers;
}

/** Embedding models by the name that clients use. */
export async function loadEmbedders({
  embeddings = [],
  acceptLicense,
}: ServedModels): Promise<Map<string, ServedEmbedder>> {
  const embedders = new Map<string, ServedEmbedder>();
  for (const { name, target } of embeddings.map(splitName)) {
    if (embedders.has(name)) throw sameName("--embeddings", name);
    embedders.set(name, await createEmbeddings(target, { acceptLicense }));
  }
  return embedders;
}

function sameName(option: string, name: string): CliError {
  return new CliError(
    `${option}: two models are named "${name}". Give each a name of its own: ${option} NAME=MODEL.`,
    EXIT.usage,
  );
}

/** The first reranker after the first embedding model; without one, after the hybrid's default first stage. */
export async function makeHybrid(
  alpha: number | true,
  rerankers: ReadonlyMap<string, RelevanceScorer>,
  embedders: ReadonlyMap<string, ServedEmbedder>,
): Promise<RelevanceScorer> {
  if (rerankers.has(HYBRID)) throw sameName("--model", HYBRID);
  const [model] = rerankers.values();
  const [embeddings] = embedders.values();
  const { HybridReranker } = await import("langchain-rerank");
  const { rerankerAsScorer } = await import("../server/reranker-scorer.js");
  const isDefault = model?.model === DEFAULT_MODELS.reranker && !embeddings;
  const hybrid = new HybridReranker({
    model,
    embeddings,
    // The hybrid cannot tell from a scorer that its stages are the default ones.
    ...(isDefault ? BLEND_OF_DEFAULT_STAGES : {}),
    ...(alpha !== true && { alpha }),
  });
  // Without a choice of normalization, every text that is not blank scores above 0 and at most 1.
  return rerankerAsScorer(hybrid, HYBRID, 0);
}

/** Names of rerankers that must get all texts of a request at once: providers bill per call, and a hybrid's scores depend on each other. */
export function wholeRequests({ model = [] }: ServedModels): Set<string> {
  const remote = model.map(splitName).filter(({ target }) => isRemoteModel(target));
  return new Set([HYBRID, ...remote.map(({ name }) => name)]);
}

/**
 * Reads `--model-alias`: `ALIAS` for the first reranker, `ALIAS=NAME` for any model.
 *
 * @throws CliError when no model has the name, or the alias already means another one, which requests could then not reach.
 */
export function readAliases(aliases: readonly string[], names: readonly string[]): Map<string, string> {
  const read = new Map<string, string>();
  for (const text of aliases) {
    const { name: alias, target } = splitName(text);
    const model = alias === target ? names[0]! : target;
    const refuse = (problem: string) => new CliError(`--model-alias ${text}: ${problem}`, EXIT.usage);
    if (!names.includes(model)) throw refuse(`no model is served as "${model}"; there are ${names.join(", ")}.`);
    const known = read.get(alias) ?? (names.includes(alias) ? alias : model);
    if (known !== model) throw refuse(`"${alias}" is already the name of ${known}. Choose another alias.`);
    read.set(alias, model);
  }
  return read;
}

/** Loads every model now, so that a broken one is reported before the port opens. */
export async function warmUp(
  rerankers: ReadonlyMap<string, RelevanceScorer>,
  embedders: ReadonlyMap<string, ServedEmbedder>,
  signal: AbortSignal,
): Promise<void> {
  for (const scorer of rerankers.values()) await scorer.score("ready?", ["ready"], { signal });
  for (const embedder of embedders.values()) await embedder.embedQuery("ready");
}

/** `name=model`, or a model whose name is the model itself. */
function splitName(text: string): { name: string; target: string } {
  const match = /^([\w.-]+)=(.+)$/.exec(text);
  return match ? { name: match[1] as string, target: match[2] as string } : { name: text, target: text };
}
