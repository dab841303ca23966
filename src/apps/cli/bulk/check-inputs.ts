import { createHash } from "node:crypto";
import { CliError } from "../failure.js";
import { fileChunks } from "./file-lines.js";
import { HashPartitions, PARTITION_SLOTS } from "./hash-partitions.js";
import { HashTable, readEntry } from "./hash-table.js";
import { JsonlIndex } from "./jsonl-index.js";
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

/** A file with the path of its index. */
export interface IndexedFile {
  path: string;
  index: string;
}

/**
 * Reads the whole run before anything is scored, so that a mistake in it shows now and not after hours.
 *
 * @throws CliError naming file and line: a malformed row, an unknown query or document, or a query whose rows are not consecutive.
 */
export async function checkRun(
  run: string,
  queries: IndexedFile,
  corpus: IndexedFile,
  shard: Shard,
  signal: AbortSignal,
): Promise<RunSize> {
  const index = new JsonlIndex(queries.path, queries.index);
  const table = new HashTable(corpus.index, PARTITION_SLOTS);
  const documents = new HashPartitions(`${corpus.index}.run`, table.capacity);
  try {
    const size = await readRun(run, index, documents, signal);
    const missing = await firstMissing(documents, table, signal);
    if (missing !== undefined) throw await unknownDocument(run, missing, signal);
    return { pairs: size.pairs, shardQueries: await countQueries(run, shard, size, signal) };
  } finally {
    documents.close();
    table.close();
    index.close();
  }
}

/** Reads the run and checks its queries. Its documents are collected, each with its line as the offset, to be looked up together. */
async function readRun(run: string, index: JsonlIndex, wanted: HashPartitions, signal: AbortSignal) {
  const seen = new Uint8Array(Math.ceil(index.capacity / 8));
  const size = { pairs: 0, queries: 0 };
  for await (const { query, documents, lines } of runQueries(run, signal)) {
    const slot = index.slotOf(query);
    if (slot === undefined) throw new CliError(`${run}:${lines[0]}: the query "${query}" is not in the queries file.`);
    if (seen[slot >> 3]! & (1 << (slot & 7))) {
      const problem = `the query "${query}" already has rows further up; sort the run by query`;
      throw new CliError(`${run}:${lines[0]}: ${problem}.`);
    }
    seen[slot >> 3]! |= 1 << (slot & 7);
    for (const [at, id] of documents.entries()) wanted.add(id, { offset: lines[at]!, length: 0 });
    size.pairs += documents.length;
    size.queries++;
  }
  if (size.pairs === 0) throw new CliError(`${run}: the run is empty.`);
  return size;
}

/** The first line of the run with a document that is not in the corpus. */
async function firstMissing(
  documents: HashPartitions,
  corpus: HashTable,
  signal: AbortSignal,
): Promise<number | undefined> {
  let first: number | undefined;
  for await (const group of documents.entries(signal)) {
    for (const document of group) {
      if (corpus.find(document).used) continue;
      const { offset: line } = readEntry(document);
      first = Math.min(first ?? line, line);
    }
  }
  return first;
}

async function unknownDocument(run: string, line: number, signal: AbortSignal): Promise<CliError> {
  for await (const { documents, lines } of runQueries(run, signal)) {
    const at = lines.indexOf(line);
    if (at >= 0) return new CliError(`${run}:${line}: the document "${documents[at]}" is not in the corpus.`);
  }
  return new CliError(`${run}: the file has changed while it was read.`);
}

/** Queries of the shard. */
async function countQueries(
  run: string,
  shard: Shard,
  { pairs, queries }: { pairs: number; queries: number },
  signal: AbortSignal,
): Promise<number> {
  if (shard.count === 1) return queries;
  let before = 0;
  let count = 0;
  for await (const { documents } of runQueries(run, signal)) {
    if (belongsTo(shard, before, pairs)) count++;
    before += documents.length;
  }
  return count;
}
