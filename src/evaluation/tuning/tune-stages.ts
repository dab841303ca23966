import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import { type CompareResult, compareMeasured } from "../compare.js";
import type { Measure } from "../measures/measure.js";
import { parseMeasure } from "../measures/parse.js";
import { toNestedMap, warnIds, warnOnConsole } from "../nested.js";
import type { BootstrapOptions } from "../significance/bootstrap.js";
import type { NestedNumbers, WarningHandler } from "../types.js";
import { makeChoice, type Rule, type TunedChoice } from "./choice.js";
import { makeSplits, type SplitOptions } from "./folds.js";
import { measureReferences, type Reference } from "./references.js";
import { type RatedSetting, Search } from "./search.js";
import { paretoFront, pickBest, pickFastest } from "./select.js";
import type { TuneGrid } from "./settings.js";
import type { StageScores } from "./stage-scores.js";
import { checkGoal, type ThresholdGoal } from "./threshold.js";
import type { TuningQueries } from "./value-table.js";

/** Options of {@link tuneStages}. */
export interface TuneOptions extends SplitOptions, Omit<BootstrapOptions, "seed"> {
  /** Values to try. Default: see {@link TuneGrid}. */
  grid?: TuneGrid | undefined;
  /** What to raise. Default: `nDCG@10`. */
  measure?: string | Measure | undefined;
  /** How far below the best mean the fastest choice may lie, as a share. 0 or more, below 1. Default: 0.02. */
  within?: number | undefined;
  /** Also choose a `threshold`. Default: none. */
  threshold?: ThresholdGoal | undefined;
  /** Lowest grade that counts as relevant, for thresholds and for curves. Default: 1. */
  rel?: number | undefined;
  /** Of the randomisation test. Default: 100 000. */
  permutations?: number | undefined;
  /** Default: `console.warn`. */
  onWarning?: WarningHandler | undefined;
}

/** Outcome of {@link tuneStages}. */
export interface TuneResult {
  dataset: string;
  measure: string;
  /** Judged queries, those without candidates among them. */
  queries: number;
  split: { kind: "folds" | "holdout"; parts: number; heldOut: number };
  /** Every setting of the grid. */
  settings: readonly RatedSetting[];
  /** Settings that no other beats in both quality and time, fastest first. */
  pareto: readonly RatedSetting[];
  /** The highest mean. */
  best: TunedChoice;
  /** The fastest within `within` of the best. */
  fastest: TunedChoice;
  within: number;
  references: readonly Reference[];
  /** Held-out values of the choices and of the references, against the best single stage. */
  comparison: CompareResult;
  /** Name of the best single stage; fusions and blends are none. */
  bestSingle: string;
  /** Wall seconds of the search itself, scoring left out. */
  searchSeconds: number;
}

/**
 * Searches the grid over scores that are known already. Pure: no model, no file, no clock but for `searchSeconds`.
 *
 * A figure on the queries that chose the setting flatters it; `heldOut` does not: there the whole choice is made again without the
 * queries that it is measured on.
 *
 * @param stages - from `collectStageScores`
 * @throws InvalidOptionError for a grid that holds what was not scored; InvalidInputError for no judged queries.
 */
export function tuneStages(stages: StageScores, qrels: NestedNumbers, options: TuneOptions = {}): TuneResult {
  const started = performance.now();
  const { within = 0.02, rel = 1, seed = 1 } = options;
  if (!(within >= 0 && within < 1)) throw new InvalidOptionError("within", within, "a number from 0 to below 1");
  if (options.threshold !== undefined) checkGoal(options.threshold);
  const measure = parseMeasure(options.measure ?? "nDCG@10");
  const queries = joinQueries(stages, qrels, options.onWarning ?? warnOnConsole);
  const search = new Search(stages, queries, measure, options.grid ?? {}, rel);
  const splits = makeSplits(queries.ids.length, options);
  const everything = queries.ids.map((_, place) => place);
  const isHoldout = options.holdout !== undefined;
  const choosers = isHoldout ? splits[0]!.train : everything;
  const settings = search.rate(choosers);
  const heldOut = splits.flatMap(({ test }) => test).sort((a, b) => a - b);
  const choose = (rule: Rule) => makeChoice(rule, settings, choosers, splits, search, options);
  const best = choose(pickBest);
  const fastest = choose((rated) => pickFastest(rated, within));
  const references = measureReferences(stages, queries, measure, heldOut);
  const bestSingle = pickBest(references.filter(({ kind }) => kind === "first" || kind === "model")).name;
  const systems = [
    ...references,
    { name: "tuned, best", ...best.heldOut },
    { name: "tuned, fastest", ...fastest.heldOut },
  ];
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
    comparison: compareMeasured(
      new Map(systems.map(({ name, mean, perQuery }) => [name, new Map([[measure.name, { mean, perQuery }]])])),
      { ...options, seed, baseline: bestSingle },
    ),
    bestSingle,
    searchSeconds: (performance.now() - started) / 1000,
  };
}

function joinQueries(stages: StageScores, input: NestedNumbers, onWarning: WarningHandler): TuningQueries {
  const qrels = toNestedMap(input, "qrels", true);
  const byId = new Map(stages.queries.map((query) => [query.id, query]));
  const ids = [...qrels.keys()];
  const absent = ids.filter((id) => !byId.has(id));
  if (absent.length === ids.length) throw new InvalidInputError("qrels", "share no query with the scores");
  warnIds("query-without-run", absent, (n) => `judged queries without candidates, which count 0: ${n}`, onWarning);
  return { ids, stages: ids.map((id) => byId.get(id)), qrels };
}
