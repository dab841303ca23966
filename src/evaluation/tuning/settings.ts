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
  /** How many of the first stage's best the model scores. */
  topK: number;
  normalization: BlendNormalization;
  /** Weight of the model, 0–1. */
  alpha: number;
}

/** Values to try of each part; every combination is one setting. */
export interface TuneGrid {
  /** Default: 0.1 to 1 in steps of 0.1. */
  alpha?: readonly number[] | undefined;
  /** Default: 5, 10, 20, 30, 50 and 100, as far as candidates were scored. */
  topK?: readonly number[] | undefined;
  /** `sigmoid` takes curves that are fitted to the training queries. Default: `min-max`, `z-score`, `max`, `rank`. */
  normalization?: readonly BlendNormalization[] | undefined;
  /** Default: every first stage that was scored. */
  first?: readonly string[] | undefined;
  /** Default: every model that was scored. */
  model?: readonly string[] | undefined;
}

/** Settings that differ in alpha alone, which share all the work but a weighted sum. */
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
 * @throws InvalidOptionError for values that a `HybridReranker` would refuse, names that were not scored, and a `topK` deeper than was scored.
 */
export function expandGrid(grid: TuneGrid, stages: StageScores): SettingGroup[] {
  const longest = Math.min(stages.deepest, Math.max(...stages.queries.map(({ documents }) => documents.length)));
  const topKs = grid.topK ?? [...TOP_KS.filter((topK) => topK < longest), longest];
  const alphas = distinct("alpha", grid.alpha ?? ALPHAS, (value) => value >= 0 && value <= 1, "numbers from 0 to 1");
  const allowedTopK =
    stages.deepest === Number.POSITIVE_INFINITY
      ? "integers of 1 or more"
      : `integers from 1 to ${stages.deepest}, as deep as was scored`;
  distinct("topK", topKs, (value) => Number.isInteger(value) && value >= 1 && value <= stages.deepest, allowedTopK);
  const groups: SettingGroup[] = [];
  for (const first of oneOf("first", grid.first ?? stages.first, stages.first)) {
    for (const model of oneOf("model", grid.model ?? stages.models, stages.models)) {
      for (const normalization of oneOf(
        "normalization",
        grid.normalization ?? LIST_NORMALIZATIONS,
        BLEND_NORMALIZATIONS,
      )) {
        for (const topK of new Set(topKs)) groups.push({ first, model, normalization, topK, alphas });
      }
    }
  }
  return groups;
}

/** The settings of groups, in a fixed order: group by group, alpha by alpha. */
export function listSettings(groups: readonly SettingGroup[]): Setting[] {
  return groups.flatMap(({ alphas, ...rest }) => alphas.map((alpha) => ({ ...rest, alpha })));
}

function distinct(
  name: string,
  values: readonly number[],
  test: (value: number) => boolean,
  allowed: string,
): number[] {
  const bad = values.find((value) => !test(value));
  if (bad !== undefined || values.length === 0) throw new InvalidOptionError(`grid.${name}`, bad ?? values, allowed);
  return [...new Set(values)];
}

function oneOf<T extends string>(name: string, values: readonly T[], known: readonly T[]): Set<T> {
  const bad = values.find((value) => !known.includes(value));
  if (bad !== undefined || values.length === 0)
    throw new InvalidOptionError(`grid.${name}`, bad ?? values, known.join(", "));
  return new Set(values);
}
