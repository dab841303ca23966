import { describe, InvalidInputError } from "../../errors.js";
import { anything, type Checks, checkOptions, expecting, integer, positiveInteger } from "../../options.js";
import { proportion, warningHandler } from "../checks.js";
import { type CompareResult, compareMeasured } from "../compare.js";
import type { MeasureDeclaration } from "../measures/declaration.js";
import type { Measure } from "../measures/measure.js";
import { parseMeasure } from "../measures/parse.js";
import { toNestedMap } from "../nested-map.js";
import { BOOTSTRAP_CHECKS, type BootstrapOptions } from "../significance/bootstrap.js";
import { RANDOMIZATION_CHECKS, type RandomizationOptions } from "../significance/randomization.js";
import type { ById, WarningHandler } from "../types.js";
import { warnIds, warnOnConsole } from "../warnings.js";
import { makeChoice, type Rule, type TunedChoice } from "./choice.js";
import { makeSplits, type SplitOptions } from "./folds.js";
import { measureReferences, type Reference } from "./references.js";
import { type RatedSetting, Search } from "./search.js";
import { paretoFront, pickBest, pickFastest } from "./select.js";
import { checkGrid, checkScored, type TuneGrid } from "./settings.js";
import type { StageScores } from "./stage-scores.js";
import { checkGoal, type ThresholdGoal } from "./threshold.js";
import type { TuningQueries } from "./value-table.js";
import { TUNED, verdict } from "./verdict.js";

/** Options of the search over scores. */
export interface SearchOptions
  extends SplitOptions,
    Omit<BootstrapOptions, "seed">,
    Omit<RandomizationOptions, "seed"> {
  /** Values to try. */
  grid?: TuneGrid | undefined;
  /** The measure to maximize. @default "nDCG@10" */
  measure?: string | Measure | MeasureDeclaration | undefined;
  /** How far below the best mean the fastest choice may be, as a proportion: at least 0 and below 1. @default 0.02 */
  within?: number | undefined;
  /** Also choose a `threshold`. @default none */
  threshold?: ThresholdGoal | undefined;
  /** Lowest grade that counts as relevant, for thresholds and curves. @default 1 */
  rel?: number | undefined;
  /** Receives warnings about the data. @default console.warn */
  onWarning?: WarningHandler | undefined;
}

/** Result of {@link tuneStages}. */
export interface TuneResult {
  /** Name of the data set. */
  dataset: string;
  /** Canonical name of the measure. */
  measure: string;
  /** Number of judged queries, including those without candidates. */
  queries: number;
  /** How queries were held out: the kind of split, the number of its parts, and the number of queries that were held out. */
  split: { kind: "folds" | "holdout"; parts: number; heldOut: number };
  /** Every setting of the grid. */
  settings: readonly RatedSetting[];
  /** Settings that no other beats in both quality and time, fastest first. */
  pareto: readonly RatedSetting[];
  /** The setting with the highest mean. */
  best: TunedChoice;
  /** The fastest setting within `within` of the best; the same object as `best` if they are the same setting. */
  fastest: TunedChoice;
  /** How far below the best mean the fastest setting may be, as a proportion of it. */
  within: number;
  /** Untuned systems: the stages alone, and the hybrids with default options. */
  references: readonly Reference[];
  /** Held-out values of the choices and the references, compared with the best single stage. */
  comparison: CompareResult;
  /** Name of the best single stage. Fusions and hybrids are not single stages. */
  bestSingle: string;
  /** Whether a choice beats the best single stage by more than chance on held-out queries. */
  isBetter: boolean;
  /** The same as sentences, with the numbers. */
  verdict: string;
  /** Wall-clock seconds of the search, without scoring. */
  searchSeconds: number;
}

/** What is maximized if nothing else is requested. */
export const DEFAULT_MEASURE = "nDCG@10";

/** Checks of {@link SearchOptions}. */
export const SEARCH_CHECKS = {
  ...BOOTSTRAP_CHECKS,
  ...RANDOMIZATION_CHECKS,
  grid: (_, value) => checkGrid(value as TuneGrid),
  measure: anything,
  within: expecting("a number of at least 0 and below 1", (value) => {
    return typeof value === "number" && value >= 0 && value < 1;
  }),
  threshold: (_, value) => checkGoal(value as ThresholdGoal),
  rel: positiveInteger,
  folds: integer(2),
  holdout: proportion,
  onWarning: warningHandler,
} satisfies Checks<SearchOptions>;

/**
 * Searches the grid over scores that are known. It needs no model and no file.
 *
 * The mean on the queries that chose a setting is optimistic. `heldOut` is not: there the choice is made again without the queries that it is
 * measured on.
 *
 * @param stages - from `tune`, in `stages`
 * @throws InvalidInputError when there are fewer than two judged queries, or none has scores.
 * @throws InvalidOptionError when the grid has values that were not scored, a first stage and a model have the same name, or an option is
 * unknown or out of range.
 * @example
 * const { stages } = await tune(data, { models: { late: "late-en-v1" } }); // scores every pair
 * tuneStages(stages, data.qrels, { measure: "RR@10" }).best; // another search, without a model
 */
export function tuneStages(stages: StageScores, qrels: ById<ById<number>>, options: SearchOptions = {}): TuneResult {
  checkOptions(options, SEARCH_CHECKS, "tuneStages");
  if (!Array.isArray(stages?.queries))
    throw new InvalidInputError("stages", `Expected the \`stages\` of a result of \`tune\`, got ${describe(stages)}.`);
  return search(stages, qrels, options);
}

/** {@link tuneStages} with options that have been checked. */
export function search(stages: StageScores, qrels: ById<ById<number>>, options: SearchOptions): TuneResult {
  const started = performance.now();
  const { within = 0.02, rel = 1, seed = 1 } = options;
  const measure = parseMeasure(options.measure ?? DEFAULT_MEASURE);
  checkScored(options.grid ?? {}, stages);
  const queries = joinQueries(stages, qrels, options.onWarning ?? warnOnConsole);
  const grid = new Search(stages, queries, measure, options.grid ?? {}, rel);
  const splits = makeSplits(queries.ids.length, options);
  const isHoldout = options.holdout !== undefined;
  const training = isHoldout ? splits[0]!.train : queries.ids.map((_, index) => index);
  const settings = grid.rate(training);
  const heldOut = splits.flatMap(({ test }) => test).sort((a, b) => a - b);
  const choose = (rule: Rule) => makeChoice(rule, settings, training, splits, grid, options);
  const best = choose(pickBest);
  const fastestSetting = pickFastest(settings, within);
  const fastest = fastestSetting === best.setting ? best : choose((rated) => pickFastest(rated, within));
  const references = measureReferences(stages, queries, measure, heldOut);
  const single = pickBest(references.filter(({ kind }) => kind === "first" || kind === "model"));
  const systems = [
    ...references,
    { name: `${TUNED}, best`, ...best.heldOut },
    ...(fastest === best ? [] : [{ name: `${TUNED}, fastest`, ...fastest.heldOut }]),
  ];
  const comparison = compareMeasured(
    new Map(systems.map(({ name, mean, perQuery }) => [name, new Map([[measure.name, { mean, perQuery }]])])),
    { ...options, measures: [measure], seed, baseline: single.name },
  );
  const { isBetter, text } = verdict(comparison, single, measure.name);
  return {
    dataset: stages.dataset,
    measure: measure.name,
    queries: queries.ids.length,
    split: { kind: isHoldout ? "holdout" : "folds", parts: splits.length, heldOut: heldOut.length },
    settings,
    pareto: paretoFront(settings),
    best,
    fastest,
    within,
    references,
    comparison,
    bestSingle: single.name,
    isBetter,
    verdict: text,
    searchSeconds: (performance.now() - started) / 1000,
  };
}

function joinQueries(stages: StageScores, input: ById<ById<number>>, onWarning: WarningHandler): TuningQueries {
  const qrels = toNestedMap(input, "qrels", true);
  const byId = new Map(stages.queries.map((query) => [query.id, query]));
  const ids = [...qrels.keys()];
  const absent = ids.filter((id) => !byId.has(id));
  if (absent.length === ids.length) throw new InvalidInputError("qrels", "They share no query with the scores.");
  warnIds("query-without-run", absent, (n) => `judged queries without candidates, which count as 0: ${n}`, onWarning);
  return { ids, stages: ids.map((id) => byId.get(id)), qrels };
}
