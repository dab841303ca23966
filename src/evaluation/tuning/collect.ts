import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import { embeddingScores, embeddingsName } from "../../rerankers/embedding-similarity-reranker.js";
import { type ModelOption, resolveScorer, scorerName } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { KeyPart } from "../cache/keys.js";
import type { ScoreCache } from "../cache/score-cache.js";
import { type CandidateOptions, listCandidates, type QueryCandidates, titleAndText } from "../candidates.js";
import { type DatasetInput, toDataset } from "../dataset.js";
import type { EvaluationProgress } from "../evaluate.js";
import type { Dataset } from "../files/beir.js";
import { fuseRanks } from "./fuse.js";
import { type PairScorer, scorePairs } from "./pair-cache.js";
import { placesByScore, type QueryStages, type StageColumn, type StageScores } from "./stage-scores.js";

/**
 * A first stage: `"run"`, the scores of the data set's run; LangChain `Embeddings`, compared by cosine; a scorer, such as
 * `StaticLateInteraction`; or reciprocal-rank fusion of others that are named in the same table.
 */
export type FirstStage = "run" | EmbeddingsInterface | RelevanceScorer | { fuse: readonly string[]; rrfK?: number };

/** Options of {@link collectStageScores}. */
export interface CollectOptions extends CandidateOptions {
  /** First stages by name. Default: `{ run: "run" }`. */
  first?: Readonly<Record<string, FirstStage>> | undefined;
  /** Second stages by name: scorers, or names of models. Default: the bundled model under `bundled`. */
  models?: Readonly<Record<string, ModelOption>> | undefined;
  /** Score only this many of each first stage's best. Default: all candidates. */
  deepest?: number | undefined;
  /** Scores by pair, kept across runs and shared between them. */
  cache?: ScoreCache | undefined;
  /**
   * What identifies a stage in the cache: model and options. Default: the model's name, which for a folder says nothing of its files, and
   * for the bundled model nothing of the package's version.
   */
  stageKeys?: Readonly<Record<string, KeyPart>> | undefined;
  signal?: AbortSignal | undefined;
  /** Called after every query. */
  onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/**
 * Scores every candidate once by every stage, so that any number of settings can be tried without a model.
 *
 * @example
 * const stages = await collectStageScores(data, { first: { bm25: "run", minilm: embeddings }, models: { bundled: undefined }, depth: 100 });
 *
 * @throws InvalidInputError for a data set without judged queries; errors of the stages as they are. An abort rejects with the signal's reason.
 */
export async function collectStageScores(input: DatasetInput, options: CollectOptions = {}): Promise<StageScores> {
  const data = toDataset(input);
  const first = options.first ?? { run: "run" };
  checkFirst(first, data);
  const models = Object.entries(options.models ?? { bundled: undefined }).map(([name, model]) => ({
    name,
    ...resolveScorer(model),
  }));
  const queries = listCandidates(data, options.depth).filter(
    ({ id, documents }) => data.qrels.has(id) && documents.length > 0,
  );
  if (queries.length === 0) throw new InvalidInputError("data", `"${data.name}" has no judged query with candidates`);
  const collected: QueryStages[] = [];
  let cached = 0;
  let milliseconds = 0;
  try {
    for (const query of queries) {
      options.signal?.throwIfAborted();
      const one = await collectQuery(query, first, models, options);
      collected.push(one.stages);
      milliseconds += one.milliseconds;
      if (one.fromCache) cached++;
      options.onProgress?.({ done: collected.length, total: queries.length, cached });
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
    deepest: options.deepest ?? Number.POSITIVE_INFINITY,
    pairs: new Map(models.map(({ name }) => [name, countScored(collected, name)])),
    seconds: milliseconds / 1000,
  };
}

interface NamedStage {
  name: string;
  scorer: RelevanceScorer;
}

async function collectQuery(
  candidates: QueryCandidates,
  first: Readonly<Record<string, FirstStage>>,
  models: readonly NamedStage[],
  options: CollectOptions,
): Promise<{ stages: QueryStages; milliseconds: number; fromCache: boolean }> {
  const { id, query } = candidates;
  const texts = candidates.documents.map(options.text ?? titleAndText);
  const filled = texts.flatMap((text, place) => (text.trim() === "" ? [] : [place]));
  const blank = texts.flatMap((text, place) => (text.trim() === "" ? [candidates.documents[place]!.id] : []));
  const filledTexts = filled.map((place) => texts[place]!);
  const runScores = candidates.scores && filled.map((place) => candidates.scores![place]!);
  const firstColumns = new Map<string, StageColumn>();
  let computed = 0;
  const score = async (name: string, scorer: PairScorer, places: readonly number[]) => {
    const key = options.stageKeys?.[name] ?? scorer.key;
    const { column, missing } = await scorePairs({ ...scorer, key }, query, filledTexts, places, options);
    computed += missing;
    return column;
  };
  for (const [name, stage] of Object.entries(first)) {
    if (stage === "run") firstColumns.set(name, { scores: runScores!, milliseconds: filled.map(() => 0) });
    else if (isFusion(stage))
      firstColumns.set(
        name,
        fuseRanks(
          stage.fuse.map((each) => firstColumns.get(each)!),
          stage.rrfK,
        ),
      );
    else
      firstColumns.set(
        name,
        await score(
          name,
          isScorer(stage) ? scorerStage(stage) : embeddingStage(stage),
          filled.map((_, place) => place),
        ),
      );
  }
  const wanted = deepestPlaces(firstColumns, options.deepest);
  const modelColumns = new Map<string, StageColumn>();
  for (const { name, scorer } of models) modelColumns.set(name, await score(name, scorerStage(scorer), wanted));
  // Fusion only adds up what its members took; counting it too would count them twice.
  const measured = Object.entries(first)
    .filter(([, stage]) => !isFusion(stage))
    .map(([name]) => firstColumns.get(name)!);
  return {
    stages: {
      id,
      documents: filled.map((place) => candidates.documents[place]!.id),
      blank,
      first: firstColumns,
      models: modelColumns,
    },
    milliseconds: [...measured, ...modelColumns.values()].reduce((sum, column) => sum + totalMilliseconds(column), 0),
    fromCache: computed === 0,
  };
}

/** Places that some first stage holds among its best. */
function deepestPlaces(columns: ReadonlyMap<string, StageColumn>, deepest = Number.POSITIVE_INFINITY): number[] {
  const wanted = new Set<number>();
  for (const { scores } of columns.values())
    for (const place of placesByScore(scores).slice(0, deepest)) wanted.add(place);
  return [...wanted].sort((a, b) => a - b);
}

function embeddingStage(embeddings: EmbeddingsInterface): PairScorer {
  return {
    key: ["embeddings", embeddingsName(embeddings)],
    score: (query, texts, signal) => embeddingScores(embeddings, query, texts, signal),
  };
}

function scorerStage(scorer: RelevanceScorer): PairScorer {
  return {
    key: ["scorer", scorerName(scorer)],
    score: (query, texts, signal) => scorer.score(query, texts, { signal }),
  };
}

function checkFirst(first: Readonly<Record<string, FirstStage>>, data: Dataset): void {
  const known: string[] = [];
  for (const [name, stage] of Object.entries(first)) {
    if (stage === "run" && !data.run)
      throw new InvalidOptionError(`first.${name}`, stage, "embeddings: the data set has no run");
    if (isFusion(stage)) {
      const unknown = stage.fuse.find((each) => !known.includes(each) || isFusion(first[each]!));
      if (unknown !== undefined || stage.fuse.length < 2) {
        throw new InvalidOptionError(
          `first.${name}.fuse`,
          unknown ?? stage.fuse,
          `two or more stages named before it, none of them fused: ${known.join(", ")}`,
        );
      }
    }
    known.push(name);
  }
  if (known.length === 0) throw new InvalidOptionError("first", first, "at least one first stage");
}

export function isScorer(stage: FirstStage): stage is RelevanceScorer {
  return typeof (stage as RelevanceScorer).score === "function";
}

function isFusion(stage: FirstStage): stage is { fuse: readonly string[]; rrfK?: number } {
  return typeof stage === "object" && "fuse" in stage;
}

function countScored(queries: readonly QueryStages[], model: string): number {
  return queries.reduce(
    (sum, { models }) => sum + models.get(model)!.scores.filter((score) => !Number.isNaN(score)).length,
    0,
  );
}

function totalMilliseconds({ milliseconds }: StageColumn): number {
  return milliseconds.reduce((sum, value) => sum + value, 0);
}
