import { type Calibration, calibrateScores } from "../calibration.js";
import { languageWarning } from "../language.js";
import { scorerName } from "../scorers/create-scorer.js";
import type { RelevanceScorer, ScorerReport } from "../scorers/relevance-scorer.js";
import type { Candidates, Scored, ScoredDetails, ScoredReport } from "./types.js";

/** Scores of some texts by one scorer, before they become details and a report. */
export interface ScorerResult {
  /** What the scorer returned; not checked. */
  readonly scores: readonly number[];
  readonly report: ScorerReport;
  /** Wall-clock time of the call. */
  readonly milliseconds: number;
}

/** Calls a scorer and collects its report. */
export async function callScorer(
  scorer: RelevanceScorer,
  { query, texts, signal }: Pick<Candidates, "query" | "texts" | "signal">,
  topN?: number,
): Promise<ScorerResult> {
  let report: ScorerReport = {};
  const started = performance.now();
  const onReport = (each: ScorerReport) => {
    report = each;
  };
  const scores = await scorer.score(query, texts, { signal, onReport, ...(topN && { topN }) });
  return { scores, report, milliseconds: performance.now() - started };
}

/** Scores all candidates with one scorer, as probabilities if there is a calibration. */
export async function scoreWith(
  scorer: RelevanceScorer,
  candidates: Candidates,
  calibration?: Calibration,
): Promise<Scored> {
  const result = await callScorer(scorer, candidates, candidates.topN);
  return {
    scores: calibrateScores(scorer, result.scores, result.report, calibration),
    details: toDetails(result, (calibration ?? scorer.calibration) !== undefined),
    report: { ...toReport(scorer, result), ...withWarnings(scorer, candidates, result.report.warnings) },
  };
}

/** The raw scores of a result, which are its scores if the scorer reported nothing else. */
export function rawScores({ scores, report }: Pick<ScorerResult, "scores" | "report">): readonly number[] {
  return report.raw ?? scores;
}

/** What `metadata.rerank` says about each text. */
export function toDetails({ scores, report }: ScorerResult, isCalibrated: boolean): ScoredDetails[] {
  if (!Array.isArray(scores)) return [];
  return scores.map((cross: number, index): ScoredDetails => {
    const raw = report.raw?.[index] ?? (isCalibrated ? cross : undefined);
    const passage = report.passages?.[index];
    const spans = report.spans?.[index];
    const stages = report.stageScores?.[index];
    return {
      scores: { cross, ...(stages && { stages: [...stages] }) },
      ...(raw === undefined ? {} : { raw }),
      ...(report.truncated?.[index] ? { truncated: true as const } : {}),
      ...(passage ? { passage } : {}),
      ...(spans ? { spans } : {}),
    };
  });
}

/** A scorer's report as a part of the reranker's. */
export function toReport(scorer: RelevanceScorer, { report, milliseconds }: ScorerResult): ScoredReport {
  const { runtime, stages, batches, tokens, cache, scoreCache, retries, usage } = report;
  return {
    model: report.model ?? scorerName(scorer),
    milliseconds: { ...report.milliseconds, score: milliseconds },
    ...(report.queryTruncated ? { queryTruncated: true } : {}),
    ...(report.scoresHoldWithinRequest ? { scoresHoldWithinRequest: true } : {}),
    ...(runtime && { runtime }),
    ...(stages && { stages: { ...stages } }),
    ...(batches === undefined ? {} : { batches }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(cache === undefined ? {} : { cache: { ...cache } }),
    ...(scoreCache === undefined ? {} : { scoreCache: { ...scoreCache } }),
    ...(retries === undefined ? {} : { retries }),
    ...(usage === undefined ? {} : { usage: { ...usage } }),
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
