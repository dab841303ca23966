import { type Calibration, calibrateScores, checkCalibration } from "../calibration.js";
import { languageWarning } from "../language.js";
import { anything, given } from "../options.js";
import {
  callScorer,
  type ModelOption,
  resolveScorer,
  type ScorerResult,
  scorerName,
} from "../scorers/create-scorer.js";
import { LOWEST_SCORE, type RelevanceScorer } from "../scorers/relevance-scorer.js";
import { BaseReranker } from "./base-reranker.js";
import type { BaseRerankerInput, Candidates, Scored, ScoredDetails, ScoredReport } from "./types.js";

/** Options of {@link CrossEncoderReranker}. */
export interface CrossEncoderRerankerInput extends BaseRerankerInput {
  /**
   * The model that scores documents: a scorer (`OnnxCrossEncoder`, `HttpCrossEncoder`, or one that you write), or a name. A name is a
   * registered model, a local folder, or `provider:model`.
   * @default "late-en-v1", the bundled English late-interaction model
   */
  model?: ModelOption;
  /**
   * Curve that turns the model's raw scores into probabilities, which become `sim`. `langchain-rerank calibrate` fits one on your data.
   * @default the curve that comes with the model; none for models without one
   */
  calibration?: Calibration | undefined;
}

/**
 * Sorts documents by a model that reads the query and a document together, which is slower and better than comparing embeddings.
 * `sim` is a probability if the model has a calibration, and otherwise the score that the model computes. Despite its name, the class
 * runs any scorer: late interaction, yes/no models and rerank servers too.
 *
 * @example
 * const reranker = new CrossEncoderReranker({ topN: 3 });
 * const best = await reranker.compressDocuments(documents, "how do solar panels work?");
 */
export class CrossEncoderReranker extends BaseReranker {
  readonly #scorer: RelevanceScorer;
  readonly #calibration: Calibration | undefined;

  /**
   * @throws InvalidOptionError for an unknown option or a value that is not allowed: a calibration whose slope is not positive, that was
   * fitted for another model or on fewer than 20 pairs of either kind; a threshold outside 0–1 for a calibrated model.
   */
  constructor(options: CrossEncoderRerankerInput = {}) {
    super(options, { model: anything, calibration: anything });
    const { scorer, owned } = resolveScorer(options.model);
    if (options.calibration !== undefined) checkCalibration("calibration", options.calibration, scorerName(scorer));
    this.#scorer = scorer;
    this.#calibration = options.calibration;
    if (owned) this.own(scorer);
    this.checkThreshold(this.threshold);
  }

  protected override get model(): string {
    return scorerName(this.#scorer);
  }

  /** @internal */
  override async modelVersions(options: { signal?: AbortSignal }): Promise<unknown[]> {
    return [await this.#scorer.modelVersion?.(options), this.#calibration];
  }

  protected override get isCalibrated(): boolean {
    return (this.#calibration ?? this.#scorer.calibration) !== undefined;
  }

  protected override async lowestScore(): Promise<number> {
    return this.isCalibrated ? 0 : (this.#scorer.lowestScore ?? LOWEST_SCORE);
  }

  protected override async score(candidates: Candidates): Promise<Scored> {
    return scoreWith(this.#scorer, candidates, this.#calibration);
  }
}

/** Scores all candidates with one scorer, as probabilities if there is a calibration. */
async function scoreWith(scorer: RelevanceScorer, candidates: Candidates, calibration?: Calibration): Promise<Scored> {
  const result = await callScorer(scorer, candidates, candidates.topN);
  return {
    scores: calibrateScores(scorer, result.scores, result.report, calibration),
    details: toDetails(result, (calibration ?? scorer.calibration) !== undefined),
    report: { ...toReport(scorer, result), ...withWarnings(scorer, candidates, result.report.warnings) },
  };
}

/** What `metadata.rerank` says about each text. */
export function toDetails({ scores, report }: ScorerResult, isCalibrated: boolean): ScoredDetails[] {
  return scores.map((cross: number, index): ScoredDetails => {
    const stages = report.stageScores?.[index];
    return {
      scores: { cross, ...(stages && { stages: [...stages] }) },
      ...given({
        raw: report.raw?.[index] ?? (isCalibrated ? cross : undefined),
        truncated: report.truncated?.[index] ? (true as const) : undefined,
        passage: report.passages?.[index],
        spans: report.spans?.[index],
      }),
    };
  });
}

/** A scorer's report as a part of the reranker's. */
export function toReport(scorer: RelevanceScorer, { report, milliseconds }: ScorerResult): ScoredReport {
  const { runtime, stages, batches, tokens, cache, scoreCache, retries, usage } = report;
  const copied = Object.entries(given({ stages, cache, scoreCache, usage })).map(([key, value]) => [key, { ...value }]);
  return {
    model: report.model ?? scorerName(scorer),
    milliseconds: { ...report.milliseconds, score: milliseconds },
    ...(report.queryTruncated ? { queryTruncated: true } : {}),
    ...(report.scoresHoldWithinRequest ? { scoresHoldWithinRequest: true } : {}),
    ...given({ runtime, batches, tokens, retries }),
    ...Object.fromEntries(copied),
  };
}

/** The scorer's warnings, and one if the query or some texts are in a language that its model does not read. */
export function withWarnings(
  scorer: RelevanceScorer,
  { query, texts }: Pick<Candidates, "query" | "texts">,
  warnings: readonly string[] = [],
): { warnings?: string[] } {
  const warning = languageWarning(scorerName(scorer), scorer.languages, query, texts);
  const all = warning === undefined ? [...warnings] : [...warnings, warning];
  return all.length > 0 ? { warnings: all } : {};
}
