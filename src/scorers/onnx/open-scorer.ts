import { locateModel } from "#platform/locate-model.js";
import { locateOptions } from "../../inference/engine/onnx-model.js";
import type { OnnxOptions } from "../../inference/engine/onnx-options.js";
import { findModel } from "../../models/find.js";
import { holdsLateInteraction } from "../../models/folder-kind.js";
import { callSignal, checkObject, checkTexts } from "../../options.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import type { OnnxLateInteractionOptions } from "./late-interaction/options.js";
import { MARGIN, openStaticModel, Race } from "./late-interaction/race.js";
import { OnnxCrossEncoder, type OnnxCrossEncoderOptions } from "./onnx-cross-encoder.js";
import { OnnxLateInteraction } from "./onnx-late-interaction.js";

/** Below this many distinct texts, or twice `topN`, all texts are read: there is too little to save. */
const FEWEST_TEXTS = 20;

/** Options that cross-encoders and late-interaction models share, and the ones that only some cross-encoders take: `instruction`
 * and `positiveLabel`. */
export type OnnxScorerOptions = OnnxOptions &
  Pick<
    OnnxCrossEncoderOptions,
    "longDocuments" | "passageLength" | "passageOverlap" | "instruction" | "positiveLabel" | "verify"
  >;

/**
 * Creates the scorer for a model: the default if none is named; an `OnnxLateInteraction` if the registry says so or, for models that are
 * not registered, the model's own files; otherwise an `OnnxCrossEncoder`.
 *
 * @internal `createScorer` is the public way.
 * @returns The scorer and a function that releases the files that were read to decide; browsers keep them for the scorer.
 * @throws InvalidOptionError when an option is invalid for that kind. ModelNotFoundError, DownloadError and ModelLicenseError when the
 *   model's files cannot be read.
 */
export async function openOnnxScorer(
  options: OnnxScorerOptions,
  signal: AbortSignal,
): Promise<{ scorer: RelevanceScorer; release?: (() => void) | undefined }> {
  checkObject(options);
  const { model } = options;
  if (model === undefined) return { scorer: openDefault(options) };
  const entry = findModel(model);
  if (entry?.kind === "late-interaction") return { scorer: new OnnxLateInteraction(options) };
  const crossEncoder = new OnnxCrossEncoder(options);
  if (entry) return { scorer: crossEncoder };
  const located = await locateModel(model, locateOptions(options, signal));
  const release = () => located.release?.();
  try {
    const late = await holdsLateInteraction(located.readText);
    return { scorer: late ? new OnnxLateInteraction(options) : crossEncoder, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Splitting long documents means reading them whole. */
function openDefault({ model: _, ...options }: OnnxScorerOptions): RelevanceScorer {
  const isSplit = options.longDocuments === "max-passage" || options.passageLength !== undefined;
  return isSplit ? new OnnxLateInteraction(options) : new ProgressiveLateInteraction(options);
}

/**
 * `late-en-v1` with a head start: what runs when no model is named. If the caller needs only the best `topN` texts, the static model scores
 * all of them, `late-en-v1` reads the beginnings of those that can still be among the best, and then the full text of those that still can,
 * most promising first, until no other can. The best `topN` have the scores of `late-en-v1`. The others have low estimates, which depend on
 * nothing but the text itself and the stages that read it. Without `topN`, `late-en-v1` reads everything.
 *
 * @internal `createScorer()` and rerankers without a model are the public way.
 */
export class ProgressiveLateInteraction implements RelevanceScorer {
  readonly readsLessForTopN = true;
  readonly #late: OnnxLateInteraction;

  /** @param late Replaces the scorer that the options describe. */
  constructor(options: Omit<OnnxLateInteractionOptions, "model">, late = new OnnxLateInteraction(options)) {
    this.#late = late;
  }

  get model() {
    return this.#late.model;
  }

  get calibration() {
    return this.#late.calibration;
  }

  get languages() {
    return this.#late.languages;
  }

  get lowestScore() {
    return this.#late.lowestScore;
  }

  /** The static model only decides which texts are read whole. */
  modelVersion(options?: { signal?: AbortSignal }): Promise<string> {
    return this.#late.modelVersion(options);
  }

  async load(options?: { signal?: AbortSignal }): Promise<void> {
    await Promise.all([this.#late.load(options), openStaticModel().then((model) => model.load())]);
  }

  /** Like {@link OnnxLateInteraction.scoreParts}: parts are scored in the context of a text that is read whole. */
  scoreParts(...call: Parameters<OnnxLateInteraction["scoreParts"]>) {
    return this.#late.scoreParts(...call);
  }

  async dispose(): Promise<void> {
    await this.#late.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Scores texts like {@link OnnxLateInteraction.score}, the best `topN` exactly. */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    checkTexts(texts);
    const signal = callSignal(options);
    const { topN, onReport } = options;
    const distinct = [...new Set(texts.filter((text) => text.trim() !== ""))];
    if (topN === undefined || distinct.length < Math.max(FEWEST_TEXTS, 2 * topN))
      return this.#late.score(query, texts, options);
    const race = new Race(this.#late, query, distinct, signal);
    await race.run(topN);
    const found = texts.map((text) => race.results.get(text) ?? { score: -1, error: 0, stages: [] });
    // A text that was read whole has the very score that `late-en-v1` gave it.
    const raw = found.map(({ score, error, stages }) =>
      error === 0 && stages.length > 0 ? stages.at(-1)! : score - MARGIN * error + race.queryOffset,
    );
    onReport?.({
      ...race.report,
      model: this.model,
      raw,
      truncated: texts.map((text) => race.truncated.has(text)),
      stages: race.counts,
      stageScores: found.map(({ stages }) => stages),
    });
    return raw.map((score) => Math.min(1, Math.max(0, score)));
  }
}
