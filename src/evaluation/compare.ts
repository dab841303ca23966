import { InvalidInputError, InvalidOptionError } from "../errors.js";
import { anything, type Checks, checkOptions } from "../options.js";
import { mean } from "./mean.js";
import { MEASURE_RUN_CHECKS, type MeasuredValues, type MeasureRunOptions, measureRun } from "./measure-run.js";
import type { MeasureDeclaration } from "./measures/declaration.js";
import type { Measure } from "./measures/measure.js";
import { parseMeasures } from "./measures/parse.js";
import { entries } from "./nested-map.js";
import {
  BOOTSTRAP_CHECKS,
  type BootstrapOptions,
  type Interval,
  intervalOf,
  withInterval,
} from "./significance/bootstrap.js";
import { holm } from "./significance/holm.js";
import { RANDOMIZATION_CHECKS, type RandomizationOptions, randomizationTest } from "./significance/randomization.js";
import type { ById } from "./types.js";
import { warnOnConsole } from "./warnings.js";

/** Options of {@link compareRuns}. */
export interface CompareOptions extends MeasureRunOptions, BootstrapOptions, RandomizationOptions {
  /** Names such as `"nDCG@10"`, or measures. @default ["nDCG@10"] */
  measures?: readonly (string | Measure | MeasureDeclaration)[] | undefined;
  /** Name of the run that every other run is compared with. If not given, every pair is compared. */
  baseline?: string | undefined;
}

const COMPARE_CHECKS = {
  ...MEASURE_RUN_CHECKS,
  ...BOOTSTRAP_CHECKS,
  ...RANDOMIZATION_CHECKS,
  measures: anything,
  baseline: anything,
} satisfies Checks<CompareOptions>;

/** Two runs compared on one measure. */
export interface Comparison {
  /** Canonical name of the measure. */
  measure: string;
  /** Name of the run compared with: the baseline, if there is one. */
  baseline: string;
  /** Name of the other run. */
  run: string;
  /** Mean of `run` minus mean of `baseline`, over all judged queries. */
  difference: number;
  /** Bootstrap interval of the difference. */
  interval: Interval;
  /** Number of queries on which `run` is better. */
  wins: number;
  /** Number of queries on which both are equal. */
  ties: number;
  /** Number of queries on which `run` is worse. */
  losses: number;
  /** p-value of Fisher's paired randomization test, two-sided. */
  p: number;
  /** `p` after Holm's correction over all comparisons of the call. */
  pHolm: number;
}

/** Result of {@link compareRuns}. */
export interface CompareResult {
  /** Ids of all judged queries. */
  queries: readonly string[];
  /** Every run with its measures, by canonical measure name. */
  runs: readonly { name: string; measures: ReadonlyMap<string, MeasuredValues & { interval: Interval }> }[];
  /** The difference between each run and the baseline or, without a baseline, between every two runs; one per measure. */
  comparisons: readonly Comparison[];
}

/**
 * Measures several runs over the same judgments, with confidence intervals, and tests which differences are more than chance.
 *
 * @param runs - runs by name; two or more for comparisons
 * @throws InvalidInputError when there is no run, or a run cannot be measured.
 * @throws InvalidOptionError when the baseline is not one of the runs, or an option is unknown or out of range.
 *
 * @example
 * const { comparisons } = compareRuns({ bm25, reranked }, qrels, { measures: ["nDCG@10"], baseline: "bm25" });
 * comparisons[0].pHolm < 0.05;
 */
export function compareRuns(
  runs: ById<ById<ById<number>>>,
  qrels: ById<ById<number>>,
  options: CompareOptions = {},
): CompareResult {
  checkOptions(options, COMPARE_CHECKS, "compareRuns");
  const byName = new Map(entries(runs, "runs", "name → run"));
  const measures = parseMeasures(options.measures ?? ["nDCG@10"]);
  const onWarning = options.onWarning ?? warnOnConsole;
  if (byName.size === 0) throw new InvalidInputError("runs", "Expected at least one run.");
  const measured = new Map(
    Array.from(byName, ([name, run]) => {
      const values = measureRun(run, qrels, measures, {
        ignoreIdenticalIds: options.ignoreIdenticalIds,
        onWarning: (warning) => onWarning({ ...warning, message: `run "${name}": ${warning.message}` }),
      });
      return [name, values];
    }),
  );
  return compareMeasured(measured, options);
}

/** {@link compareRuns} for runs that have been measured. */
export function compareMeasured(
  measured: ReadonlyMap<string, ReadonlyMap<string, MeasuredValues>>,
  options: CompareOptions = {},
): CompareResult {
  const names = [...measured.keys()];
  const measures = [...measured.get(names[0]!)!.keys()];
  const queries = [...measured.get(names[0]!)!.get(measures[0]!)!.perQuery.keys()];
  const pairs = choosePairs(names, options.baseline);
  const uncorrected = measures.flatMap((measure) =>
    pairs.map(([baseline, run]) => comparePair(measure, baseline, run, measured, queries, options)),
  );
  const corrected = holm(uncorrected.map((comparison) => comparison.p));
  return {
    queries,
    runs: Array.from(measured, ([name, values]) => ({
      name,
      measures: new Map(Array.from(values, ([measure, { perQuery }]) => [measure, withInterval(perQuery, options)])),
    })),
    comparisons: uncorrected.map((comparison, index) => ({ ...comparison, pHolm: corrected[index]! })),
  };
}

function comparePair(
  measure: string,
  baseline: string,
  run: string,
  measured: ReadonlyMap<string, ReadonlyMap<string, MeasuredValues>>,
  queries: readonly string[],
  options: CompareOptions,
): Omit<Comparison, "pHolm"> {
  const a = inOrder(measured.get(baseline)!.get(measure)!.perQuery, queries);
  const b = inOrder(measured.get(run)!.get(measure)!.perQuery, queries);
  const differences = a.map((value, index) => b[index]! - value);
  return {
    measure,
    baseline,
    run,
    difference: mean(differences),
    interval: intervalOf(differences, options),
    wins: differences.filter((value) => value > 0).length,
    ties: differences.filter((value) => value === 0).length,
    losses: differences.filter((value) => value < 0).length,
    p: randomizationTest(a, b, options),
  };
}

function inOrder(perQuery: ReadonlyMap<string, number>, queries: readonly string[]): number[] {
  return queries.map((query) => {
    const value = perQuery.get(query);
    if (value === undefined)
      throw new InvalidInputError(
        "runs",
        `All runs must be measured on the same queries, but one lacks query "${query}".`,
      );
    return value;
  });
}

function choosePairs(names: readonly string[], baseline: string | undefined): [string, string][] {
  if (baseline === undefined) return names.flatMap((a, i) => names.slice(i + 1).map((b): [string, string] => [a, b]));
  if (!names.includes(baseline)) throw new InvalidOptionError("baseline", baseline, `one of ${names.join(", ")}`);
  return names.filter((name) => name !== baseline).map((name) => [baseline, name]);
}
