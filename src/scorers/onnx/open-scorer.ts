import { locateModel } from "#platform/locate-model.js";
import { locateOptions, type OnnxOptions } from "../../inference/engine/onnx-model.js";
import { findModel } from "../../models/find.js";
import { holdsLateInteraction } from "../../models/folder-kind.js";
import type { RelevanceScorer } from "../relevance-scorer.js";
import { OnnxCrossEncoder, type OnnxCrossEncoderOptions } from "./onnx-cross-encoder.js";
import { OnnxLateInteraction } from "./onnx-late-interaction.js";
import { ProgressiveLateInteraction } from "./progressive-late-interaction.js";

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
