import { InvalidInputError } from "../../errors.js";
import { nodeFs } from "../../node-modules.js";
import { type Checks, checkOptions, expecting, oneOf } from "../../options.js";
import { quoteCsv } from "../../text-sources/csv.js";
import { toNestedMap } from "../nested-map.js";
import { trecOrder } from "../ranking.js";
import type { ById, Run } from "../types.js";

type RunFormat = "trec" | "csv" | "json";

/** Options of {@link formatRun} and {@link writeRun}. */
export interface WriteRunOptions {
  /** File format. @default by the path's ending (`.json`, `.csv`), otherwise "trec" */
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
 */
export function* formatRun(run: ById<ById<number>>, options: WriteRunOptions = {}): Generator<string> {
  checkOptions(options, CHECKS, "formatRun");
  const { format = "trec", tag = "langchain-rerank" } = options;
  yield* WRITERS[format](toNestedMap(run, "run", false), tag);
}

/**
 * Writes a run to a file (Node only).
 *
 * @throws InvalidInputError when the file cannot be written, or when an id or score cannot be written in this format.
 * @throws InvalidOptionError as {@link formatRun}, before the file is opened.
 */
export async function writeRun(
  path: string | URL,
  run: ById<ById<number>>,
  options: WriteRunOptions = {},
): Promise<void> {
  checkOptions(options, CHECKS, "writeRun");
  const ending = /\.(json|csv)$/i.exec(String(path))?.[1]?.toLowerCase() as RunFormat | undefined;
  const { createWriteStream } = await nodeFs();
  const stream = createWriteStream(path);
  await new Promise<void>((done, fail) => {
    stream.on("finish", done).on("error", (cause) => {
      const problem = `Could not write the run (${cause.message}). Name a file in a folder that exists and that this process can write to.`;
      fail(new InvalidInputError(String(path), problem, { cause }));
    });
    try {
      for (const piece of formatRun(run, { ...(ending && { format: ending }), ...options })) stream.write(piece);
      stream.end();
    } catch (error) {
      stream.destroy();
      fail(error);
    }
  });
}

const WRITERS: Readonly<Record<RunFormat, (run: Run, tag: string) => Generator<string>>> = { trec, csv, json };

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
    const rows = trecOrder(scores).map((id) => `${quoteCsv(query)},${quoteCsv(id)},${printScore(scores.get(id)!)}\n`);
    yield rows.join("");
  }
}

function* json(run: Run): Generator<string> {
  yield "{";
  let between = "\n";
  for (const [query, scores] of run) {
    const pairs = trecOrder(scores).map((id) => {
      const score = scores.get(id)!;
      if (!Number.isFinite(score))
        throw new InvalidInputError(`run["${query}"]["${id}"]`, `JSON cannot store ${score}. Use TREC or CSV.`);
      return `${JSON.stringify(id)}: ${score}`;
    });
    yield `${between}  ${JSON.stringify(query)}: {${pairs.join(", ")}}`;
    between = ",\n";
  }
  yield "\n}\n";
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
