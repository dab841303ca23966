import { startCall } from "../../abort.js";
import { callScorer } from "../../scorers/create-scorer.js";
import { joinReports } from "../../scorers/join-reports.js";
import type { RelevanceScorer, ScorerReport } from "../../scorers/relevance-scorer.js";

/** How {@link scoreInChunks} works. */
export interface ChunkOptions {
  /** Texts per chunk. */
  size: number;
  signal?: AbortSignal | undefined;
  /** How many of the best texts will be used. Only for a single chunk: the best of one part are not those of all. @default all */
  topN?: number | undefined;
  /** Starts a chunk, at once or later. @default at once */
  run?: <T>(texts: number, task: () => Promise<T>) => Promise<T>;
  /** Called after each chunk with the number of texts scored so far. */
  onProgress?: (done: number) => void;
}

/** Scores of texts, in the order given, and the reports of all chunks in one. */
export interface ChunkedScores {
  scores: number[];
  report: ScorerReport;
}

/**
 * Scores texts chunk by chunk, to show progress or to let other work in between. Only for scorers that score each text independently.
 *
 * @throws What the scorer throws, and InvalidResponseError unless it returns one finite number per text, after the chunks that have started have ended.
 */
export async function scoreInChunks(
  scorer: RelevanceScorer,
  query: string,
  texts: readonly string[],
  { size, signal, topN, run = (_, task) => task(), onProgress }: ChunkOptions,
): Promise<ChunkedScores> {
  const starts = Array.from({ length: Math.ceil(texts.length / size) }, (_, index) => index * size);
  let done = 0;
  let failure: { error: unknown } | undefined;
  const chunks = starts.map((start) => {
    const chunk = texts.length <= size ? texts : texts.slice(start, start + size);
    return run(chunk.length, async () => {
      if (failure) throw failure.error;
      // A signal per chunk: many listeners on one signal look like a leak to the runtime.
      const call = startCall({ signals: [signal] });
      const scoring = callScorer(scorer, { query, texts: chunk, signal: call.signal }, topN);
      const { scores, report } = await scoring.finally(() => call.release());
      done += chunk.length;
      onProgress?.(done);
      return { scores, report };
    });
  });
  const results = await Promise.all(chunks).catch(async (error: unknown) => {
    failure = { error };
    await Promise.allSettled(chunks);
    throw error;
  });
  const scores = results.flatMap((result) => [...result.scores]);
  return { scores, report: joinReports(results.map(({ report }) => report)) };
}
