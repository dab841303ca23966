import { InvalidOptionError } from "../../errors.js";
import type { BlendNormalization } from "../../rerankers/normalization.js";
import { NORMALIZATIONS } from "../../rerankers/normalization.js";
import type { StageScores } from "./stage-scores.js";

/** One way to set up a `HybridReranker`. */
export interface Setting {
  /** Name of the first stage. */
  first: string;
  /** Name of the second stage. */
  model: string;
  /** Number of documents, from the top of the first stage, that the model scores. */
  topK: number;
  normalization: BlendNormalization;
  /** Weight of the model, between 0 and 1. */
  alpha: number;
}

/** Values to try; every combination is one setting. */
export interface TuneGrid {
  /** Weights of the model. @default 0.1 to 1 in steps of 0.1 */
  alpha?: readonly number[] | undefined;
  /** Numbers of documents that the model scores. @default 5, 10, 20, 30, 50 and 100, up to the number of candidates */
  topK?: readonly number[] | undefined;
  /** Ways to normalize; `sigmoid` uses curves fitted to the training queries. @default "min-max", "z-score", "max", "rank" */
  normalization?: readonly BlendNormalization[] | undefined;
  /** Names of first stages. @default all that were scored */
  first?: readonly string[] | undefined;
  /** Names of models. @default all that were scored */
  model?: readonly string[] | undefined;
}

/** Settings that differ only in alpha and so share all the work except a weighted sum. */
export interface SettingGroup extends Omit<Setting, "alpha"> {
  alphas: readonly number[];
}

const ALPHAS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;
const TOP_KS = [5, 10, 20, 30, 50, 100] as const;
const LIST_NORMALIZATIONS = Object.keys(NORMALIZATIONS) as readonly BlendNormalization[];
const BLEND_NORMALIZATIONS: readonly BlendNormalization[] = [...new Set([...LIST_NORMALIZATIONS, "sigmoid" as const])];

/**
 * Every combination of the grid.
 *
 * @throws InvalidOptionError when a `HybridReranker` would refuse a value, a name was not scored, or a `topK` is deeper than was scored.
 */
export function expandGrid(grid: TuneGrid, stages: StageScores): SettingGroup[] {
  const { deepest } = stages;
  const longest = Math.min(deepest, Math.max(...stages.queries.map(({ documents }) => documents.length)));
  const alphas = numbers("alpha", grid.alpha ?? ALPHAS, "numbers between 0 and 1", (value) => value >= 0 && value <= 1);
  const topKs = numbers(
    "topK",
    grid.topK ?? [...TOP_KS.filter((topK) => topK < longest), longest],
    deepest === Number.POSITIVE_INFINITY
      ? "positive integers"
      : `integers between 1 and ${deepest}, the depth that was scored`,
    (value) => Number.isInteger(value) && value >= 1 && value <= deepest,
  );
  const normalizations = names("normalization", grid.normalization ?? LIST_NORMALIZATIONS, BLEND_NORMALIZATIONS);
  const groups: SettingGroup[] = [];
  for (const first of names("first", grid.first ?? stages.first, stages.first)) {
    for (const model of names("model", grid.model ?? stages.models, stages.models)) {
      for (const normalization of normalizations) {
        for (const topK of topKs) groups.push({ first, model, normalization, topK, alphas });
      }
    }
  }
  return groups;
}

/** The settings of groups in a fixed order: group by group, alpha by alpha. */
export function listSettings(groups: readonly SettingGroup[]): Setting[] {
  return groups.flatMap(({ alphas, ...rest }) => alphas.map((alpha) => ({ ...rest, alpha })));
}

function numbers(
  name: string,
  values: readonly number[],
  expected: string,
  isValid: (value: number) => boolean,
): number[] {
  const bad = values.find((value) => !isValid(value));
  if (bad !== undefined || values.length === 0) throw new InvalidOptionError(`grid.${name}`, bad ?? values, expected);
  return [...new Set(values)];
}

function names<T extends string>(name: string, values: readonly T[], known: readonly T[]): T[] {
  const bad = values.find((value) => !known.includes(value));
  if (bad !== undefined || values.length === 0)
    throw new InvalidOptionError(`grid.${name}`, bad ?? values, `one or more of ${known.join(", ")}`);
  return [...new Set(values)];
}
