import { createHash } from "node:crypto";
import { CliError } from "../failure.js";
import { fileChunks } from "./file-lines.js";
import type { JsonlIndex } from "./jsonl-index.js";
import { runQueries } from "./run-file.js";
import { belongsTo, type Shard } from "./shard.js";

const NEWLINE = 10;

/** What is known of a file after reading it once. */
export interface FileFacts {
  sha256: string;
  lines: number;
}

/** Reads a file to its end. @throws CliError when it cannot be read. */
export async function readFacts(path: string, signal: AbortSignal): Promise<FileFacts> {
  const digest = createHash("sha256");
  let lines = 0;
  let last = NEWLINE;
  for await (const chunk of fileChunks(path, signal)) {
    digest.update(chunk);
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
    last = chunk.at(-1) as number;
  }
  return { sha256: digest.digest("hex"), lines: lines + (last === NEWLINE ? 0 : 1) };
}

/** How much of a run there is, and how much of it is the shard's. */
export interface RunSize {
  pairs: number;
  shardQueries: number;
}

/**
 * Reads the whole run before anything is scored, so that a mistake in it shows now and not after hours.
 *
 * @throws CliError naming file and line: a malformed row, an unknown query or document, or a query whose rows are not consecutive.
 */
export async function checkRun(
  run: string,
  queries: JsonlIndex,
  corpus: JsonlIndex,
  shard: Shard,
  signal: AbortSignal,
): Promise<RunSize> {
  const seen = new Uint8Array(Math.ceil(queries.capacity / 8));
  let pairs = 0;
  let runQueryCount = 0;
  for await (const { index, query, documents, lines } of runQueries(run, signal)) {
    const slot = queries.slotOf(query);
    if (slot === undefined) throw new CliError(`${run}:${lines[0]}: the query "${query}" is not in the queries file.`);
    if (seen[slot >> 3]! & (1 << (slot & 7))) {
      const problem = `the query "${query}" already has rows further up; sort the run by query`;
      throw new CliError(`${run}:${lines[0]}: ${problem}.`);
    }
    seen[slot >> 3]! |= 1 << (slot & 7);
    const missing = documents.findIndex((id) => corpus.slotOf(id) === undefined);
    if (missing >= 0) {
      throw new CliError(`${run}:${lines[missing]}: the document "${documents[missing]}" is not in the corpus.`);
    }
    pairs += documents.length;
    runQueryCount = index + 1;
  }
  if (pairs === 0) throw new CliError(`${run}: the run is empty.`);
  if (shard.count === 1) return { pairs, shardQueries: runQueryCount };
  let before = 0;
  let shardQueries = 0;
  for await (const { documents } of runQueries(run, signal)) {
    if (belongsTo(shard, before, pairs)) shardQueries++;
    before += documents.length;
  }
  return { pairs, shardQueries };
}
