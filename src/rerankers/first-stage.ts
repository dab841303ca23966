import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { InvalidOptionError } from "../errors.js";
import { modelName } from "../model-name.js";
import { DEFAULT_MODELS } from "../models/bundled.js";
import { checkOptions } from "../options.js";
import {
  callScorer,
  createScorer,
  isScorerOption,
  rawScores,
  resolveScorer,
  scorerName,
} from "../scorers/create-scorer.js";
import { metadataKey } from "./checks.js";
import { withWarnings } from "./cross-encoder-reranker.js";
import { checkEmbeddings, embeddingScores, embeddingsVersion, isEmbeddings } from "./embedding-scores.js";
import type { FirstStage, FirstStageInput } from "./first-stage-types.js";
import { fuse } from "./fusion.js";
import { distanceWarning, metadataScores } from "./metadata-score.js";

/** @throws InvalidOptionError if there is more than one first stage, or one is invalid. */
export function makeFirstStage({ firstStage, embeddings, firstStageKey }: FirstStageInput): FirstStage {
  const given = Object.entries({ firstStage, embeddings, firstStageKey }).filter(([, value]) => value !== undefined);
  const [first, second] = given;
  if (second) {
    const sentence = `\`${first![0]}\` and \`${second[0]}\` both name a first stage. Pass only one of them.`;
    throw InvalidOptionError.because(second[0], second[1], sentence);
  }
  if (firstStageKey !== undefined) return fromMetadata("firstStageKey", firstStageKey);
  if (embeddings !== undefined) {
    checkEmbeddings("embeddings", embeddings);
    return fromEmbeddings(embeddings);
  }
  // Shared by the whole process, so no hybrid frees it.
  if (firstStage === undefined) return fromScorer({ scorer: createScorer(DEFAULT_MODELS.firstStage), owned: false });
  if (typeof firstStage === "object" && firstStage !== null && "fuse" in firstStage)
    return fuse(firstStage, makeSingleStage);
  return makeSingleStage("firstStage", firstStage);
}

/** @param option Name of the option, for messages: `firstStage`, `firstStage.fuse[1]`. */
function makeSingleStage(option: string, stage: unknown): FirstStage {
  if (typeof stage === "object" && stage !== null && "metadataKey" in stage) {
    checkOptions(stage, { metadataKey }, "a first stage", `${option}.`);
    return fromMetadata(`${option}.metadataKey`, stage.metadataKey);
  }
  if (isEmbeddings(stage)) return fromEmbeddings(stage);
  if (isScorerOption(option, stage) || (typeof stage === "string" && stage.trim() !== ""))
    return fromScorer(resolveScorer(stage, option));
  throw new InvalidOptionError(
    option,
    stage,
    "embeddings, a scorer, the name of a model, { metadataKey }, or { fuse: [...] } of these",
  );
}

function fromEmbeddings(embeddings: EmbeddingsInterface): FirstStage {
  return {
    name: modelName(embeddings),
    score: ({ query, texts, signal }) => embeddingScores(embeddings, query, texts, signal),
    modelVersion: (options) => embeddingsVersion(embeddings, options),
  };
}

function fromScorer({ scorer, owned }: ReturnType<typeof resolveScorer>): FirstStage {
  return {
    get name() {
      return scorerName(scorer);
    },
    get calibration() {
      return scorer.calibration;
    },
    async score(candidates) {
      const result = await callScorer(scorer, candidates);
      return {
        scores: result.scores,
        raw: rawScores(result),
        ...withWarnings(scorer, candidates, result.report.warnings),
      };
    },
    modelVersion: async (options) => scorer.modelVersion?.(options),
    load: async (signal) => scorer.load?.({ signal }),
    ...(owned && { dispose: async () => scorer.dispose?.() }),
  };
}

function fromMetadata(option: string, key: unknown): FirstStage {
  metadataKey(option, key);
  return {
    name: `metadata.${key as string}`,
    async score(candidates) {
      const scores = metadataScores(candidates, key as string);
      const warning = distanceWarning(scores, key as string);
      return { scores, ...(warning === undefined ? {} : { warnings: [warning] }) };
    },
  };
}
