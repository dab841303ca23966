import { InvalidInputError } from "../errors.js";
import { checkOptions } from "../options.js";
import { listCandidates, type QueryCandidates } from "./candidates.js";
import { type Dataset, type DatasetInput, toDataset } from "./dataset.js";
import { EVALUATE_CHECKS, type EvaluateOptions } from "./evaluate-options.js";
import { sum } from "./mean.js";
import { type MeasuredValues, measureRankings } from "./measure-run.js";
import { parseMeasures } from "./measures/parse.js";
import { type QueryResult, runQueries } from "./query-runner.js";
import { type Interval, quantile, withInterval } from "./significance/bootstrap.js";
import { type Compressor, systemName } from "./system.js";
import type { Run } from "./types.js";
import { warnIds, warnOnConsole } from "./warnings.js";

/** Result of {@link evaluate}. */
export interface Evaluation {
  /** Name of the system. */
  name: string;
  /** Name of the data set. */
  dataset: string;
  /** By canonical measure name, in the order requested. */
  measures: ReadonlyMap<string, MeasuredValues & { interval: Interval }>;
  /** The returned order. Scores are descending integers, so that trec_eval sees the same order. */
  run: Run;
  /** The number that the compressor wrote to `sim` (or `relevanceScore`), if it wrote one. */
  scores: Run;
  /** Scores before the reranker's calibration, from a reranker of this package with `details: true`. */
  uncalibrated: Run;
  /** Raw scores before any activation, for `fitCalibration`; from a reranker with `details: true`. */
  raw: Run;
  /** Wall-clock seconds per query, and their sum. */
  seconds: { mean: number; p50: number; p95: number; total: number };
  /** Wall-clock seconds by query id. */
  secondsPerQuery: ReadonlyMap<string, number>;
  /** Documents given to the compressor, and those that it scored; undefined if it does not report that. */
  documents: { given: number; scored: number | undefined };
  /** Tokens used; undefined unless every call reported them. */
  tokens: number | undefined;
  /** Sum of `cost`; undefined unless it is known for every call. */
  cost: number | undefined;
  /** Number of queries whose result came from the cache. */
  cached: number;
  /** Queries for which scoring failed and the reranker kept the order (`onError: "keep-order"`), with the reason. */
  failed: ReadonlyMap<string, string>;
}

/**
 * Runs a compressor over every judged query of a data set and measures what it returns.
 *
 * Documents are passed in first-stage order, with `id`, and with `_id`, `title` and the first-stage score in the metadata. A document that the
 * compressor does not return counts as not retrieved.
 *
 * @throws InvalidInputError when the data set has no judged query, or its run has documents that are not in the corpus.
 * @throws InvalidOptionError when an option is unknown or out of range.
 * @throws InvalidResponseError when the compressor returns a document that it was not given, or one twice.
 * @throws The signal's reason when aborted.
 *
 * @example
 * const data = await readBeir("data/scifact");
 * const result = await evaluate(new CrossEncoderReranker(), data, { measures: ["nDCG@10"], depth: 100 });
 * result.measures.get("nDCG@10")!.mean;
 * result.seconds.p95;
 */
export async function evaluate(
  compressor: Compressor,
  input: DatasetInput,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  if (typeof compressor?.compressDocuments !== "function") {
    throw new InvalidInputError(
      "compressor",
      "Expected a LangChain document compressor, with the method `compressDocuments`.",
    );
  }
  checkOptions(options, EVALUATE_CHECKS, "evaluate");
  const measures = parseMeasures(options.measures ?? ["nDCG@10", "RR@10", "R@100", "Judged@10"]);
  const onWarning = options.onWarning ?? warnOnConsole;
  const data = toDataset(input);
  const queries = listCandidates(data, options);
  if (queries.length === 0) throw new InvalidInputError("data", `"${data.name}" has no query with judgments.`);
  warnAboutQueries(queries, data, onWarning);
  const results = await runQueries(compressor, queries, options);
  const failed = new Map(
    queries.flatMap(({ id }, i) => (results[i]!.error === null ? [] : [[id, results[i]!.error] as const])),
  );
  warnIds(
    "fallback",
    [...failed.keys()],
    (n) => `queries that could not be scored and keep their order: ${n}`,
    onWarning,
  );
  const rankings = new Map(
    queries.map(({ id, documents }, i) => [id, results[i]!.order.map((index) => documents[index]!.id)]),
  );
  const times = results.map(({ milliseconds }) => milliseconds / 1000);
  return {
    name: options.name ?? systemName(compressor),
    dataset: data.name,
    measures: new Map(
      measures.map((measure) => {
        const { perQuery } = measureRankings(rankings, data.qrels, measure);
        return [measure.name, withInterval(perQuery, options)];
      }),
    ),
    run: new Map(
      Array.from(rankings, ([id, order]) => [id, new Map(order.map((doc, rank) => [doc, order.length - rank]))]),
    ),
    scores: knownScores(queries, results, "scores"),
    uncalibrated: knownScores(queries, results, "uncalibrated"),
    raw: knownScores(queries, results, "raw"),
    seconds: summarize(times),
    secondsPerQuery: new Map(queries.map(({ id }, i) => [id, times[i]!])),
    documents: {
      given: sum(results.map(({ given }) => given)),
      scored: sumIfKnown(results.map(({ scored }) => scored)),
    },
    tokens: sumIfKnown(results.map(({ tokens }) => tokens)),
    cost: sumIfKnown(results.map(({ cost }) => cost)),
    cached: results.filter(({ fromCache }) => fromCache).length,
    failed,
  };
}

function summarize(seconds: readonly number[]): Evaluation["seconds"] {
  const ascending = Float64Array.from(seconds).sort();
  const total = sum(ascending);
  return { mean: total / ascending.length, p50: quantile(ascending, 0.5), p95: quantile(ascending, 0.95), total };
}

function warnAboutQueries(
  queries: readonly QueryCandidates[],
  data: Dataset,
  onWarning: NonNullable<EvaluateOptions["onWarning"]>,
): void {
  const empty = queries.filter(({ documents }) => documents.length === 0).map(({ id }) => id);
  const unjudged = [...data.queries.keys()].filter((id) => !data.qrels.has(id));
  const unknown = [...data.qrels.keys()].filter((id) => !data.queries.has(id));
  warnIds("query-without-qrels", unjudged, (n) => `queries without judgments, which are ignored: ${n}`, onWarning);
  warnIds("query-without-run", empty, (n) => `judged queries without candidates, which count as 0: ${n}`, onWarning);
  warnIds("qrels-without-query", unknown, (n) => `judged queries without a text, which count as 0: ${n}`, onWarning);
}

function knownScores(
  queries: readonly QueryCandidates[],
  results: readonly QueryResult[],
  kind: "scores" | "uncalibrated" | "raw",
): Run {
  return new Map(
    queries.map(({ id, documents }, i) => {
      const { order, [kind]: values } = results[i]!;
      const pairs = order.map((index, rank) => [documents[index]!.id, values[rank]] as const);
      return [id, new Map(pairs.filter((pair): pair is [string, number] => typeof pair[1] === "number"))];
    }),
  );
}

function sumIfKnown(values: readonly (number | null)[]): number | undefined {
  return values.includes(null) ? undefined : sum(values as readonly number[]);
}
