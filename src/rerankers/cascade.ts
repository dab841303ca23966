import type { Calibration } from "../calibration.js";
import { InvalidOptionError } from "../errors.js";
import { given } from "../options.js";
import { callScorer, rawScores, type ScorerResult, scorerName } from "../scorers/create-scorer.js";
import { addNumbers, joinCacheReports, joinReports } from "../scorers/join-reports.js";
import type { RelevanceScorer } from "../scorers/relevance-scorer.js";
import { blend } from "./blend.js";
import { type Budget, makeBudget, type ScoringRates } from "./budget.js";
import { toDetails, toReport, withWarnings } from "./cross-encoder-reranker.js";
import type { StageScores } from "./first-stage-types.js";
import { type BlendNormalization, normalizerFor } from "./normalization.js";
import type { Candidates, Scored, ScoredDetails, ScoredReport } from "./types.js";

/** One stage after the first. */
export interface CascadeStage {
  readonly scorer: RelevanceScorer;
  /** Maximum number of the best candidates that it scores. */
  readonly topK: number;
  /** Its weight against the stages before it, 0 to 1. */
  readonly alpha: number;
  /** Curve for its raw scores, where the caller passed one. */
  readonly calibration?: Calibration | undefined;
}

/** What stays the same from call to call. */
export interface CascadePlan {
  readonly stages: readonly CascadeStage[];
  /** Called when a stage has scored, since curves may be unknown before its model has been loaded. */
  normalization(): BlendNormalization;
  /** Curve for the first stage's raw scores. */
  firstCalibration(): Calibration | undefined;
  /** Milliseconds for all stages together; undefined for no limit. */
  readonly budget?: number | undefined;
  readonly rates: ScoringRates;
}

/** Documents scored at a time under a budget: few enough to check the clock often, enough to fill a batch. */
const CHUNK = 8;

/** The candidates after some of the stages. */
interface State {
  readonly scores: readonly number[];
  /** Indexes of the candidates that the last stage scored. */
  readonly pool: readonly number[];
  readonly details: readonly ScoredDetails[];
  readonly report: ScoredReport;
  readonly stopped?: "budget";
}

/**
 * Runs the stages after the first, each over the best candidates of the one before.
 *
 * @param elapsed Milliseconds of the budget that the first stage used.
 */
export async function runCascade(
  plan: CascadePlan,
  candidates: Candidates,
  first: StageScores,
  elapsed: number,
): Promise<Scored> {
  const budget = makeBudget(plan.budget, elapsed, candidates.signal, plan.rates);
  let state: State = {
    scores: first.scores,
    pool: first.scores.map((_, index) => index),
    details: first.scores.map((score) => ({ scores: { first: finite(score) } })),
    report: { reranked: 0 },
  };
  for (let index = 0; index < plan.stages.length && !state.stopped; index++)
    state = await runStage(plan, index, candidates, first, state, budget);
  const { scores, details, report, stopped } = state;
  return { scores, details, report: { ...report, ...(stopped && { stopped }) } };
}

async function runStage(
  plan: CascadePlan,
  index: number,
  candidates: Candidates,
  first: StageScores,
  state: State,
  budget: Budget,
): Promise<State> {
  const stage = plan.stages[index]!;
  const { scores, pool } = state;
  // The difference of equal infinities is NaN, after which the index decides too.
  const best = [...pool].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, stage.topK);
  const { read, result } = await scoreInChunks(stage.scorer, candidates, best, plan.budget !== undefined, budget);
  // Some servers say only now that their model is listwise.
  if (result.report.scoresHoldWithinRequest) refuseListwise(plan, index);
  const normalization = plan.normalization();
  const isCurve = normalization === "sigmoid";
  const blended = blend({
    // Curves apply to raw scores; after the first stage, the scores are probabilities already.
    before: isCurve && index === 0 ? (first.raw ?? scores) : scores,
    pool,
    read,
    scores: isCurve ? rawScores(result) : result.scores,
    alpha: stage.alpha,
    normalizeBefore: isCurve && index > 0 ? (each) => [...each] : normalizerFor(normalization, plan.firstCalibration()),
    normalizeScores: normalizerFor(normalization, stage.calibration ?? stage.scorer.calibration),
  });
  return {
    scores: blended,
    pool: read.length > 0 ? read : pool,
    details: mergeDetails(state.details, read, toDetails(result, isCurve), plan.stages.length > 1),
    report: addReports(state.report, read.length === 0 ? {} : stageReport(stage.scorer, candidates, read, result)),
    ...(read.length < best.length && { stopped: "budget" as const }),
  };
}

/** Scores the candidates at `best` in that order: all at once, or under a budget in chunks until the time is up. */
async function scoreInChunks(
  scorer: RelevanceScorer,
  candidates: Candidates,
  best: readonly number[],
  inChunks: boolean,
  budget: Budget,
): Promise<{ read: readonly number[]; result: ScorerResult }> {
  const parts: ScorerResult[] = [];
  const step = inChunks ? CHUNK : best.length;
  let count = 0;
  while (count < best.length) {
    const texts = best.slice(count, count + step).map((index) => candidates.texts[index]!);
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    if (!budget.affords(scorer, characters)) break;
    const part = await budget.run(scorer, characters, (signal) => {
      return callScorer(scorer, { query: candidates.query, texts, signal });
    });
    if (!part) break;
    parts.push(part);
    count += texts.length;
  }
  return {
    read: best.slice(0, count),
    result: {
      scores: parts.flatMap(({ scores }) => scores),
      report: joinReports(parts.map(({ report }) => report)),
      milliseconds: parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    },
  };
}

/**
 * Scores of listwise models must not be mixed with those of another request.
 *
 * @throws InvalidOptionError if the plan does that.
 */
export function refuseListwise({ stages, budget }: Pick<CascadePlan, "stages" | "budget">, index: number): void {
  if (stages.length < 2 && budget === undefined) return;
  const option = stages.length > 1 ? `cascade[${index}].model` : "budget";
  const name = scorerName(stages[index]!.scorer);
  const sentence = `The scores of ${name} hold within one request only. Leave \`${option}\` out.`;
  throw InvalidOptionError.because(option, name, sentence);
}

function stageReport(
  scorer: RelevanceScorer,
  { query, texts }: Candidates,
  read: readonly number[],
  result: ScorerResult,
): ScoredReport {
  const scored = { query, texts: read.map((index) => texts[index]!) };
  return {
    ...toReport(scorer, result),
    ...withWarnings(scorer, scored, result.report.warnings),
    reranked: read.length,
  };
}

function mergeDetails(
  known: readonly ScoredDetails[],
  read: readonly number[],
  added: readonly ScoredDetails[],
  isCascade: boolean,
): ScoredDetails[] {
  const merged = [...known];
  read.forEach((index, i) => {
    const [before, details] = [known[index]!, added[i]!];
    const stages = isCascade ? { stages: [...(before.scores.stages ?? []), details.scores.cross!] } : {};
    merged[index] = { ...before, ...details, scores: { ...before.scores, ...details.scores, ...stages } };
  });
  return merged;
}

/** The report of two stages, one after the other. */
function addReports(a: ScoredReport, b: ScoredReport): ScoredReport {
  const warnings = [...(a.warnings ?? []), ...(b.warnings ?? [])];
  return {
    ...a,
    ...b,
    ...addNumbers([a, b].map(({ batches, tokens, retries }) => ({ batches, tokens, retries }))),
    milliseconds: addNumbers([a.milliseconds, b.milliseconds]),
    ...given({
      usage: a.usage || b.usage ? addNumbers([a.usage, b.usage]) : undefined,
      cache: joinCacheReports([a.cache, b.cache]),
      scoreCache: joinCacheReports([a.scoreCache, b.scoreCache]),
      warnings: warnings.length > 0 ? warnings : undefined,
    }),
  };
}

/** Infinite scores of a first stage as large 32-bit floats, since JSON turns infinity into null. */
function finite(score: number): number {
  return Number.isFinite(score) ? score : Math.sign(score) * 2 ** 127;
}
