import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { CrossEncoderReranker } from "../../rerankers/cross-encoder-reranker.js";
import { EmbeddingSimilarityReranker } from "../../rerankers/embedding-similarity-reranker.js";
import type { HybridRerankerInput } from "../../rerankers/hybrid-reranker.js";
import type { DatasetInput } from "../dataset.js";
import type { TunedChoice } from "./choice.js";
import { type CollectOptions, collectStageScores, type FirstStage, isScorer } from "./collect.js";
import type { StageScores } from "./stage-scores.js";
import { type TuneOptions, type TuneResult, tuneStages } from "./tune-stages.js";

/** A choice whose options a `HybridReranker` takes as they are. */
export type ReadyChoice = Omit<TunedChoice, "options"> & { options: HybridRerankerInput };

/** Outcome of {@link tune}. */
export type Tuned = Omit<TuneResult, "best" | "fastest"> & {
  best: ReadyChoice;
  fastest: ReadyChoice;
  /** The scores that the search went over; `tuneStages` can go over them again with another grid or measure. */
  stages: StageScores;
};

/**
 * Scores every pair of query and candidate once by every stage, then searches the grid: alpha × topK × normalisation × first stage ×
 * model, and a threshold where one is wanted.
 *
 * @example
 * const data = await readBeir("data/my-questions");
 * const { fastest, pareto } = await tune(data, {
 *   first: { bm25: "run", dense: embeddings, both: { fuse: ["bm25", "dense"] } },
 *   models: { bundled: undefined },
 *   within: 0.02,
 * });
 * const reranker = new HybridReranker({ ...fastest.options, topN: 10 });
 *
 * @throws as {@link collectStageScores} and {@link tuneStages}.
 */
export async function tune(
  data: DatasetInput,
  options: CollectOptions & TuneOptions & { firstStageKey?: string | undefined } = {},
): Promise<Tuned> {
  const stages = await collectStageScores(data, options);
  const result = tuneStages(stages, data.qrels, options);
  const first = options.first ?? { run: "run" };
  const models = options.models ?? { bundled: undefined };
  const ready = (choice: TunedChoice): ReadyChoice => {
    const model = models[choice.setting.model];
    const source = firstStageOptions(choice.setting.first, first, options.firstStageKey ?? "score");
    return { ...choice, options: { ...source, ...(model !== undefined && { model }), ...choice.options } };
  };
  return { ...result, best: ready(result.best), fastest: ready(result.fastest), stages };
}

/** A named first stage as options of a `HybridReranker`. */
export function firstStageOptions(
  name: string,
  first: Readonly<Record<string, FirstStage>>,
  key: string,
): Pick<HybridRerankerInput, "embeddings" | "firstStageModel" | "firstStageKey" | "firstStages" | "rrfK"> {
  const stage = first[name]!;
  if (stage === "run") return { firstStageKey: key };
  if (isScorer(stage)) return { firstStageModel: stage };
  if (!("fuse" in stage)) return { embeddings: stage };
  const members = stage.fuse.map((member) => {
    const fused = first[member]!;
    if (fused === "run") return key;
    if (isScorer(fused)) return new CrossEncoderReranker({ model: fused });
    return new EmbeddingSimilarityReranker({ embeddings: fused as EmbeddingsInterface });
  });
  return { firstStages: members, ...(stage.rrfK !== undefined && { rrfK: stage.rrfK }) };
}
