import { ModelNotFoundError } from "../errors.js";
import { type Checks, checkOptions, expecting, flag, number, oneOf, text } from "../options.js";
import { DEFAULT_MODELS } from "./bundled.js";
import { editDistance } from "./edit-distance.js";
import { REGISTRY } from "./registry/index.js";
import type { ModelEntry, ModelKind } from "./types.js";

/** Conditions for {@link listModels}. An entry must meet all that are given. */
export interface ModelFilter {
  /** Models that compute this, mainly or also. */
  kind?: ModelKind;
  /** ISO 639-1 code. Models for a hundred languages match every language. */
  language?: string;
  /** `true`: only models whose license allows commercial use; `false`: only the others. */
  commercial?: boolean;
  /** Maximum size in millions of parameters. */
  maxParameters?: number;
  /** `true`: only models that ship with this package; `false`: only the others. */
  bundled?: boolean;
}

const FILTER_CHECKS = {
  kind: oneOf(["cross-encoder", "late-interaction", "embedding"] satisfies ModelKind[]),
  language: text,
  commercial: flag,
  maxParameters: number(0),
  bundled: flag,
} satisfies Checks<Required<ModelFilter>>;

const modelName = expecting("the name of a model", (value) => typeof value === "string");

/**
 * Lists registered models, bundled ones first.
 *
 * @example
 * listModels({ kind: "cross-encoder", language: "ja", commercial: true }).map((model) => model.name);
 *
 * @throws InvalidOptionError when a condition is unknown or its value is not allowed.
 */
export function listModels(filter: ModelFilter = {}): ModelEntry[] {
  checkOptions(filter, FILTER_CHECKS, "listModels");
  const { kind, language, commercial, maxParameters, bundled } = filter;
  return REGISTRY.filter(
    (entry) =>
      (kind === undefined || entry.kind === kind || entry.also?.includes(kind) === true) &&
      (language === undefined || entry.languages.includes(language) || entry.languages.includes("multilingual")) &&
      (commercial === undefined || entry.commercial === commercial) &&
      (maxParameters === undefined || entry.parameters <= maxParameters) &&
      (bundled === undefined || (entry.bundled === true) === bundled),
  );
}

/**
 * Finds the entry with this name or alias, ignoring case. Returns `undefined` if there is none.
 *
 * @throws InvalidOptionError when the name is no string.
 * @example
 * findModel("BAAI/bge-reranker-base")?.license; // "MIT"
 */
export function findModel(name: string): ModelEntry | undefined {
  modelName("name", name);
  const wanted = name.toLowerCase();
  const matches = (candidate: string) => candidate.toLowerCase() === wanted;
  return REGISTRY.find((entry) => matches(entry.name)) ?? REGISTRY.find((entry) => entry.aliases?.some(matches));
}

/**
 * Returns the entry with this name or alias, ignoring case.
 *
 * @throws ModelNotFoundError when no model has this name; it suggests up to three similar names.
 * @throws InvalidOptionError when the name is no string.
 * @example
 * getModel("Xenova/ms-marco-MiniLM-L-6-v2").license; // "Apache-2.0"
 */
export function getModel(name: string): ModelEntry {
  const entry = findModel(name);
  if (entry) return entry;
  const problem =
    "no registered model has this name. `listModels()` and `npx langchain-rerank models list` show those that exist.";
  throw new ModelNotFoundError(name, problem, { suggestions: nearestModels(name) });
}

/**
 * The model that a reranker runs if none is named.
 *
 * @example
 * defaultModel().name; // "late-en-v1"
 */
export function defaultModel(): ModelEntry {
  return getModel(DEFAULT_MODELS.reranker);
}

/** Registered names that resemble `name`, nearest first; none if no name shares half of its characters. */
export function nearestModels(name: string, count = 3): string[] {
  const wanted = name.toLowerCase();
  const distance = (entry: ModelEntry) =>
    Math.min(
      ...[entry.name, ...(entry.aliases ?? [])].map((candidate) => nameDistance(wanted, candidate.toLowerCase())),
    );
  return REGISTRY.map((entry) => ({ name: entry.name, distance: distance(entry) }))
    .filter((candidate) => Number.isFinite(candidate.distance))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map((candidate) => candidate.name);
}

/** Distance with and without the publisher, whichever is smaller: people mistype names, leave out publishers and abbreviate. */
function nameDistance(wanted: string, candidate: string): number {
  const bare = candidate.slice(candidate.indexOf("/") + 1);
  const abbreviated = wanted.length >= 3 && bare.startsWith(wanted) ? 1 + bare.length / 100 : Number.POSITIVE_INFINITY;
  const withoutPublisher = editsIfClose(wanted.slice(wanted.indexOf("/") + 1), bare) + 0.5;
  return Math.min(editsIfClose(wanted, candidate), withoutPublisher, abbreviated);
}

/** Edits between two names, or infinity if they are more than half of the characters that were typed, and more than three. */
function editsIfClose(wanted: string, candidate: string): number {
  const edits = editDistance(wanted, candidate);
  return edits <= Math.max(3, wanted.length / 2) ? edits : Number.POSITIVE_INFINITY;
}
