import type { Job, JobInput } from "../protocol.js";

/** MaxSim multiplications that take about as long as encoding one character with a small model: 10 ms per chunk of either kind. */
const MULTIPLICATIONS_PER_CHARACTER = 4000;

/** The cost of one input, in characters of text to encode. */
export function inputCost(job: Job, input: JobInput): number {
  if (typeof input === "string") return input.length;
  if ("text" in input) return input.vectors ? inputCost(job, input.vectors) : input.text.length;
  const numbers = input.passages.reduce((sum, { values }) => sum + values.length, 0);
  const queryTokens = job.task === "late" && job.query ? job.query.passages[0]!.values.length / job.query.dimension : 1;
  return (numbers * queryTokens) / MULTIPLICATIONS_PER_CHARACTER;
}

/**
 * Divides inputs into chunks of work for several threads. The most expensive inputs come first, so that the last chunks to run are small
 * and all threads finish at about the same time.
 *
 * @param costs Cost of each input.
 * @param budget Cost of one chunk; a more expensive input gets a separate chunk.
 * @returns Indices into `costs`, each exactly once.
 */
export function cutChunks(costs: readonly number[], budget: number): number[][] {
  const order = [...costs.keys()].sort((a, b) => costs[b]! - costs[a]!);
  const chunks: number[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const index of order) {
    if (size + costs[index]! > budget) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)!.push(index);
    size += costs[index]!;
  }
  return chunks;
}
