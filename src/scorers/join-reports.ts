import type { CacheReport, ScorerReport } from "./relevance-scorer.js";

/** Sums of the numbers under each key. A key that no part has is absent. */
export function addNumbers(parts: readonly (object | undefined)[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const part of parts) {
    for (const [key, value] of Object.entries<number | undefined>({ ...part }))
      if (value !== undefined) sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}

/** The cache report of several calls in order: counts add up, and the size is what the last call saw. */
export function joinCacheReports(reports: readonly (CacheReport | undefined)[]): CacheReport | undefined {
  const known = reports.filter((report) => report !== undefined);
  const last = known.at(-1);
  if (!last) return undefined;
  const counts = known.map(({ hits, stored, misses, damaged }) => ({ hits, stored, misses, damaged }));
  return { ...Object.assign({}, ...known), ...addNumbers(counts) };
}

/** The report of a list of texts that was scored in several calls, one after the other. */
export function joinReports(reports: readonly ScorerReport[]): ScorerReport {
  const cache = joinCacheReports(reports.map((report) => report.cache));
  const warnings = new Set(reports.flatMap((report) => report.warnings ?? []));
  return {
    ...(reports[0]?.model !== undefined && { model: reports[0].model }),
    ...(reports[0]?.runtime !== undefined && { runtime: reports[0].runtime }),
    ...list(reports, "raw"),
    ...list(reports, "truncated"),
    ...list(reports, "passages"),
    ...list(reports, "spans"),
    ...sum(reports, "batches"),
    ...sum(reports, "tokens"),
    ...sum(reports, "retries"),
    ...flag(reports, "queryTruncated"),
    ...flag(reports, "scoresHoldWithinRequest"),
    ...(warnings.size > 0 && { warnings: [...warnings] }),
    ...(reports.some(({ milliseconds }) => milliseconds) && {
      milliseconds: addNumbers(reports.map(({ milliseconds }) => milliseconds)),
    }),
    ...(reports.some(({ usage }) => usage) && { usage: addNumbers(reports.map(({ usage }) => usage)) }),
    ...(cache && { cache }),
  };
}

/** Values per text, if every report has them. */
function list<K extends "raw" | "truncated" | "passages" | "spans">(reports: readonly ScorerReport[], key: K) {
  if (!reports.every((report) => report[key])) return {};
  return { [key]: reports.flatMap((report) => report[key] as readonly unknown[]) };
}

function sum(reports: readonly ScorerReport[], key: "batches" | "tokens" | "retries") {
  if (!reports.some((report) => report[key] !== undefined)) return {};
  return { [key]: reports.reduce((total, report) => total + (report[key] ?? 0), 0) };
}

function flag(reports: readonly ScorerReport[], key: "queryTruncated" | "scoresHoldWithinRequest") {
  return reports.some((report) => report[key]) ? { [key]: true } : {};
}
