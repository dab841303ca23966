import { InvalidInputError, InvalidOptionError } from "../errors.js";
import type { RerankReport } from "../rerankers/types.js";
import type { KeyPart } from "./cache/keys.js";
import type { ScoreCache } from "./cache/score-cache.js";
import { type CandidateOptions, listCandidates, type QueryCandidates } from "./candidates.js";
import { type DatasetInput, toDataset } from "./dataset.js";
import type { Dataset } from "./files/beir.js";
import { type MeasuredValues, measureRankings } from "./measure-run.js";
import type { Measure } from "./measures/measure.js";
import { parseMeasures } from "./measures/parse.js";
import { warnIds, warnOnConsole } from "./nested.js";
import { type QueryResult, runQueries } from "./query-runner.js";
import { type BootstrapOptions, bootstrapInterval, type Interval, quantile } from "./significance/bootstrap.js";
import { type Compressor, systemName } from "./system.js";
import type { Run, WarningHandler } from "./types.js";

/** How far a long computation is. */
export interface EvaluationProgress {
  /** Queries done, those from the cache among them. */
  done: number;
  total: number;
  /** Of those done, how many came from the cache. */
  cached: number;
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends CandidateOptions, Pick<BootstrapOptions, "confidence" | "resamples" | "seed"> {
  /** Name of the system in reports. Default: its class and model. */
  name?: string | undefined;
  /** Default: `["nDCG@10", "RR@10", "R@100", "Judged@10"]`. */
  measures?: readonly (string | Measure)[] | undefined;
  /** Metadata key that holds the first-stage score of each document. Default: `score`. */
  firstStageKey?: string | undefined;
  /** Queries in flight at once. More than 1 makes times per query say little for a local model. Default: 1. */
  concurrency?: number | undefined;
  /** Rerank one document before the first timed query, so that loading a model is not counted. Default: false. */
  warmUp?: boolean | undefined;
  /** Results by query, kept so that a run that was killed goes on where it stopped. Times are kept with them. */
  cache?: ScoreCache | undefined;
  /**
   * What identifies the compressor in the cache: model and options. Needed for compressors of others, and for a reranker of this package
   * whose options include functions or objects that change from call to call. Default: class, model and plain options.
   */
  system?: KeyPart | undefined;
  /** What one call cost, in a currency of your choice; undefined where it is not known. @example cost: ({ tokens }) => tokens && tokens * 2e-8 */
  cost?: ((report: RerankReport) => number | undefined) | undefined;
  signal?: AbortSignal | undefined;
  /** Called after every query. */
  onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  /** Default: `console.warn`. */
  onWarning?: WarningHandler | undefined;
}

/** Wall seconds per query. */
export interface Seconds {
  mean: number;
  p50: number;
  p95: number;
  total: number;
}

/** Outcome of {@link evaluate}. */
export interface Evaluation {
  name: string;
  dataset: string;
  /** By canonical measure name, in the order asked for. */
  measures: ReadonlyMap<string, MeasuredValues & { interval: Interval }>;
  /** The order that came back, best first; the score is what is left of the list from there on, so that trec_eval sees the same order. */
  run: Run;
  /** What the compressor wrote under `sim` (or `relevanceScore`), where it wrote a number. */
  scores: Run;
  seconds: Seconds;
  secondsPerQuery: ReadonlyMap<string, number>;
  /** Documents given to the compressor, and those that it says it scored, where it says so. */
  documents: { given: number; scored: number | undefined };
  /** Undefined unless every call told. */
  tokens: number | undefined;
  /** Undefined unless every call told. */
  cost: number | undefined;
  /** Queries whose results came from the cache. */
  cached: number;
  /** Queries on which scoring failed and the reranker kept the order it was given (`onError: "keep-order"`), with the reason. */
  failed: ReadonlyMap<string, string>;
}

/**
 * Runs a compressor over every judged query of a data set and measures what it returns.
 *
 * Documents come in first-stage order, with `id`, `metadata._id`, `metadata.title` and the first-stage score in the metadata. What the
 * compressor leaves out counts as not retrieved.
 *
 * @example
 * const data = await readBeir("data/scifact");
 * const result = await evaluate(new CrossEncoderReranker(), data, { measures: ["nDCG@10"], depth: 100 });
 * result.measures.get("nDCG@10")!.mean;
 * result.seconds.p95;
 *
 * @throws InvalidInputError for a data set without judged queries, or a run with documents that the corpus lacks.
 * @throws InvalidResponseError when a document comes back that was not given, or twice. An abort rejects with the signal's reason.
 */
export async function evaluate(
  compressor: Compressor,
  input: DatasetInput,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  if (typeof compressor?.compressDocuments !== "function") {
    throw new InvalidInputError("compressor", "must be a LangChain document compressor (with `compressDocuments`)");
  }
  const measures = parseMeasures(options.measures ?? ["nDCG@10", "RR@10", "R@100", "Judged@10"]);
  const data = toDataset(input);
  const { qrels } = data;
  const queries = listCandidates(data, options.depth).filter(({ id }) => qrels.has(id));
  checkQueries(queries, data, options);
  const results = await runQueries(compressor, queries, options);
  const failed = new Map(
    queries.flatMap(({ id }, i) => (results[i]!.error === null ? [] : [[id, results[i]!.error] as const])),
  );
  const onWarning = options.onWarning ?? warnOnConsole;
  warnIds(
    "fallback",
    [...failed.keys()],
    (n) => `queries that were not scored and count with the order they came in: ${n}`,
    onWarning,
  );
  const rankings = new Map(
    queries.map(({ id, documents }, i) => [id, results[i]!.order.map((place) => documents[place]!.id)]),
  );
  const measured = measures.map((measure) => [measure.name, measureRankings(rankings, qrels, measure)] as const);
  const times = results.map(({ milliseconds }) => milliseconds / 1000);
  return {
    name: options.name ?? systemName(compressor),
    dataset: data.name,
    measures: new Map(
      measured.map(([name, value]) => [
        name,
        { ...value, interval: bootstrapInterval([...value.perQuery.values()], options) },
      ]),
    ),
    run: new Map(
      Array.from(rankings, ([id, order]) => [id, new Map(order.map((doc, place) => [doc, order.length - place]))]),
    ),
    scores: new Map(queries.map(({ id, documents }, i) => [id, knownScores(documents, results[i]!)])),
    seconds: summarize(times),
    secondsPerQuery: new Map(queries.map(({ id }, i) => [id, times[i]!])),
    documents: {
      given: sumAll(results.map(({ given }) => given))!,
      scored: sumAll(results.map(({ scored }) => scored)),
    },
    tokens: sumAll(results.map(({ tokens }) => tokens)),
    cost: sumAll(results.map(({ cost }) => cost)),
    cached: results.filter(({ fromCache }) => fromCache).length,
    failed,
  };
}

/** Mean, median, 95th percentile and sum of wall seconds; of nothing all are NaN but the sum. */
export function summarize(seconds: readonly number[]): Seconds {
  const ascending = Float64Array.from(seconds).sort();
  const total = ascending.reduce((sum, value) => sum + value, 0);
  return { mean: total / ascending.length, p50: quantile(ascending, 0.5), p95: quantile(ascending, 0.95), total };
}

function checkQueries(queries: readonly QueryCandidates[], data: Dataset, options: EvaluateOptions): void {
  const { concurrency = 1, depth } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new InvalidOptionError("concurrency", concurrency, "an integer of 1 or more");
  if (depth !== undefined && (!Number.isInteger(depth) || depth < 1))
    throw new InvalidOptionError("depth", depth, "an integer of 1 or more");
  if (queries.length === 0) throw new InvalidInputError("data", `"${data.name}" has no query with judgements`);
  const onWarning = options.onWarning ?? warnOnConsole;
  const empty = queries.filter(({ documents }) => documents.length === 0).map(({ id }) => id);
  const unjudged = [...data.queries.keys()].filter((id) => !data.qrels.has(id));
  const unasked = [...data.qrels.keys()].filter((id) => !data.queries.has(id));
  warnIds("query-without-qrels", unjudged, (n) => `queries without judgements, which are left out: ${n}`, onWarning);
  warnIds(
    "query-without-run",
    empty,
    (n) => `judged queries without candidates in the run, which count 0: ${n}`,
    onWarning,
  );
  warnIds("qrels-without-query", unasked, (n) => `judged queries without a text, which count 0: ${n}`, onWarning);
}

function knownScores(documents: QueryCandidates["documents"], { order, scores }: QueryResult): Map<string, number> {
  return new Map(
    order.flatMap((place, i) => (typeof scores[i] === "number" ? [[documents[place]!.id, scores[i]] as const] : [])),
  );
}

function sumAll(values: readonly (number | null)[]): number | undefined {
  let sum = 0;
  for (const value of values) {
    if (value === null) return undefined;
    sum += value;
  }
  return sum;
}
