import { InvalidInputError } from "../errors.js";
import { type Checks, checkOptions, flag } from "../options.js";
import { warningHandler } from "./checks.js";
import { mean } from "./mean.js";
import type { MeasureDeclaration } from "./measures/declaration.js";
import { checkedValue, type Measure } from "./measures/measure.js";
import { parseMeasures } from "./measures/parse.js";
import { toNestedMap } from "./nested-map.js";
import { withoutQueryIds } from "./query-among-candidates.js";
import { trecOrder } from "./ranking.js";
import type { ById, Qrels, Run, WarningHandler } from "./types.js";
import { warnIds, warnOnConsole } from "./warnings.js";

/** The values of one measure. */
export interface MeasuredValues {
  /** Mean over every judged query. Queries that the run does not contain count as 0. */
  mean: number;
  /** Value by query id. */
  perQuery: ReadonlyMap<string, number>;
}

/** Options of {@link measureRun}. */
export interface MeasureRunOptions {
  /**
   * Ignore, for each query, the document with the query's own id, as published results for ArguAna and Quora do.
   * @default false
   */
  ignoreIdenticalIds?: boolean | undefined;
  /** Receives warnings about queries without judgments, results or relevant documents. @default console.warn */
  onWarning?: WarningHandler | undefined;
}

/** Checks of {@link MeasureRunOptions}. */
export const MEASURE_RUN_CHECKS = {
  ignoreIdenticalIds: flag,
  onWarning: warningHandler,
} satisfies Checks<MeasureRunOptions>;

/**
 * Measures a run against judgments as `trec_eval -c` and ir_measures do: every judged query counts, and those without results count as 0.
 *
 * @returns Values by canonical measure name, in the order requested.
 * @throws InvalidInputError when there are no judgments, the run is empty, the two share no query, or a measure returns no finite number.
 * @throws InvalidOptionError when a measure or an option is unknown.
 *
 * @example
 * const values = measureRun(run, qrels, [nDCG, "nDCG@10", "RR@10"]);
 * values.get("nDCG@10")!.mean;
 */
export function measureRun(
  run: ById<ById<number>>,
  qrels: ById<ById<number>>,
  measures: readonly (string | Measure | MeasureDeclaration)[],
  options: MeasureRunOptions = {},
): Map<string, MeasuredValues> {
  checkOptions(options, MEASURE_RUN_CHECKS, "measureRun");
  const judged = toNestedMap(qrels, "qrels", true);
  const given = toNestedMap(run, "run", false);
  const results = options.ignoreIdenticalIds ? withoutQueryIds(given) : given;
  const onWarning = options.onWarning ?? warnOnConsole;
  checkTogether(results, judged, onWarning);
  const parsed = parseMeasures(measures);
  const rankings = new Map(Array.from(judged.keys(), (query) => [query, trecOrder(results.get(query) ?? new Map())]));
  warnOwnIdsFirst(rankings, judged, onWarning);
  return new Map(parsed.map((measure) => [measure.name, measureRankings(rankings, judged, measure)]));
}

/** One measure over sorted rankings. A judged query without a ranking counts as 0. */
export function measureRankings(
  rankings: ReadonlyMap<string, readonly string[]>,
  qrels: Qrels,
  measure: Measure,
): MeasuredValues {
  const perQuery = new Map<string, number>();
  for (const [query, judgments] of qrels) {
    perQuery.set(query, checkedValue(measure, query, measure.compute(rankings.get(query) ?? [], judgments)));
  }
  return { mean: mean([...perQuery.values()]), perQuery };
}

function checkTogether(run: Run, qrels: Qrels, onWarning: WarningHandler): void {
  if (qrels.size === 0) throw new InvalidInputError("qrels", "They contain no query, so there is nothing to measure.");
  if (run.size === 0) throw new InvalidInputError("run", "It is empty: it contains no query.");
  const queries = [...qrels.keys()];
  const unjudged = [...run.keys()].filter((query) => !qrels.has(query));
  if (unjudged.length === run.size) {
    throw new InvalidInputError(
      "run",
      `It has no query in common with the qrels (run: "${unjudged[0]}"; qrels: "${queries[0]}").`,
    );
  }
  const absent = queries.filter((query) => (run.get(query)?.size ?? 0) === 0);
  const hopeless = queries.filter((query) => ![...qrels.get(query)!.values()].some((grade) => grade > 0));
  warnIds(
    "query-without-qrels",
    unjudged,
    (n) => `queries of the run without judgments, which are ignored: ${n}`,
    onWarning,
  );
  warnIds("query-without-run", absent, (n) => `judged queries without results, which count as 0: ${n}`, onWarning);
  warnIds(
    "query-without-relevant",
    hopeless,
    (n) => `judged queries without a relevant document, which count as 0: ${n}`,
    onWarning,
  );
}

/** Ids alone can coincide by chance, so this speaks up only if most queries rank the document with their own id first. */
function warnOwnIdsFirst(
  rankings: ReadonlyMap<string, readonly string[]>,
  qrels: Qrels,
  onWarning: WarningHandler,
): void {
  const own = [...rankings].filter(([query, [first]]) => first === query && !((qrels.get(query)!.get(query) ?? 0) > 0));
  if (2 * own.length < rankings.size) return;
  warnIds(
    "query-among-candidates",
    own.map(([query]) => query),
    (n) =>
      `queries that rank the document with their own id first, probably the query itself, which ignoreIdenticalIds leaves out: ${n}`,
    onWarning,
  );
}
