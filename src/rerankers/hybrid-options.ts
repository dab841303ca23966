import { type Calibration, checkCalibration } from "../calibration.js";
import { InvalidOptionError } from "../errors.js";
import { DEFAULT_MODELS } from "../models/bundled.js";
import { anything, type Checks, checkOptions, expecting, number, oneOf, positiveInteger } from "../options.js";
import { type ModelOption, resolveScorer, scorerName } from "../scorers/create-scorer.js";
import type { CascadeStage } from "./cascade.js";
import type { FirstStageInput } from "./first-stage-types.js";
import { type BlendNormalization, NORMALIZATIONS } from "./normalization.js";
import type { BaseRerankerInput } from "./types.js";

/** One stage of a cascade, which runs from cheap to strong. */
export interface CascadeStageInput {
  /** A scorer or the name of one, as in `CrossEncoderReranker`. @default "late-en-v1", the bundled English model */
  model?: ModelOption;
  /** How many of the best documents so far it scores; no more than the stage before it. */
  topK: number;
  /** Weight of this stage against the stages before it, 0 to 1. @default 0.7 */
  alpha?: number | undefined;
  /** Curve for its raw scores, for `normalization: "sigmoid"`. @default the curve that comes with the model */
  calibration?: Calibration | undefined;
}

/** Options of {@link HybridReranker}. */
export interface HybridRerankerInput extends BaseRerankerInput, FirstStageInput {
  /** The second stage, as in `CrossEncoderReranker`. @default "late-en-v1", the bundled English model */
  model?: ModelOption;
  /** How many of the first stage's best documents the second stage scores. @default 20; 80 with the default stages */
  topK?: number | undefined;
  /**
   * Weight of the second stage in the blend, 0 to 1.
   * @default 0.7; 1 with the default stages, because the first stage adds nothing to the order of `late-en-v1`
   */
  alpha?: number | undefined;
  /**
   * How the scores of the stages are brought to one scale before they are blended: over the candidates of each call, or with
   * `"sigmoid"` by calibration curves.
   * @default "sigmoid" if every stage has a curve, "min-max" otherwise
   */
  normalization?: BlendNormalization | undefined;
  /** Curves for the raw scores of both stages. @default the curves that come with the models */
  calibration?: { first?: Calibration | undefined; cross?: Calibration | undefined } | undefined;
  /**
   * Several stages in place of `model`, `topK` and `alpha`: each scores the best documents of the one before.
   * @example cascade: [{ model: "cross-encoder/ettin-reranker-17m-v1", topK: 50 }, { model: strong, topK: 10 }]
   */
  cascade?: readonly CascadeStageInput[] | undefined;
  /**
   * Milliseconds for scoring in all stages; loading models does not count. When they are used up, or the next few documents are not
   * expected to be scored in time, the documents scored so far are blended and the rest follow in first-stage order;
   * `report.stopped` is then `"budget"`. @default none
   */
  budget?: number | undefined;
}

const STAGE_CHECKS = {
  model: anything,
  topK: positiveInteger,
  alpha: number(0, 1),
  calibration: anything,
} satisfies Checks<CascadeStageInput>;

/** Options that a hybrid adds to those of every reranker. */
export const HYBRID_CHECKS = {
  ...STAGE_CHECKS,
  firstStage: anything,
  embeddings: anything,
  firstStageKey: anything,
  normalization: oneOf([...Object.keys(NORMALIZATIONS), "sigmoid"]),
  cascade: expecting("an array of one or more stages", (value) => Array.isArray(value) && value.length > 0),
  budget: number(0, 2 ** 31 - 1),
  calibration: (option, value) =>
    checkOptions(value, { first: anything, cross: anything }, `\`${option}\``, `${option}.`),
} satisfies Checks<Omit<HybridRerankerInput, keyof BaseRerankerInput>>;

/** How a hybrid blends if it names neither a first stage nor a model. */
export const BLEND_OF_DEFAULT_STAGES = { topK: 80, alpha: 1 } as const;

/** How a hybrid blends other stages by default. */
export const DEFAULT_BLEND = { topK: 20, alpha: 0.7 } as const;

/** The stages after the first, with defaults filled in, and whether the reranker created their scorers. */
export function makeStages(options: HybridRerankerInput): (CascadeStage & { owned: boolean })[] {
  const { cascade, model, topK, alpha, calibration } = options;
  if (cascade === undefined) {
    const defaults = hasDefaultStages(options) ? BLEND_OF_DEFAULT_STAGES : DEFAULT_BLEND;
    const [k, weight] = [topK ?? defaults.topK, alpha ?? defaults.alpha];
    return [makeStage({ model, topK: k, alpha: weight, calibration: calibration?.cross }, "")];
  }
  const [extra] = Object.entries({ model, topK, alpha, "calibration.cross": calibration?.cross }).filter(
    ([, value]) => value !== undefined,
  );
  if (extra) {
    const sentence = `\`${extra[0]}\` cannot be combined with \`cascade\`. Set it on each stage.`;
    throw InvalidOptionError.because(extra[0], extra[1], sentence);
  }
  return Array.from(cascade, (stage, index) => {
    const prefix = `cascade[${index}].`;
    checkOptions(stage, STAGE_CHECKS, "a cascade stage", prefix);
    const before = cascade[index - 1];
    if (stage.topK === undefined) throw new InvalidOptionError(`${prefix}topK`, undefined, "a positive integer");
    if (before && stage.topK > before.topK) {
      const sentence =
        `Invalid \`${prefix}topK\`: expected ${before.topK} or less, got ${stage.topK}, because a stage scores only documents ` +
        "that the stage before it scored.";
      throw InvalidOptionError.because(`${prefix}topK`, stage.topK, sentence);
    }
    return makeStage(stage, prefix);
  });
}

/** Whether both stages are the default ones, left out or by name. The best settings are known for these. */
function hasDefaultStages({ model, firstStage, embeddings, firstStageKey }: HybridRerankerInput): boolean {
  const isDefaultModel = model === undefined || model === DEFAULT_MODELS.reranker;
  const isDefaultFirst = firstStage === undefined || firstStage === DEFAULT_MODELS.firstStage;
  return isDefaultModel && isDefaultFirst && embeddings === undefined && firstStageKey === undefined;
}

function makeStage(stage: CascadeStageInput, prefix: string): CascadeStage & { owned: boolean } {
  const { scorer, owned } = resolveScorer(stage.model, `${prefix}model`);
  const option = prefix === "" ? "calibration.cross" : `${prefix}calibration`;
  if (stage.calibration !== undefined) checkCalibration(option, stage.calibration, scorerName(scorer));
  return { scorer, owned, topK: stage.topK, alpha: stage.alpha ?? 0.7, calibration: stage.calibration };
}

/**
 * Checks that the normalization fits the curves.
 *
 * @param missing Names of the options of the stages that have no curve.
 * @throws InvalidOptionError for curves that would be ignored, and for `"sigmoid"` without a curve for every stage.
 */
export function checkCurves(
  { normalization, calibration, cascade }: HybridRerankerInput,
  missing: readonly string[],
): void {
  const given = calibration ?? cascade?.find((stage) => stage.calibration)?.calibration;
  if (given !== undefined && normalization !== undefined && normalization !== "sigmoid") {
    const sentence = `\`calibration\` requires \`normalization: "sigmoid"\`, but it is "${normalization}".`;
    throw InvalidOptionError.because("calibration", given, sentence);
  }
  if (missing.length > 0 && (given !== undefined || normalization === "sigmoid")) {
    const sentence =
      `\`normalization: "sigmoid"\` requires a calibration for every stage, but there is none for ${missing.join(" and ")}. ` +
      "`tune` and `calibrate` fit curves.";
    throw InvalidOptionError.because("calibration", given, sentence);
  }
}
