import { copyPlain } from "../copy-plain.js";
import { given } from "../options.js";
import type { ScoredSpan, TextSpan } from "../text-span.js";
import type { ScorerReport } from "./relevance-scorer.js";

/** Everything that a scorer said about one pair, and what it said about the query and the call. */
export interface CachedScore {
  score: number;
  raw?: number;
  truncated?: true;
  queryTruncated?: true;
  queryOffset?: number;
  warnings?: readonly string[];
  passage?: TextSpan;
  spans?: readonly ScoredSpan[];
}

/** What a cache keeps of one text of a call. */
export function cacheableScore(score: number, report: ScorerReport, index: number): CachedScore {
  return {
    score,
    ...given({
      raw: report.raw?.[index],
      truncated: report.truncated?.[index] ? (true as const) : undefined,
      queryTruncated: report.queryTruncated ? (true as const) : undefined,
      queryOffset: report.queryOffset,
      warnings: report.warnings?.length ? report.warnings : undefined,
      passage: report.passages?.[index],
      spans: report.spans?.[index],
    }),
  };
}

/** The parts of a report that belong to the query or to single texts, and each warning of the calls that scored them, once. */
export function cachedReport(entries: readonly CachedScore[]): ScorerReport {
  const some = <K extends keyof CachedScore>(key: K) => {
    // Copies, so that a caller who changes them does not change the cache.
    return entries.some((entry) => entry[key]) ? entries.map((entry) => copyPlain(entry[key])) : undefined;
  };
  const raw = entries.flatMap((entry) => entry.raw ?? []);
  return given({
    raw: raw.length > 0 && raw.length === entries.length ? raw : undefined,
    truncated: some("truncated")?.map(Boolean),
    queryTruncated: some("queryTruncated") && true,
    queryOffset: some("queryOffset")?.find(Boolean),
    warnings: some("warnings") && [...new Set(entries.flatMap(({ warnings = [] }) => warnings))],
    passages: some("passage"),
    spans: some("spans"),
  });
}

/** What a store returned. Text is read as JSON, because clients of databases return text; other text stays, and is no entry. */
export function fromStore(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Whether a value of a store is one that a cache wrote. */
export function isCachedScore(value: unknown): value is CachedScore {
  return typeof value === "object" && value !== null && Number.isFinite((value as Partial<CachedScore>).score);
}
