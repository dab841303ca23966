import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { InvalidOptionError } from "../../errors.js";
import { embeddingScores, embeddingsName } from "../../rerankers/embedding-scores.js";
import { scorerName } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { PairScorer } from "./pair-cache.js";
import { orderByScore, type StageColumn } from "./stage-scores.js";

/**
 * A first stage: `"run"`, the scores of the data set's run; LangChain `Embeddings`, compared by cosine; a scorer, such as
 * `StaticLateInteraction`; or the reciprocal-rank fusion of others that are named in the same table.
 */
export type TuneFirstStage =
  | "run"
  | EmbeddingsInterface
  | RelevanceScorer
  | { fuse: readonly string[]; k?: number | undefined };

/** First stages by name. */
export type FirstStages = Readonly<Record<string, TuneFirstStage>>;

/** @throws InvalidOptionError when there is no first stage, a run is missing, or a fusion names a stage that does not come before it. */
export function checkFirstStages(first: FirstStages, hasRun: boolean): void {
  const known: string[] = [];
  for (const [name, stage] of Object.entries(first)) {
    if (stage === "run" && !hasRun) {
      const sentence = `\`first.${name}\` is "run", but the data set has no run. Pass a run, or use embeddings.`;
      throw InvalidOptionError.because(`first.${name}`, stage, sentence);
    }
    if (isFusion(stage)) {
      const unknown = stage.fuse.find((each) => !known.includes(each) || isFusion(first[each]!));
      if (unknown !== undefined || stage.fuse.length < 2) {
        const expected = `two or more first stages that come before it and are not fused themselves (${known.join(", ")})`;
        throw new InvalidOptionError(`first.${name}.fuse`, unknown ?? stage.fuse, expected);
      }
    }
    known.push(name);
  }
  if (known.length === 0) throw new InvalidOptionError("first", first, "at least one first stage");
}

/** Whether a first stage is a scorer. */
export function isScorer(stage: TuneFirstStage): stage is RelevanceScorer {
  return typeof (stage as RelevanceScorer).score === "function";
}

/** Whether a first stage is fused from others. */
export function isFusion(stage: TuneFirstStage): stage is { fuse: readonly string[]; k?: number | undefined } {
  return typeof stage === "object" && "fuse" in stage;
}

/** A scorer or embeddings in the form that {@link PairScorer} needs. */
export function toPairScorer(stage: RelevanceScorer | EmbeddingsInterface): PairScorer {
  if (isScorer(stage)) {
    return {
      key: ["scorer", scorerName(stage)],
      score: (query, texts, signal) => stage.score(query, texts, { signal }),
    };
  }
  return {
    key: ["embeddings", embeddingsName(stage)],
    score: (query, texts, signal) => embeddingScores(stage, query, texts, signal),
  };
}

/**
 * Reciprocal-rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) of first stages: the sum of 1 / (k + rank). It takes as long as its
 * members together.
 */
export function fuseRanks(columns: readonly StageColumn[], k = 60): StageColumn {
  const count = columns[0]!.scores.length;
  const scores = new Array<number>(count).fill(0);
  const milliseconds = new Array<number>(count).fill(0);
  for (const column of columns) {
    orderByScore(column.scores).forEach((index, rank) => {
      scores[index]! += 1 / (k + rank + 1);
    });
    column.milliseconds.forEach((value, index) => {
      milliseconds[index]! += value;
    });
  }
  return { scores, milliseconds };
}
