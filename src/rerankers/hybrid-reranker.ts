import type { Calibration } from "../calibration.js";
import { InvalidOptionError } from "../errors.js";
import { checkCount, checkNumber, checkOneOf } from "../options.js";
import { type ModelOption, resolveScorer, scorerName } from "../scorers/create-scorer.js";
import { BaseReranker, type Candidates, type Scored } from "./base-reranker.js";
import { ScoringRates } from "./budget.js";
import { type CascadePlan, type CascadeStage, runCascade } from "./cascade.js";
import { type FirstStage, type FirstStageInput, makeFirstStage } from "./first-stage.js";
import { type BlendNormalization, NORMALIZATIONS } from "./normalization.js";
import type { BaseRerankerInput } from "./types.js";

/** One of several second stages, cheap to strong. */
export interface CascadeStageInput {
  /** As in `CrossEncoderReranker`. @default the bundled English model */
  model?: ModelOption;
  /** How many of the best so far it scores; no more than the stage before it. */
  topK: number;
  /** Its weight against what came before, 0–1. @default 0.7 */
  alpha?: number | undefined;
  /** With `normalization: "sigmoid"`: the curve over its scores. */
  calibration?: Calibration | undefined;
}

/** Options of {@link HybridReranker}. */
export interface HybridRerankerInput extends BaseRerankerInput, FirstStageInput {
  /** Second stage, as in `CrossEncoderReranker`. @default the bundled English model */
  model?: ModelOption;
  /** How many of the first stage's best the cross-encoder scores. @default 20 */
  topK?: number | undefined;
  /** Weight of the cross-encoder in the blend, 0–1. @default 0.7 */
  alpha?: number | undefined;
  /**
   * How both stages' scores are brought to one scale: over the candidates of each call, or, with `"sigmoid"`, by curves that were fitted
   * before. @default "min-max"
   */
  normalization?: BlendNormalization | undefined;
  /** With `"sigmoid"`: the curves, as `tune` of `langchain-rerank/evaluation` gives them. */
  calibration?: { first: Calibration; cross?: Calibration | undefined } | undefined;
  /**
   * Several second stages in place of `model`, `topK` and `alpha`: each scores the best of the one before, and its score is blended with
   * what came before.
   * @example cascade: [{ model: "cross-encoder/ettin-reranker-17m-v1", topK: 50 }, { model: strong, topK: 10 }]
   */
  cascade?: readonly CascadeStageInput[] | undefined;
  /**
   * Milliseconds for both stages. When they are used up, or the next few documents would not be done in time, what was scored so far is
   * blended and the rest follows in first-stage order; `report.stopped` is then `"budget"`. @default none
   */
  budget?: number | undefined;
}

const OPTIONS = [
  ...["embeddings", "firstStageModel", "firstStageKey", "firstStages", "rrfK"],
  ...["model", "topK", "alpha", "normalization", "calibration", "cascade", "budget"],
];

/**
 * Two stages or more, blended: a cheap score for all documents, the cross-encoder for the `topK` best of them, and
 * `sim = alpha · cross + (1 − alpha) · first` over normalised scores. Documents that the cross-encoder did not see follow those that it
 * saw, in first-stage order, with a lower `sim`.
 *
 * @example
 * const bundled = new HybridReranker({ topN: 10 });
 * const reranker = new HybridReranker({ embeddings, topK: 20, alpha: 0.7, topN: 10 });
 * const behindAStore = new HybridReranker({ firstStageKey: "score", topN: 10 });
 * const fused = new HybridReranker({ firstStages: ["score", new EmbeddingSimilarityReranker({ embeddings })], budget: 200 });
 */
export class HybridReranker extends BaseReranker {
  /** How many documents the first of the second stages scores at most. */
  readonly topK: number;
  /** Weight of the last stage. */
  readonly alpha: number;
  readonly normalization: BlendNormalization;
  readonly budget: number | undefined;
  readonly #first: FirstStage;
  readonly #plan: CascadePlan;
  readonly #owned: readonly CascadeStage[];

  constructor(given: HybridRerankerInput = {}) {
    super(given, OPTIONS);
    checkOneOf("normalization", given.normalization, [...Object.keys(NORMALIZATIONS), "sigmoid"]);
    checkNumber("budget", given.budget, 0, 2 ** 31 - 1);
    this.#first = makeFirstStage(given);
    const stages = listStages(given).map((stage, i) => makeStage(stage, given, i));
    this.#owned = stages.filter(({ owned }) => owned);
    this.topK = stages[0]!.topK;
    this.alpha = stages.at(-1)!.alpha;
    this.normalization = given.normalization ?? "min-max";
    this.budget = given.budget;
    checkCurves(given, stages);
    this.#plan = {
      stages,
      normalization: this.normalization,
      firstCalibration: given.calibration?.first,
      budget: given.budget,
      rates: new ScoringRates(),
    };
  }

  protected override get model(): string {
    return [this.#first.name, ...this.#plan.stages.map(({ scorer }) => scorerName(scorer))].join(" + ");
  }

  protected override async lowestScore(scores: readonly number[]): Promise<number> {
    return scores.reduce((lowest, score) => Math.min(lowest, score), 0) - 1;
  }

  protected override async score(candidates: Candidates): Promise<Scored> {
    const started = performance.now();
    const first = await this.#first.score(candidates);
    const firstStage = performance.now() - started;
    const details = first.map((score) => ({ scores: { [this.#first.key]: score } }));
    const scored = await runCascade(this.#plan, candidates, first, details, firstStage);
    const milliseconds = { firstStage, ...scored.report?.milliseconds };
    return { ...scored, report: { ...scored.report, model: this.model, milliseconds } };
  }

  /** Frees the models that were named and not passed in, and ends this reranker's calls with a `BackendError`. The next call loads them again. */
  async dispose(): Promise<void> {
    if (this.#owned.length === 0 && !this.#first.dispose) return;
    this.endCalls();
    await Promise.all([this.#first.dispose?.(), ...this.#owned.map(({ scorer }) => scorer.dispose?.())]);
  }

  /** The same, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** The second stages as a list, whichever way they were given. */
function listStages({ cascade, model, topK, alpha, calibration }: HybridRerankerInput): readonly CascadeStageInput[] {
  if (cascade === undefined) return [{ model, topK: topK ?? 20, alpha, calibration: calibration?.cross }];
  if (!Array.isArray(cascade) || cascade.length === 0)
    throw new InvalidOptionError("cascade", cascade, "one stage or more");
  const doubled = Object.entries({ model, topK, alpha }).find(([, value]) => value !== undefined);
  if (doubled)
    throw new InvalidOptionError(doubled[0], doubled[1], "nothing beside `cascade`, whose stages have their own");
  return cascade;
}

function makeStage(
  stage: CascadeStageInput,
  options: HybridRerankerInput,
  index: number,
): CascadeStage & { owned: boolean } {
  const prefix = options.cascade ? `cascade[${index}].` : "";
  checkCount(`${prefix}topK`, stage.topK);
  checkNumber(`${prefix}alpha`, stage.alpha, 0, 1);
  const before = options.cascade?.[index - 1];
  if (stage.topK === undefined || (before && stage.topK > before.topK)) {
    const limit = before ? `, ${before.topK} or less: only what the stage before scored can go on` : "";
    throw new InvalidOptionError(`${prefix}topK`, stage.topK, `a whole number, 1 or more${limit}`);
  }
  return { ...resolveScorer(stage.model), topK: stage.topK, alpha: stage.alpha ?? 0.7, calibration: stage.calibration };
}

function checkCurves({ normalization, calibration }: HybridRerankerInput, stages: readonly CascadeStage[]): void {
  if (normalization !== "sigmoid") {
    if (calibration !== undefined)
      throw new InvalidOptionError("calibration", calibration, 'an option that goes with `normalization: "sigmoid"`');
    return;
  }
  for (const curve of [calibration?.first, ...stages.map((stage) => stage.calibration)]) {
    if (curve && curve.slope > 0 && Number.isFinite(curve.slope) && Number.isFinite(curve.intercept)) continue;
    throw new InvalidOptionError(
      "calibration",
      curve,
      "a { slope, intercept } for the first stage and for each model, slope above 0; `tune` fits them",
    );
  }
}
