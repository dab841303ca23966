import type { Calibration } from "../calibration.js";
import { addCacheReports } from "../scorers/cache-report.js";
import type { RelevanceScorer } from "../scorers/relevance-scorer.js";
import type { Candidates, Scored, ScoredReport } from "./base-reranker.js";
import { blend } from "./blend.js";
import { type Budget, type ScoringRates, startBudget } from "./budget.js";
import { scoreWith } from "./cross-encoder-reranker.js";
import { type BlendNormalization, normalizerFor } from "./normalization.js";
import type { RerankDetails } from "./types.js";

/** One second stage made ready. */
export interface CascadeStage {
  readonly scorer: RelevanceScorer;
  /** How many of the best so far it scores. */
  readonly topK: number;
  /** Its weight against what came before, 0–1. */
  readonly alpha: number;
  /** With `sigmoid`: the curve over its scores. */
  readonly calibration?: Calibration | undefined;
}

/** What does not change from call to call. */
export interface CascadePlan {
  readonly stages: readonly CascadeStage[];
  readonly normalization: BlendNormalization;
  /** With `sigmoid`: the curve over first-stage scores. */
  readonly firstCalibration?: Calibration | undefined;
  /** Milliseconds for first and second stages together. */
  readonly budget?: number | undefined;
  readonly rates: ScoringRates;
}

/** Small enough to look at the clock often, large enough to keep a batch full. */
const CHUNK = 8;

type Details = Omit<RerankDetails, "rank" | "firstRank">;

interface State {
  scores: readonly number[];
  pool: readonly number[];
  details: Details[];
  report: ScoredReport;
  seen: number;
  stopped?: "budget";
}

/**
 * Runs the second stages one after the other, each over the best of what came before.
 *
 * @param first First-stage scores of all candidates.
 * @param elapsed Milliseconds of the budget that are gone already.
 */
export async function runCascade(
  plan: CascadePlan,
  candidates: Candidates,
  first: readonly number[],
  details: Details[],
  elapsed: number,
): Promise<Scored> {
  const left = plan.budget === undefined ? undefined : Math.max(0, plan.budget - elapsed);
  const budget = startBudget(left, candidates.signal, plan.rates);
  let state: State = { scores: first, pool: first.map((_, place) => place), details, report: {}, seen: 0 };
  try {
    for (let index = 0; index < plan.stages.length && !state.stopped; index++)
      state = await runStage(plan, index, candidates, state, budget);
  } finally {
    budget.release();
  }
  const { scores, report, seen, stopped } = state;
  return { scores, details: state.details, report: { ...report, reranked: seen, ...(stopped && { stopped }) } };
}

async function runStage(
  plan: CascadePlan,
  index: number,
  candidates: Candidates,
  state: State,
  budget: Budget,
): Promise<State> {
  const stage = plan.stages[index]!;
  const normalizeBefore = beforeNormalizer(plan, index);
  const normalizeScores = normalizerFor(plan.normalization, stage.calibration);
  const places = [...state.pool].sort((a, b) => state.scores[b]! - state.scores[a]! || a - b).slice(0, stage.topK);
  const step = plan.budget === undefined ? places.length : CHUNK;
  const scored: number[] = [];
  const details = [...state.details];
  let { report } = state;
  let stopped: State["stopped"];
  while (scored.length < places.length && !stopped) {
    const chunk = places.slice(scored.length, scored.length + step);
    const answer = await scoreChunk(stage.scorer, chunk, candidates, budget);
    if (!answer) stopped = "budget";
    else {
      for (const [i, place] of chunk.entries())
        details[place] = addDetails(details[place]!, answer.details![i]!, plan.stages.length > 1);
      scored.push(...answer.scores);
      report = addReports(report, answer.report ?? {});
    }
  }
  const seen = places.slice(0, scored.length);
  const { pool, scores } = state;
  return {
    scores: blend({ before: scores, pool, seen, scores: scored, alpha: stage.alpha, normalizeBefore, normalizeScores }),
    pool: seen.length > 0 ? seen : pool,
    details,
    report,
    seen: seen.length > 0 ? seen.length : state.seen,
    ...(stopped && { stopped }),
  };
}

/** After the first stage, what a curve made is a probability already and is taken as it is. */
function beforeNormalizer({ normalization, firstCalibration }: CascadePlan, index: number) {
  if (normalization !== "sigmoid" || index === 0) return normalizerFor(normalization, firstCalibration);
  return (scores: readonly number[]) => [...scores];
}

async function scoreChunk(
  scorer: RelevanceScorer,
  chunk: readonly number[],
  candidates: Candidates,
  budget: Budget,
): Promise<Scored | undefined> {
  const texts = chunk.map((place) => candidates.texts[place]!);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (!budget.affords(scorer, characters)) return undefined;
  return budget.run(scorer, characters, (signal) => scoreWith(scorer, { query: candidates.query, texts, signal }));
}

function addDetails(known: Details, added: Details, isCascade: boolean): Details {
  const stages = isCascade ? { stages: [...(known.scores.stages ?? []), added.scores.cross!] } : {};
  return { ...known, ...added, scores: { ...known.scores, ...added.scores, ...stages } };
}

const SUMMED = ["batches", "tokens", "retries", "truncated"] as const;

function addReports(a: ScoredReport, b: ScoredReport): ScoredReport {
  const sums = SUMMED.filter((key) => key in a || key in b).map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]);
  const milliseconds = addNumbers(a.milliseconds, b.milliseconds);
  const usage = a.usage || b.usage ? { usage: addNumbers(a.usage, b.usage) } : {};
  const cache = addCacheReports(a.cache, b.cache);
  return { ...a, ...b, ...Object.fromEntries(sums), milliseconds, ...usage, ...(cache && { cache }) };
}

function addNumbers(
  a: Readonly<Record<string, number>> = {},
  b: Readonly<Record<string, number>> = {},
): Record<string, number> {
  return Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]),
  );
}
