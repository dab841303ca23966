import type { Calibration } from "../../calibration.js";
import { InvalidInputError } from "../../errors.js";
import { defaultModel } from "../../models/find.js";
import { abortSignal, anything, type Checks, positiveInteger } from "../../options.js";
import { orderByScore } from "../../rerankers/blend.js";
import { type ModelOption, resolveScorer } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { CacheKeyPart } from "../cache/cache-key.js";
import type { ScoreCache } from "../cache/score-cache.js";
import { CANDIDATE_CHECKS, type CandidateOptions, listCandidates, type QueryCandidates } from "../candidates.js";
import { progressHandler, scoreCache } from "../checks.js";
import { type DatasetInput, toDataset } from "../dataset.js";
import type { EvaluationProgress } from "../evaluate-options.js";
import { sum } from "../mean.js";
import { titleAndText } from "../title-and-text.js";
import { checkFirstStages, type FirstStages, fuseRanks, isFusion, isScorer, toPairScorer } from "./first-stages.js";
import { type PairScorer, scorePairs } from "./pair-cache.js";
import type { QueryStages, StageColumn, StageScores } from "./stage-scores.js";

/** Options for scoring every pair once. */
export interface CollectOptions extends CandidateOptions {
  /** First stages by name. @default { run: "run" } */
  first?: FirstStages | undefined;
  /** Second stages by name: scorers, or names of models. @default the default model, under its name */
  models?: Readonly<Record<string, ModelOption>> | undefined;
  /** Number of candidates per first stage, from the top, that the models score. @default all candidates */
  deepest?: number | undefined;
  /** Stores the score of every pair, so that interrupted or repeated runs do not compute it again. A `Map` will do. */
  cache?: ScoreCache | undefined;
  /**
   * Identifies first stages and models in the cache, by their names in `first` and `models`: their model and options, as JSON. The
   * `modelVersion` of a scorer, or of embeddings that have one, is always part of the key. Cosines of embeddings and scores of scorers never share an entry.
   * @default the model's name
   */
  stageKeys?: Readonly<Record<string, CacheKeyPart>> | undefined;
  /** Aborts the scoring. */
  signal?: AbortSignal | undefined;
  /** Called after every query. */
  onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** Checks of {@link CollectOptions}. */
export const COLLECT_CHECKS = {
  ...CANDIDATE_CHECKS,
  first: anything,
  models: anything,
  deepest: positiveInteger,
  cache: scoreCache,
  stageKeys: anything,
  signal: abortSignal,
  onProgress: progressHandler,
} satisfies Checks<CollectOptions>;

/** The models that are compared, by name. */
export function modelsOf({ models }: CollectOptions): Readonly<Record<string, ModelOption>> {
  return models ?? { [defaultModel().name]: undefined };
}

/**
 * Scores every candidate once by every stage, so that any number of settings can be tried without a model.
 *
 * @throws InvalidInputError when no judged query has candidates.
 * @throws InvalidOptionError when a first stage or an option is not allowed.
 * @throws Errors of the stages; the signal's reason when aborted.
 */
export async function collectStageScores(input: DatasetInput, options: CollectOptions = {}): Promise<StageScores> {
  const data = toDataset(input);
  const first = options.first ?? { run: "run" };
  checkFirstStages(first, data.run !== undefined);
  const models = Object.entries(modelsOf(options)).map(([name, model]) => ({
    name,
    ...resolveScorer(model, `models.${name}`),
  }));
  const queries = listCandidates(data, options).filter(({ documents }) => documents.length > 0);
  if (queries.length === 0) throw new InvalidInputError("data", `"${data.name}" has no judged query with candidates.`);
  const scorers = new Map(models.map(({ name, scorer }) => [name, toPairScorer(scorer, options.stageKeys?.[name])]));
  const collected: QueryStages[] = [];
  const calibrations = new Map<string, Calibration>();
  let cached = 0;
  let milliseconds = 0;
  try {
    for (const query of queries) {
      options.signal?.throwIfAborted();
      const one = await collectQuery(query, first, scorers, options);
      collected.push(one.stages);
      milliseconds += one.milliseconds;
      if (one.fromCache) cached++;
      options.onProgress?.({ done: collected.length, total: queries.length, cached });
    }
    for (const [name, scorer] of stageScorers(first, models)) {
      // Known once the model has been loaded, so not if every score came from the cache; then the defaults are those without curves.
      if (scorer.calibration) calibrations.set(name, scorer.calibration);
    }
  } finally {
    await Promise.all(models.filter(({ owned }) => owned).map(({ scorer }) => scorer.dispose?.()));
  }
  return {
    dataset: data.name,
    queries: collected,
    first: Object.keys(first),
    fused: Object.keys(first).filter((name) => isFusion(first[name]!)),
    models: models.map(({ name }) => name),
    calibrations,
    deepest: options.deepest ?? Number.POSITIVE_INFINITY,
    pairs: new Map(models.map(({ name }) => [name, countScored(collected, name)])),
    seconds: milliseconds / 1000,
  };
}

function stageScorers(
  first: FirstStages,
  models: readonly { name: string; scorer: RelevanceScorer }[],
): (readonly [string, RelevanceScorer])[] {
  const stages = Object.entries(first).flatMap(([name, stage]) =>
    typeof stage === "object" && !isFusion(stage) && isScorer(stage) ? [[name, stage] as const] : [],
  );
  return [...stages, ...models.map(({ name, scorer }) => [name, scorer] as const)];
}

interface CollectedQuery {
  stages: QueryStages;
  milliseconds: number;
  fromCache: boolean;
}

async function collectQuery(
  candidates: QueryCandidates,
  first: FirstStages,
  models: ReadonlyMap<string, PairScorer>,
  options: CollectOptions,
): Promise<CollectedQuery> {
  const { texts, documents, blank, scores } = withoutBlanks(candidates, options);
  const everything = texts.map((_, index) => index);
  let computed = 0;
  let milliseconds = 0;
  const score = async (scorer: PairScorer, indices: readonly number[]) => {
    const key = [scorer.key, options.cache && (await scorer.version(options.signal))];
    const { column, missing } = await scorePairs({ ...scorer, key }, candidates.query, texts, indices, options);
    computed += missing;
    milliseconds += sum(column.milliseconds);
    return column;
  };
  const firstColumns = new Map<string, StageColumn>();
  for (const [name, stage] of Object.entries(first)) {
    if (stage === "run") firstColumns.set(name, { scores: scores!, raw: scores!, milliseconds: texts.map(() => 0) });
    else if (isFusion(stage)) {
      const members = stage.fuse.map((member) => firstColumns.get(member)!);
      firstColumns.set(name, fuseRanks(members, stage.k));
    } else firstColumns.set(name, await score(toPairScorer(stage, options.stageKeys?.[name]), everything));
  }
  const indices = bestOfAny([...firstColumns.values()], options.deepest);
  const modelColumns = new Map<string, StageColumn>();
  for (const [name, scorer] of models) modelColumns.set(name, await score(scorer, indices));
  return {
    stages: { id: candidates.id, documents, blank, first: firstColumns, models: modelColumns },
    milliseconds,
    fromCache: computed === 0,
  };
}

/** The candidates of a query that have a text, and the ids of the others. */
export function withoutBlanks(
  { documents, scores }: QueryCandidates,
  options: CandidateOptions,
): { texts: string[]; documents: string[]; blank: string[]; scores: number[] | undefined } {
  const texts = documents.map(options.text ?? titleAndText);
  const filled = documents.map((_, index) => index).filter((index) => texts[index]!.trim() !== "");
  return {
    texts: filled.map((index) => texts[index]!),
    documents: filled.map((index) => documents[index]!.id),
    blank: documents.filter((_, index) => texts[index]!.trim() === "").map(({ id }) => id),
    scores: scores && filled.map((index) => scores[index]!),
  };
}

/** Indices of candidates that at least one first stage ranks among its best. */
function bestOfAny(columns: readonly StageColumn[], deepest = Number.POSITIVE_INFINITY): number[] {
  const best = new Set(columns.flatMap(({ scores }) => orderByScore(scores).slice(0, deepest)));
  return [...best].sort((a, b) => a - b);
}

function countScored(queries: readonly QueryStages[], model: string): number {
  return sum(queries.map(({ models }) => models.get(model)!.scores.filter((score) => !Number.isNaN(score)).length));
}
