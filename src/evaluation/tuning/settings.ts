import { InvalidOptionError } from "../../errors.js";
import { type Check, type Checks, checkOptions, given } from "../../options.js";
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

const GRID_CHECKS = {
  alpha: listOf<number>("numbers between 0 and 1", (value) => typeof value === "number" && value >= 0 && value <= 1),
  topK: listOf<number>("positive integers", (value) => Number.isInteger(value) && value >= 1),
  normalization: listOf<BlendNormalization>(oneOrMoreOf(BLEND_NORMALIZATIONS), (value) =>
    BLEND_NORMALIZATIONS.includes(value),
  ),
  first: listOf<string>("one or more names", (value) => typeof value === "string"),
  model: listOf<string>("one or more names", (value) => typeof value === "string"),
} satisfies Checks<TuneGrid>;

/**
 * Checks the values of a grid that do not depend on what was scored, so that a mistake is found before hours of scoring.
 *
 * @throws InvalidOptionError when a `HybridReranker` would refuse a value, a list is empty or no array, or the grid has another name.
 */
export function checkGrid(grid: TuneGrid): void {
  checkOptions(grid, GRID_CHECKS, "`grid`", "grid.");
}

/**
 * Checks a grid against what is scored.
 *
 * @throws InvalidOptionError when the grid has a name that is not scored, a `topK` deeper than is scored, or a first stage and a model have
 * the same name: these names identify settings, curves and results.
 */
export function checkScored(
  grid: TuneGrid,
  { deepest, first, models }: Pick<StageScores, "deepest" | "first" | "models">,
): void {
  const shared = models.find((name) => first.includes(name));
  if (shared !== undefined) {
    const sentence = `A first stage and a model are both named "${shared}". Rename one of them, in \`first\` or \`models\`.`;
    throw InvalidOptionError.because(`models.${shared}`, shared, sentence);
  }
  const depths = `integers between 1 and ${deepest}, the depth that was scored`;
  const scored = {
    topK: listOf<number>(depths, (value) => value <= deepest),
    first: listOf<string>(oneOrMoreOf(first), (name) => first.includes(name)),
    model: listOf<string>(oneOrMoreOf(models), (name) => models.includes(name)),
  };
  checkOptions(given({ topK: grid.topK, first: grid.first, model: grid.model }), scored, "`grid`", "grid.");
}

/** Every combination of a grid that has been checked, also against the scores. */
export function expandGrid(grid: TuneGrid, { queries, deepest, first, models }: StageScores): SettingGroup[] {
  const longest = Math.min(deepest, Math.max(...queries.map(({ documents }) => documents.length)));
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

/** A check of an array that has values, all of which are valid. */
function listOf<T>(expected: string, isValid: (value: T) => boolean): Check {
  return (option, values) => {
    if (!Array.isArray(values)) throw new InvalidOptionError(option, values, `an array of ${expected}`);
    if (values.length === 0) throw new InvalidOptionError(option, values, expected);
    for (const value of values) if (!isValid(value as T)) throw new InvalidOptionError(option, value, expected);
  };
}

function oneOrMoreOf(names: readonly string[]): string {
  return `one or more of ${names.join(", ")}`;
}
