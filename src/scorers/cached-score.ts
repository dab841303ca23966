import type { ScoredSpan, TextSpan } from "../text-span.js";
import type { ScorerReport } from "./relevance-scorer.js";

/** Everything that a scorer said about one pair. */
export interface CachedScore {
  score: number;
  raw?: number;
  truncated?: true;
  queryTruncated?: true;
  passage?: TextSpan;
  spans?: readonly ScoredSpan[];
}

/** What a cache keeps of one text of a call. */
export function cacheableScore(score: number, report: ScorerReport, index: number): CachedScore {
  const raw = report.raw?.[index];
  const passage = report.passages?.[index];
  const spans = report.spans?.[index];
  return {
    score,
    ...(raw === undefined ? {} : { raw }),
    ...(report.truncated?.[index] ? { truncated: true as const } : {}),
    ...(report.queryTruncated ? { queryTruncated: true as const } : {}),
    ...(passage === undefined ? {} : { passage }),
    ...(spans === undefined ? {} : { spans }),
  };
}

/** The parts of a report that belong to single texts. */
export function cachedReport(entries: readonly CachedScore[]): ScorerReport {
  return {
    ...(entries.length > 0 && entries.every(({ raw }) => raw !== undefined)
      ? { raw: entries.map(({ raw }) => raw as number) }
      : {}),
    ...(entries.some(({ truncated }) => truncated)
      ? { truncated: entries.map((entry) => entry.truncated ?? false) }
      : {}),
    ...(entries.some(({ queryTruncated }) => queryTruncated) ? { queryTruncated: true } : {}),
    ...(entries.some(({ passage }) => passage) ? { passages: entries.map(({ passage }) => passage) } : {}),
    ...(entries.some(({ spans }) => spans) ? { spans: entries.map(({ spans }) => spans) } : {}),
  };
}

/** Whether a value of a store is one that a cache wrote. */
export function isCachedScore(value: unknown): value is CachedScore {
  return typeof value === "object" && value !== null && Number.isFinite((value as Partial<CachedScore>).score);
}
