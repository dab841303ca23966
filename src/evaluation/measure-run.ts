import { InvalidInputError } from "../errors.js";
import type { Measure } from "./measures/measure.js";
import { parseMeasures } from "./measures/parse.js";
import { toNestedMap, warnIds, warnOnConsole } from "./nested.js";
import { trecOrder } from "./ranking.js";
import type { NestedNumbers, PerQuery, Qrels, Run, WarningHandler } from "./types.js";

/** The figures of one measure. */
export interface MeasuredValues {
  /** Mean over every query that has judgements, also over those that the run does not hold, which count 0. */
  mean: number;
  perQuery: PerQuery;
}

/** Options of {@link measureRun}. */
export interface MeasureRunOptions {
  /** Called for queries that have judgements but no results, results but no judgements, or no relevant document. Default: `console.warn`. */
  onWarning?: WarningHandler;
}

/**
 * Measures a run against judgements, as `trec_eval -c` and ir_measures do: every judged query counts, those without results count 0.
 *
 * @example
 * const values = measureRun(run, qrels, ["nDCG@10", "RR@10"]);
 * values.get("nDCG@10")!.mean;
 *
 * @returns Measured values by canonical measure name, in the order asked for.
 * @throws InvalidInputError when there are no judgements, or no results at all.
 */
export function measureRun(
  run: NestedNumbers,
  qrels: NestedNumbers,
  measures: readonly (string | Measure)[],
  options: MeasureRunOptions = {},
): Map<string, MeasuredValues> {
  const judged = toNestedMap(qrels, "qrels", true);
  const results = toNestedMap(run, "run", false);
  checkTogether(results, judged, options.onWarning ?? warnOnConsole);
  const wanted = parseMeasures(measures);
  const rankings = new Map(Array.from(judged.keys(), (query) => [query, trecOrder(results.get(query) ?? new Map())]));
  return new Map(wanted.map((measure) => [measure.name, measureRankings(rankings, judged, measure)]));
}

/** One measure over rankings that are already in order. A judged query that has no ranking counts 0. */
export function measureRankings(
  rankings: ReadonlyMap<string, readonly string[]>,
  qrels: Qrels,
  measure: Measure,
): MeasuredValues {
  const perQuery = new Map<string, number>();
  for (const [query, judgements] of qrels) {
    perQuery.set(query, measure.compute(rankings.get(query) ?? [], judgements));
  }
  return { mean: mean([...perQuery.values()]), perQuery };
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function checkTogether(run: Run, qrels: Qrels, onWarning: WarningHandler): void {
  if (qrels.size === 0) throw new InvalidInputError("qrels", "hold no query, so there is nothing to measure");
  if (run.size === 0) throw new InvalidInputError("run", "is empty: it holds no query");
  const queries = [...qrels.keys()];
  const unjudged = [...run.keys()].filter((query) => !qrels.has(query));
  if (unjudged.length === run.size) {
    throw new InvalidInputError(
      "run",
      `shares no query with the qrels (run: "${unjudged[0]}"; qrels: "${queries[0]}")`,
    );
  }
  const absent = queries.filter((query) => (run.get(query)?.size ?? 0) === 0);
  const hopeless = queries.filter((query) => ![...qrels.get(query)!.values()].some((grade) => grade > 0));
  warnIds(
    "query-without-qrels",
    unjudged,
    (n) => `queries of the run without judgements, which are left out: ${n}`,
    onWarning,
  );
  warnIds("query-without-run", absent, (n) => `judged queries without results, which count 0: ${n}`, onWarning);
  warnIds(
    "query-without-relevant",
    hopeless,
    (n) => `judged queries without a relevant document, which count 0: ${n}`,
    onWarning,
  );
}
