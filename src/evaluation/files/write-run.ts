import { InvalidInputError } from "../../errors.js";
import { nodeFsPromises, nodeZlib } from "../../node-modules.js";
import { type Checks, checkOptions, expecting, oneOf } from "../../options.js";
import { quoteCsv } from "../../text-sources/csv.js";
import { toNestedMap } from "../nested-map.js";
import { trecOrder } from "../ranking.js";
import type { ById, Run } from "../types.js";

type RunFormat = "trec" | "csv" | "json" | "jsonl";

/** Options of {@link formatRun} and {@link writeRun}. */
export interface WriteRunOptions {
  /** File format. @default by the path's ending (`.csv`, `.json`, `.jsonl`, `.ndjson`, and these with `.gz`), otherwise "trec" */
  format?: RunFormat;
  /** Last column of a TREC run: the system's name, without white space. @default "langchain-rerank" */
  tag?: string;
}

/**
 * Formats a run as text, one piece per query: documents in trec_eval's order, scores in full precision, so that reading it returns the same
 * run.
 *
 * @throws InvalidInputError when an id or score cannot be written in this format.
 * @throws InvalidOptionError when an option is unknown, the format is, or the tag contains white space.
 * @example
 * const text = [...formatRun({ q1: { a: 2, b: 1 } }, { tag: "mine" })].join(""); // "q1 Q0 a 1 2 mine\n…"
 */
export function* formatRun(run: ById<ById<number>>, options: WriteRunOptions = {}): Generator<string> {
  checkOptions(options, CHECKS, "formatRun");
  const { format = "trec", tag = "langchain-rerank" } = options;
  yield* WRITERS[format](toNestedMap(run, "run", false), tag);
}

/**
 * Writes a run to a file (Node only), compressed if its name ends in `.gz`, so that `readRun` reads it back.
 *
 * @throws InvalidInputError when the file cannot be written. When an id or score cannot be written in this format, the file is left as it
 * was.
 * @throws InvalidOptionError as {@link formatRun}, before the file is opened.
 * @example
 * const { run } = await evaluate(reranker, data);
 * await writeRun("reranked.trec", run);
 */
export async function writeRun(
  path: string | URL,
  run: ById<ById<number>>,
  options: WriteRunOptions = {},
): Promise<void> {
  checkOptions(options, CHECKS, "writeRun");
  const name = String(path);
  const format = formatOfName(name);
  // All of it before the file is opened, which empties it: the last query may have an id that cannot be written.
  const pieces = [...formatRun(run, { ...(format && { format }), ...options })];
  const { writeFile } = await nodeFsPromises();
  try {
    await writeFile(path, name.endsWith(".gz") ? await compressed(pieces) : pieces);
  } catch (cause) {
    const problem = `Could not write the run (${(cause as Error).message}). Name a file in a folder that exists and that this process can write to.`;
    throw new InvalidInputError(name, problem, { cause });
  }
}

/** The format that `readRun` expects of a file with this name; undefined if it looks at the content. */
function formatOfName(name: string): RunFormat | undefined {
  const ending = /\.(csv|json|jsonl|ndjson)(\.gz)?$/i.exec(name)?.[1]?.toLowerCase();
  return ending === "ndjson" ? "jsonl" : (ending as RunFormat | undefined);
}

async function compressed(pieces: readonly string[]): Promise<AsyncIterable<Uint8Array>> {
  const gzip = (await nodeZlib()).createGzip();
  for (const piece of pieces) gzip.write(piece);
  gzip.end();
  return gzip;
}

const WRITERS: Readonly<Record<RunFormat, (run: Run, tag: string) => Generator<string>>> = { trec, csv, json, jsonl };

const CHECKS = {
  format: oneOf(Object.keys(WRITERS)),
  tag: expecting("a name without white space", (value) => typeof value === "string" && /^\S+$/.test(value)),
} satisfies Checks<WriteRunOptions>;

function* trec(run: Run, tag: string): Generator<string> {
  for (const [query, scores] of run) {
    const rows = trecOrder(scores).map((id, index) => {
      return `${bare(query)} Q0 ${bare(id)} ${index + 1} ${printScore(scores.get(id)!)} ${tag}\n`;
    });
    yield rows.join("");
  }
}

function* csv(run: Run): Generator<string> {
  yield "query_id,doc_id,score\n";
  for (const [query, scores] of run) {
    const rows = trecOrder(scores).map((id) => `${cell(query)},${cell(id)},${printScore(scores.get(id)!)}\n`);
    yield rows.join("");
  }
}

function* json(run: Run): Generator<string> {
  yield "{";
  let between = "\n";
  for (const [query, scores] of run) {
    const pairs = trecOrder(scores).map((id) => {
      return `${JSON.stringify(id)}: ${finite(query, id, scores.get(id)!)}`;
    });
    yield `${between}  ${JSON.stringify(query)}: {${pairs.join(", ")}}`;
    between = ",\n";
  }
  yield "\n}\n";
}

function* jsonl(run: Run): Generator<string> {
  for (const [query, scores] of run) {
    const rows = trecOrder(scores).map((id) => {
      const score = finite(query, id, scores.get(id)!);
      return `${JSON.stringify({ "query-id": filled(query), "corpus-id": filled(id), score })}\n`;
    });
    yield rows.join("");
  }
}

function finite(query: string, id: string, score: number): number {
  if (Number.isFinite(score)) return score;
  throw new InvalidInputError(`run["${query}"]["${id}"]`, `JSON cannot store ${score}. Use TREC or CSV.`);
}

function filled(id: string): string {
  if (id !== "") return id;
  throw new InvalidInputError("run", "A run in JSON lines cannot store an empty id. Use JSON.");
}

function cell(id: string): string {
  if (id !== "" && !/[\n\r]/.test(id)) return quoteCsv(id);
  throw new InvalidInputError(
    "run",
    `A CSV run cannot store the id ${JSON.stringify(id)}, which is empty or contains a line break. Use JSON.`,
  );
}

function bare(id: string): string {
  if (id !== "" && !/\s/.test(id)) return id;
  throw new InvalidInputError(
    "run",
    `A TREC run cannot store the id ${JSON.stringify(id)}, which is empty or contains white space. Use CSV or JSON.`,
  );
}

function printScore(score: number): string {
  return Number.isFinite(score) ? String(score) : score > 0 ? "inf" : "-inf";
}
