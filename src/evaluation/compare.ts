import { InvalidInputError, InvalidOptionError } from "../errors.js";
import { type MeasuredValues, measureRun } from "./measure-run.js";
import type { Measure } from "./measures/measure.js";
import { parseMeasures } from "./measures/parse.js";
import { warnOnConsole } from "./nested.js";
import { bootstrapInterval, type Interval } from "./significance/bootstrap.js";
import { holm } from "./significance/holm.js";
import { pairedRandomizationTest } from "./significance/randomization.js";
import { pairedTTest } from "./significance/t-test.js";
import type { NestedNumbers, PerQuery, WarningHandler } from "./types.js";

/** Options of {@link compareRuns}. */
export interface CompareOptions {
  /** Default: `["nDCG@10"]`. */
  measures?: readonly (string | Measure)[] | undefined;
  /** The run that each other one is held against. Default: every pair is compared. */
  baseline?: string | undefined;
  /** Of the intervals. Default: 0.95. */
  confidence?: number | undefined;
  /** Of the randomisation test. Default: 100 000. */
  permutations?: number | undefined;
  /** Of the bootstrap. Default: 10 000. */
  resamples?: number | undefined;
  /** Default: 1. */
  seed?: number | undefined;
  /** Default: `console.warn`. */
  onWarning?: WarningHandler | undefined;
}

/** One run's figures. */
export interface ComparedRun {
  name: string;
  /** By canonical measure name. */
  measures: ReadonlyMap<string, MeasuredValues & { interval: Interval }>;
}

/** Two runs held against each other on one measure. */
export interface Comparison {
  measure: string;
  /** The run compared with: the baseline, where there is one. */
  baseline: string;
  run: string;
  /** Mean of `run` minus mean of `baseline`, over all judged queries. */
  difference: number;
  /** Bootstrap interval of the difference. */
  interval: Interval;
  /** Queries on which `run` is better, equal, worse. */
  wins: number;
  ties: number;
  losses: number;
  /** Fisher's paired randomisation test, two-sided. */
  p: number;
  /** Student's paired t-test, two-sided. */
  pT: number;
  /** `p` corrected by Holm over all comparisons of this call. */
  pHolm: number;
}

/** Outcome of {@link compareRuns}. */
export interface CompareResult {
  queries: readonly string[];
  runs: readonly ComparedRun[];
  comparisons: readonly Comparison[];
}

/**
 * Measures several runs over the same judgements, with intervals, and tells which differences are more than chance.
 *
 * @param runs - runs by name, two or more for comparisons
 *
 * @example
 * const { runs, comparisons } = compareRuns({ bm25, reranked }, qrels, { measures: ["nDCG@10"], baseline: "bm25" });
 * comparisons[0].pHolm < 0.05;
 */
export function compareRuns(
  runs: Readonly<Record<string, NestedNumbers>> | ReadonlyMap<string, NestedNumbers>,
  qrels: NestedNumbers,
  options: CompareOptions = {},
): CompareResult {
  const byName: ReadonlyMap<string, NestedNumbers> = runs instanceof Map ? runs : new Map(Object.entries(runs));
  const measures = parseMeasures(options.measures ?? ["nDCG@10"]);
  const onWarning = options.onWarning ?? warnOnConsole;
  if (byName.size === 0) throw new InvalidInputError("runs", "holds no run");
  const measured = new Map(
    Array.from(byName, ([name, run]) => {
      const values = measureRun(run, qrels, measures, {
        onWarning: (warning) => onWarning({ ...warning, message: `run "${name}": ${warning.message}` }),
      });
      return [name, values];
    }),
  );
  return compareMeasured(measured, options);
}

/** {@link compareRuns} over values that were measured before. */
export function compareMeasured(
  measured: ReadonlyMap<string, ReadonlyMap<string, MeasuredValues>>,
  options: CompareOptions = {},
): CompareResult {
  const names = [...measured.keys()];
  const measures = [...measured.get(names[0]!)!.keys()];
  const queries = [...measured.get(names[0]!)!.get(measures[0]!)!.perQuery.keys()];
  const pairs = choosePairs(names, options.baseline);
  const plain = measures.flatMap((measure) =>
    pairs.map(([baseline, run]) => comparePair(measure, baseline, run, measured, queries, options)),
  );
  const corrected = holm(plain.map((comparison) => comparison.p));
  return {
    queries,
    runs: Array.from(measured, ([name, values]) => ({ name, measures: withIntervals(values, options) })),
    comparisons: plain.map((comparison, index) => ({ ...comparison, pHolm: corrected[index]! })),
  };
}

function withIntervals(values: ReadonlyMap<string, MeasuredValues>, options: CompareOptions) {
  return new Map(
    Array.from(values, ([measure, value]) => {
      return [measure, { ...value, interval: bootstrapInterval([...value.perQuery.values()], options) }];
    }),
  );
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
    difference: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    interval: bootstrapInterval(differences, options),
    wins: differences.filter((value) => value > 0).length,
    ties: differences.filter((value) => value === 0).length,
    losses: differences.filter((value) => value < 0).length,
    p: pairedRandomizationTest(a, b, options),
    pT: pairedTTest(a, b).p,
  };
}

function inOrder(perQuery: PerQuery, queries: readonly string[]): number[] {
  return queries.map((query) => {
    const value = perQuery.get(query);
    if (value === undefined)
      throw new InvalidInputError("runs", `one was measured without query "${query}"; all need the same queries`);
    return value;
  });
}

function choosePairs(names: readonly string[], baseline: string | undefined): [string, string][] {
  if (baseline === undefined) return names.flatMap((a, i) => names.slice(i + 1).map((b): [string, string] => [a, b]));
  if (!names.includes(baseline)) throw new InvalidOptionError("baseline", baseline, names.join(", "));
  return names.filter((name) => name !== baseline).map((name) => [baseline, name]);
}
