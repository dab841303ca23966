import { addCacheReports } from "../../scorers/cache-report.js";
import type {
  RelevanceScorer,
  ScoreOptions,
  ScorerMilliseconds,
  ScorerReport,
} from "../../scorers/relevance-scorer.js";

/** Texts of one part: few enough to show progress, many enough to keep all threads busy. */
const PART = 16;

/** A scorer whose texts are handed over in parts, so that it can be told how many are done. */
export class ChunkedScorer implements RelevanceScorer {
  readonly #inner: RelevanceScorer;
  readonly #onProgress: (done: number, total: number) => void;

  constructor(inner: RelevanceScorer, onProgress: (done: number, total: number) => void) {
    this.#inner = inner;
    this.#onProgress = onProgress;
  }

  get model(): string {
    return this.#inner.model ?? this.#inner.constructor.name;
  }

  get lowestScore(): number {
    return this.#inner.lowestScore ?? -Number.MAX_VALUE;
  }

  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    const starts = Array.from({ length: Math.ceil(texts.length / PART) }, (_, index) => index * PART);
    let done = 0;
    const parts = await Promise.all(
      starts.map(async (start) => {
        const part = texts.slice(start, start + PART);
        let report: ScorerReport = {};
        const scores = await this.#inner.score(query, part, {
          ...options,
          onReport: (told) => {
            report = told;
          },
        });
        done += part.length;
        this.#onProgress(done, texts.length);
        return { scores, report };
      }),
    );
    options.onReport?.(joinReports(parts.map(({ report }) => report)));
    return parts.flatMap(({ scores }) => scores);
  }

  async dispose(): Promise<void> {
    await this.#inner.dispose?.();
  }
}

function joinReports(reports: readonly ScorerReport[]): ScorerReport {
  const sum = (of: (report: ScorerReport) => number | undefined) =>
    reports.reduce((total, report) => total + (of(report) ?? 0), 0);
  const stages = new Set(reports.flatMap(({ milliseconds }) => Object.keys(milliseconds ?? {})));
  const { model } = reports[0] ?? {};
  const cache = reports.map((report) => report.cache).reduce(addCacheReports, undefined);
  return {
    ...(model === undefined ? {} : { model }),
    ...(reports.every(({ raw }) => raw) ? { raw: reports.flatMap(({ raw }) => raw!) } : {}),
    ...(reports.every(({ truncated }) => truncated)
      ? { truncated: reports.flatMap(({ truncated }) => truncated!) }
      : {}),
    ...(reports.every(({ passages }) => passages) ? { passages: reports.flatMap(({ passages }) => passages!) } : {}),
    ...(cache ? { cache } : {}),
    batches: sum(({ batches }) => batches),
    tokens: sum(({ tokens }) => tokens),
    milliseconds: Object.fromEntries(
      [...stages].map((stage) => [stage, sum(({ milliseconds }) => milliseconds?.[stage as keyof ScorerMilliseconds])]),
    ),
  };
}
