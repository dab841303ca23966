import { type Calibration, checkCalibration } from "../calibration.js";
import { scorerName } from "../scorers/create-scorer.js";
import { BaseReranker } from "./base-reranker.js";
import { isUnit } from "./blend.js";
import { ScoringRates } from "./budget.js";
import { type CascadePlan, type CascadeStage, refuseListwise, runCascade } from "./cascade.js";
import { makeFirstStage } from "./first-stage.js";
import type { FirstStage } from "./first-stage-types.js";
import { checkCurves, HYBRID_CHECKS, type HybridRerankerInput, makeStages } from "./hybrid-options.js";
import type { BlendNormalization } from "./normalization.js";
import type { Candidates, Scored } from "./types.js";

/**
 * Two or more stages, blended: a cheap score for all documents, a model for the best `topK` of them, and
 * `sim = alpha · model + (1 − alpha) · first stage`, of probabilities if every stage has a calibration and of normalized scores
 * otherwise. Documents that the model did not read follow those it read, in first-stage order, with a lower `sim`, which stays
 * between 0 and 1 (except with `normalization: "z-score"`, and `"max"` of negative scores).
 *
 * @example
 * const bundled = new HybridReranker({ topN: 10 });
 * const reranker = new HybridReranker({ embeddings, topK: 20, alpha: 0.7, topN: 10 });
 * const behindAStore = new HybridReranker({ firstStageKey: "score", topN: 10 });
 * const fused = new HybridReranker({ firstStage: { fuse: [{ metadataKey: "score" }, embeddings] }, budget: 200 });
 */
export class HybridReranker extends BaseReranker {
  /** Maximum number of documents that the second stage scores; in a cascade, its first stage after the first-stage score. */
  readonly topK: number;
  /** Weight of the last stage. */
  readonly alpha: number;
  readonly budget: number | undefined;
  readonly #normalization: BlendNormalization | undefined;
  readonly #first: FirstStage;
  readonly #firstCalibration: Calibration | undefined;
  readonly #stages: readonly CascadeStage[];
  readonly #plan: CascadePlan;
  #isFirstLoaded = false;

  /** @throws InvalidOptionError for an unknown option, a value that is not allowed, options that exclude each other, or a listwise model in a
   * cascade or with a `budget`; if only the server knows that its model is listwise, the first call throws it. */
  constructor(options: HybridRerankerInput = {}) {
    super(options, HYBRID_CHECKS);
    const stages = makeStages(options);
    this.#first = makeFirstStage(options);
    this.#firstCalibration = options.calibration?.first;
    if (this.#firstCalibration !== undefined)
      checkCalibration("calibration.first", this.#firstCalibration, this.#first.name);
    this.#stages = stages;
    for (const { scorer, owned } of stages) if (owned) this.own(scorer);
    if (this.#first.dispose) this.own(this.#first);
    this.topK = stages[0]!.topK;
    this.alpha = stages.at(-1)!.alpha;
    this.budget = options.budget;
    this.#normalization = options.normalization;
    checkCurves(options, this.#stagesWithoutCurve());
    this.#plan = {
      stages,
      normalization: () => this.normalization,
      firstCalibration: () => this.#firstCalibration ?? this.#first.calibration,
      budget: options.budget,
      rates: new ScoringRates(),
    };
    stages.forEach(({ scorer }, index) => {
      if (scorer.scoresHoldWithinRequest) refuseListwise(this.#plan, index);
    });
    this.checkThreshold(this.threshold);
  }

  /** How the scores of the stages are brought to one scale. May change from "min-max" to "sigmoid" once models have been loaded. */
  get normalization(): BlendNormalization {
    return this.#normalization ?? (this.#stagesWithoutCurve().length === 0 ? "sigmoid" : "min-max");
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    this.#isFirstLoaded = false;
    this.#plan.rates.reset();
  }

  protected override get model(): string {
    return [this.#first.name, ...this.#stages.map(({ scorer }) => scorerName(scorer))].join(" + ");
  }

  /** @internal */
  override async modelVersions(options: { signal?: AbortSignal }): Promise<unknown[]> {
    const own = [await this.#first.modelVersion?.(options), this.#firstCalibration];
    const others = this.#stages.map(async (each) => [await each.scorer.modelVersion?.(options), each.calibration]);
    return [own, ...(await Promise.all(others))];
  }

  protected override get isCalibrated(): boolean {
    return this.normalization === "sigmoid";
  }

  protected override async lowestScore(scores: readonly number[]): Promise<number> {
    const isAboveZero = isUnit(scores) && !scores.includes(0);
    return isAboveZero ? 0 : scores.reduce((lowest, score) => Math.min(lowest, score)) - 1;
  }

  protected override async score(candidates: Candidates): Promise<Scored> {
    // Loading does not count towards the budget.
    if (this.budget !== undefined && !this.#isFirstLoaded) await this.#first.load?.(candidates.signal);
    this.#isFirstLoaded = true;
    const started = performance.now();
    const first = await this.#first.score(candidates);
    const firstStage = performance.now() - started;
    const { report, ...scored } = await runCascade(this.#plan, candidates, first, firstStage);
    const warnings = [...(first.warnings ?? []), ...(report?.warnings ?? [])];
    return {
      ...scored,
      report: {
        ...report,
        model: this.model,
        milliseconds: { firstStage, ...report?.milliseconds },
        ...(warnings.length > 0 && { warnings }),
      },
    };
  }

  /** The options that would pass a curve to each stage that has none. */
  #stagesWithoutCurve(): string[] {
    const first = (this.#firstCalibration ?? this.#first.calibration) === undefined ? ["the first stage"] : [];
    const others = this.#stages.filter(({ scorer, calibration }) => (calibration ?? scorer.calibration) === undefined);
    return [...first, ...others.map(({ scorer }) => scorerName(scorer))];
  }
}
