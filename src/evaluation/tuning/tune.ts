import { type Checks, checkOptions, text } from "../../options.js";
import type { SingleStage } from "../../rerankers/first-stage-types.js";
import type { HybridRerankerInput } from "../../rerankers/hybrid-options.js";
import { type DatasetInput, toDataset } from "../dataset.js";
import { parseMeasure } from "../measures/parse.js";
import type { TunedChoice } from "./choice.js";
import { COLLECT_CHECKS, type CollectOptions, collectStageScores, modelsOf } from "./collect.js";
import { type FirstStages, isFusion, type TuneFirstStage } from "./first-stages.js";
import { makeSplits } from "./folds.js";
import { checkScored } from "./settings.js";
import type { StageScores } from "./stage-scores.js";
import { DEFAULT_MEASURE, SEARCH_CHECKS, type SearchOptions, search, type TuneResult } from "./tune-stages.js";

/** Options of {@link tune}. */
export interface TuneOptions extends CollectOptions, SearchOptions {
  /** Metadata key of the first-stage score in the options that `tune` returns for a run. @default "score" */
  firstStageKey?: string | undefined;
}

const TUNE_CHECKS = { ...COLLECT_CHECKS, ...SEARCH_CHECKS, firstStageKey: text } satisfies Checks<TuneOptions>;

/** A chosen setting with the complete options of a `HybridReranker`. */
export type HybridChoice = Omit<TunedChoice, "options"> & { options: HybridRerankerInput };

/** Result of {@link tune}. */
export type Tuned = Omit<TuneResult, "best" | "fastest"> & {
  /** The setting with the highest mean. */
  best: HybridChoice;
  /** The fastest setting within `within` of the best; the same object as `best` if they are the same setting. */
  fastest: HybridChoice;
  /** The scores that were searched; `tuneStages` can search them again with another grid or measure. */
  stages: StageScores;
};

/**
 * Scores every pair of query and candidate once by every stage, then searches the grid: alpha × topK × normalization × first stage ×
 * model, and a threshold if requested.
 *
 * @throws InvalidInputError when fewer than two judged queries have candidates.
 * @throws InvalidOptionError when an option is not allowed.
 * @throws Errors of the stages; the signal's reason when aborted.
 *
 * @example
 * const data = await readBeir("data/my-questions");
 * const { fastest, verdict } = await tune(data, {
 *   first: { bm25: "run", dense: embeddings, both: { fuse: ["bm25", "dense"] } },
 *   models: { late: "late-en-v1" },
 *   within: 0.02,
 * });
 * console.log(verdict);
 * const reranker = new HybridReranker({ ...fastest.options, topN: 10 });
 */
export async function tune(data: DatasetInput, options: TuneOptions = {}): Promise<Tuned> {
  checkOptions(options, TUNE_CHECKS, "tune");
  parseMeasure(options.measure ?? DEFAULT_MEASURE);
  const first = options.first ?? { run: "run" };
  checkScored(options.grid ?? {}, {
    deepest: options.deepest ?? Number.POSITIVE_INFINITY,
    first: Object.keys(first),
    models: Object.keys(modelsOf(options)),
  });
  makeSplits(toDataset(data).qrels.size, options);
  const stages = await collectStageScores(data, options);
  const result = search(stages, data.qrels, options);
  const complete = (choice: TunedChoice): HybridChoice => {
    const model = modelsOf(options)[choice.setting.model];
    const source = firstStageOptions(choice.setting.first, first, options.firstStageKey ?? "score");
    return { ...choice, options: { ...source, ...(model !== undefined && { model }), ...choice.options } };
  };
  const best = complete(result.best);
  return { ...result, best, fastest: result.fastest === result.best ? best : complete(result.fastest), stages };
}

/** A first stage as options of a `HybridReranker`. */
export function firstStageOptions(name: string, first: FirstStages, key: string): HybridRerankerInput {
  const single = (stage: TuneFirstStage) => (stage === "run" ? { metadataKey: key } : (stage as SingleStage));
  const stage = first[name]!;
  if (stage === "run") return { firstStageKey: key };
  if (!isFusion(stage)) return { firstStage: single(stage) };
  const fuse = stage.fuse.map((member) => single(first[member]!));
  return { firstStage: { fuse, ...(stage.k !== undefined && { k: stage.k }) } };
}
