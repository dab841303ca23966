import type { Job, JobInput } from "../protocol.js";

/** Multiplications of MaxSim that cost about what one character of a text costs to encode by a small model: chunks of both take some 10 ms. */
const MULTIPLICATIONS_A_CHARACTER = 4000;

/** What an input costs to work on, in characters of a text to encode. */
export function inputWeight(job: Job, input: JobInput): number {
  if (typeof input === "string") return input.length;
  const numbers = input.passages.reduce((sum, { values }) => sum + values.length, 0);
  return (numbers * queryTokens(job)) / MULTIPLICATIONS_A_CHARACTER;
}

function queryTokens(job: Job): number {
  if (job.task !== "late" || !job.query) return 1;
  return job.query.passages.reduce((sum, { values }) => sum + values.length, 0) / job.query.dimension;
}
