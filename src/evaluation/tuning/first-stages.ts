import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { InvalidOptionError } from "../../errors.js";
import { modelName } from "../../model-name.js";
import { type Checks, checkOptions, expecting, positiveInteger } from "../../options.js";
import { orderByScore, reciprocalRankFusion } from "../../rerankers/blend.js";
import { embeddingScores, embeddingsVersion, isEmbeddings } from "../../rerankers/embedding-scores.js";
import { callScorer, isScorerOption, rawScores, scorerName } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { CacheKeyPart } from "../cache/cache-key.js";
import { sum } from "../mean.js";
import type { PairScorer } from "./pair-cache.js";
import type { StageColumn } from "./stage-scores.js";

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

const FUSION_CHECKS = {
  fuse: expecting("an array with the names of two or more first stages", Array.isArray),
  k: positiveInteger,
} satisfies Checks;

/**
 * @throws InvalidOptionError when there is no first stage, a value is not one, a run is missing, or a fusion names a stage that does not come
 * before it.
 */
export function checkFirstStages(first: FirstStages, hasRun: boolean): void {
  const known: string[] = [];
  for (const [name, stage] of Object.entries(first)) {
    checkKind(`first.${name}`, stage);
    if (stage === "run" && !hasRun) {
      const sentence = `\`first.${name}\` is "run", but the data set has no run. Pass a run, or use embeddings.`;
      throw InvalidOptionError.because(`first.${name}`, stage, sentence);
    }
    if (isFusion(stage)) {
      checkOptions(stage, FUSION_CHECKS, "a fusion", `first.${name}.`);
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

function checkKind(option: string, stage: unknown): void {
  if (stage === "run" || isEmbeddings(stage)) return;
  if (typeof stage === "object" && stage !== null && (isScorerOption(option, stage) || "fuse" in stage)) return;
  const allowed =
    '"run", LangChain `Embeddings`, a scorer such as `StaticLateInteraction`, or { fuse: [...names], k? }';
  throw new InvalidOptionError(option, stage, allowed);
}

/** Whether a first stage is a scorer. */
export function isScorer(stage: TuneFirstStage): stage is RelevanceScorer {
  return typeof (stage as RelevanceScorer).score === "function";
}

/** Whether a first stage is fused from others. */
export function isFusion(stage: TuneFirstStage): stage is { fuse: readonly string[]; k?: number | undefined } {
  return typeof stage === "object" && "fuse" in stage;
}

/**
 * A scorer or embeddings in the form that {@link PairScorer} needs.
 *
 * @param identity Identifies the model in the cache. @default its name
 * @throws InvalidOptionError for a listwise model, here or, if only its server knows that it is one, when it scores.
 */
export function toPairScorer(stage: RelevanceScorer | EmbeddingsInterface, identity?: CacheKeyPart): PairScorer {
  if (isScorer(stage)) {
    if (stage.scoresHoldWithinRequest) throw notPointwise(stage);
    return {
      key: ["scorer", identity ?? scorerName(stage)],
      version: async (signal) => stage.modelVersion?.(signal ? { signal } : {}),
      async score(query, texts, signal) {
        const result = await callScorer(stage, { query, texts, signal });
        if (result.report.scoresHoldWithinRequest) throw notPointwise(stage);
        return { scores: result.scores, raw: rawScores(result) };
      },
    };
  }
  return {
    key: ["embeddings", identity ?? modelName(stage)],
    version: async (signal) => embeddingsVersion(stage, signal ? { signal } : {}),
    async score(query, texts, signal) {
      const { scores } = await embeddingScores(stage, query, texts, signal);
      return { scores, raw: scores };
    },
  };
}

/** Tuning scores every pair once and then tries other depths, at which a listwise model would have given other scores. */
function notPointwise(stage: RelevanceScorer): InvalidOptionError {
  const name = scorerName(stage);
  const sentence = `${name} cannot be tuned, because its scores depend on the other texts of the request. Compare systems that use it with \`evaluate\`.`;
  return InvalidOptionError.because("models", name, sentence);
}

/** The reciprocal-rank fusion of first stages. It takes as long as its members together. */
export function fuseRanks(columns: readonly StageColumn[], k = 60): StageColumn {
  const count = columns[0]!.scores.length;
  const scores = reciprocalRankFusion(
    columns.map((column) => orderByScore(column.scores)),
    count,
    k,
  );
  const milliseconds = scores.map((_, index) => sum(columns.map((column) => column.milliseconds[index]!)));
  return { scores, raw: scores, milliseconds };
}
