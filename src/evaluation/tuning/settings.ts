import { InvalidOptionError } from "../../errors.js";
import { type BlendNormalization, NORMALIZATIONS } from "../../rerankers/normalization.js";
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
 * Checks the values of a grid that do not depend on what was scored, so that a mistake is found before hours of scoring.
 *
 * @throws InvalidOptionError when a `HybridReranker` would refuse a value, or a list is empty.
 */
export function checkGrid({ alpha, topK, normalization, first, model }: TuneGrid): void {
  checkValues("alpha", alpha, "numbers between 0 and 1", (value) => value >= 0 && value <= 1);
  checkValues("topK", topK, "positive integers", (value) => Number.isInteger(value) && value >= 1);
  checkValues("normalization", normalization, oneOrMoreOf(BLEND_NORMALIZATIONS), (value) =>
    BLEND_NORMALIZATIONS.includes(value),
  );
  checkValues("first", first, "one or more names", () => true);
  checkValues("model", model, "one or more names", () => true);
}

/**
 * Every combination of a grid that has been checked.
 *
 * @throws InvalidOptionError when a name was not scored, or a `topK` is deeper than was scored.
 */
export function expandGrid(grid: TuneGrid, { queries, deepest, first, models }: StageScores): SettingGroup[] {
  const longest = Math.min(deepest, Math.max(...queries.map(({ documents }) => documents.length)));
  const depths = `integers between 1 and ${deepest}, the depth that was scored`;
  checkValues("topK", grid.topK, depths, (value) => value <= deepest);
  checkValues("first", grid.first, oneOrMoreOf(first), (name) => first.includes(name));
  checkValues("model", grid.model, oneOrMoreOf(models), (name) => models.includes(name));
  const alphas = [...new Set(grid.alpha ?? ALPHAS)];
  const topKs = new Set(grid.topK ?? [...TOP_KS.filter((topK) => topK < longest), longest]);
  const groups: SettingGroup[] = [];
  for (const firstStage of new Set(grid.first ?? first)) {
    for (const model of new Set(grid.model ?? models)) {
      for (const normalization of new Set(grid.normalization ?? LIST_NORMALIZATIONS)) {
        for (const topK of topKs) groups.push({ first: firstStage, model, normalization, topK, alphas });
      }
    }
  }
  return groups;
}

/** The settings of groups in a fixed order: group by group, alpha by alpha. */
export function listSettings(groups: readonly SettingGroup[]): Setting[] {
  return groups.flatMap(({ alphas, ...rest }) => alphas.map((alpha) => ({ ...rest, alpha })));
}

function checkValues<T>(
  name: keyof TuneGrid,
  values: readonly T[] | undefined,
  expected: string,
  isValid: (value: T) => boolean,
): void {
  const bad = values?.find((value) => !isValid(value));
  if (bad !== undefined || values?.length === 0) throw new InvalidOptionError(`grid.${name}`, bad ?? values, expected);
}

function oneOrMoreOf(names: readonly string[]): string {
  return `one or more of ${names.join(", ")}`;
}
