import { given } from "../options.js";
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

/** The counts that caches of vectors and of scores have in common. */
type CacheCounts = Pick<CacheReport, "hits" | "stored" | "misses"> & Partial<Pick<CacheReport, "damaged">>;

/** The report of a cache over several calls in order: counts add up, and the size is what the last call saw. */
export function joinCacheReports<R extends CacheCounts>(reports: readonly (R | undefined)[]): R | undefined {
  const known = reports.filter((report) => report !== undefined);
  if (known.length === 0) return undefined;
  const counts = known.map(({ hits, stored, misses, damaged }) => ({ hits, stored, misses, damaged }));
  return { ...Object.assign({}, ...known), ...addNumbers(counts) };
}

/** The report of a list of texts that was scored in several calls, one after the other. */
export function joinReports(reports: readonly ScorerReport[]): ScorerReport {
  const warnings = new Set(reports.flatMap((report) => report.warnings ?? []));
  return {
    ...addNumbers(reports.map(({ batches, tokens, retries }) => ({ batches, tokens, retries }))),
    ...given({
      model: reports[0]?.model,
      runtime: reports[0]?.runtime,
      queryOffset: reports[0]?.queryOffset,
      raw: list(reports.map(({ raw }) => raw)),
      truncated: list(reports.map(({ truncated }) => truncated)),
      passages: list(reports.map(({ passages }) => passages)),
      spans: list(reports.map(({ spans }) => spans)),
      stageScores: list(reports.map(({ stageScores }) => stageScores)),
      queryTruncated: reports.some(({ queryTruncated }) => queryTruncated) || undefined,
      scoresHoldWithinRequest: reports.some((report) => report.scoresHoldWithinRequest) || undefined,
      warnings: warnings.size > 0 ? [...warnings] : undefined,
      milliseconds: total(reports.map(({ milliseconds }) => milliseconds)),
      usage: total(reports.map(({ usage }) => usage)),
      stages: total(reports.map(({ stages }) => stages)),
      scoreCache: joinCacheReports(reports.map(({ scoreCache }) => scoreCache)),
      cache: joinCacheReports(reports.map(({ cache }) => cache)),
    }),
  };
}

/** Values per text, if every report has them. */
function list<T>(parts: readonly (readonly T[] | undefined)[]): T[] | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === parts.length ? known.flat() : undefined;
}

/** Sums as in {@link addNumbers}, if some part has numbers. */
function total(parts: readonly (object | undefined)[]): Record<string, number> | undefined {
  return parts.some(Boolean) ? addNumbers(parts) : undefined;
}
