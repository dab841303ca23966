import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import type { Calibration } from "../calibration.js";
import { InvalidOptionError } from "../errors.js";
import { DEFAULT_FIRST_STAGE } from "../models/defaults.js";
import { createScorer, type ModelOption, resolveScorer, scorerName } from "../scorers/create-scorer.js";
import type { RelevanceScorer } from "../scorers/relevance-scorer.js";
import { checkScores, metadataKey } from "./checks.js";
import { embeddingScores, embeddingsName, isEmbeddings } from "./embedding-scores.js";
import { fuse } from "./fusion.js";
import { distanceWarning, metadataScores } from "./metadata-score.js";
import { callScorer, rawScores, withWarnings } from "./score-with.js";
import type { Candidates } from "./types.js";

/** A stage that has already run: the metadata key that holds its score, a number that is higher for better documents. */
export interface MetadataStage {
  /** For example `"score"`. ±Infinity is allowed. */
  metadataKey: string;
}

/** A stage that scores documents: embeddings (by cosine), a scorer or the name of one, or a score in the metadata. */
export type SingleStage = EmbeddingsInterface | RelevanceScorer | string | MetadataStage;

/**
 * Reciprocal-rank fusion of several stages (Cormack, Clarke and Büttcher, SIGIR 2009). They run at the same time; a document that a
 * compressor leaves out gets nothing from it.
 */
export interface FusedStage {
  /** Two or more stages; LangChain document compressors are allowed too. */
  fuse: readonly (SingleStage | BaseDocumentCompressor)[];
  /** The constant in 1 / (k + rank). Larger values make the first ranks matter less. @default 60 */
  k?: number | undefined;
}

/** Where the first-stage scores of a hybrid come from. */
export type FirstStageOption = SingleStage | FusedStage;

/** The first-stage options of a hybrid; at most one of them. */
export interface FirstStageInput {
  /**
   * Where the first-stage scores come from: embeddings, a scorer or the name of one, a score in the metadata, or a fusion of these.
   * @default "static-en-v1", the bundled English static model
   * @example firstStage: { fuse: [{ metadataKey: "score" }, embeddings], k: 60 }
   */
  firstStage?: FirstStageOption | undefined;
  /** Short for `firstStage: embeddings`. */
  embeddings?: EmbeddingsInterface | undefined;
  /** Short for `firstStage: { metadataKey: firstStageKey }`. */
  firstStageKey?: string | undefined;
}

/** First-stage scores of the candidates. */
export interface StageScores {
  /** One number per candidate; ±Infinity is allowed. */
  readonly scores: readonly number[];
  /** One raw score per candidate, for the stage's calibration. */
  readonly raw?: readonly number[];
  readonly warnings?: readonly string[];
}

/** A first stage that is ready to run. */
export interface FirstStage {
  readonly name: string;
  /** The curve that comes with the stage's model, where there is one. May be unknown until the model has been loaded. */
  readonly calibration?: Calibration | undefined;
  score(candidates: Candidates): Promise<StageScores>;
  /** Loads what it needs, so that loading does not count as scoring. */
  load?(signal: AbortSignal): Promise<void>;
  /** Frees what was created for this stage alone. */
  dispose?(): Promise<void>;
}

/** @throws InvalidOptionError if there is more than one first stage, or one is not what it should be. */
export function makeFirstStage({ firstStage, embeddings, firstStageKey }: FirstStageInput): FirstStage {
  const given = Object.entries({ firstStage, embeddings, firstStageKey }).filter(([, value]) => value !== undefined);
  const [first, second] = given;
  if (second) {
    const sentence = `\`${first![0]}\` and \`${second[0]}\` both name a first stage. Pass only one of them.`;
    throw InvalidOptionError.because(second[0], second[1], sentence);
  }
  if (firstStageKey !== undefined) return fromMetadata("firstStageKey", firstStageKey);
  if (embeddings !== undefined) {
    if (!isEmbeddings(embeddings)) throw notAStage("embeddings", embeddings, "a LangChain Embeddings");
    return fromEmbeddings(embeddings);
  }
  // Shared by the whole process, so no hybrid frees it.
  if (firstStage === undefined) return fromScorer({ scorer: createScorer(DEFAULT_FIRST_STAGE), owned: false });
  if (typeof firstStage === "object" && firstStage !== null && "fuse" in firstStage)
    return fuse(firstStage, makeSingleStage);
  return makeSingleStage("firstStage", firstStage);
}

/** @param option Name of the option, for messages: `firstStage`, `firstStage.fuse[1]`. */
function makeSingleStage(option: string, stage: unknown): FirstStage {
  if (typeof stage === "object" && stage !== null && "metadataKey" in stage)
    return fromMetadata(`${option}.metadataKey`, stage.metadataKey);
  if (isEmbeddings(stage)) return fromEmbeddings(stage);
  const isScorer = typeof (stage as Partial<RelevanceScorer> | null)?.score === "function";
  if (isScorer || (typeof stage === "string" && stage.trim() !== ""))
    return fromScorer(resolveScorer(stage as ModelOption, option));
  throw notAStage(
    option,
    stage,
    "embeddings, a scorer, the name of a model, { metadataKey }, or { fuse: [...] } of these",
  );
}

function notAStage(option: string, value: unknown, expected: string): InvalidOptionError {
  return new InvalidOptionError(option, value, expected);
}

function fromEmbeddings(embeddings: EmbeddingsInterface): FirstStage {
  return {
    name: embeddingsName(embeddings),
    score: async ({ query, texts, signal }) => ({ scores: await embeddingScores(embeddings, query, texts, signal) }),
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
      checkScores(scorerName(scorer), result.scores, candidates.texts.length);
      return {
        scores: result.scores,
        raw: rawScores(result),
        ...withWarnings(scorer, candidates, result.report.warnings),
      };
    },
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
