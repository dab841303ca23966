import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import { quoteCsv } from "../../text-sources/csv.js";
import { toNestedMap } from "../nested.js";
import { trecOrder } from "../ranking.js";
import type { NestedNumbers } from "../types.js";
import { nodeFs } from "./node-modules.js";

/** Shapes a run can be written in. */
export type RunFormat = "trec" | "csv" | "json";

/** Options of {@link formatRun} and {@link writeRun}. */
export interface WriteRunOptions {
  /** Default: told from the path's ending (`.json`, `.csv`), else `trec`. */
  format?: RunFormat;
  /** Last column of a TREC run: the system's name, without blanks. Default: `langchain-rerank`. */
  tag?: string;
}

/**
 * A run as text, piece by piece (one a query): documents in trec_eval's order, scores in full precision, so that reading it back gives
 * the same run.
 *
 * @throws InvalidInputError for an id that the format cannot hold, or an infinite score in JSON.
 */
export function* formatRun(run: NestedNumbers, options: WriteRunOptions = {}): Generator<string> {
  const { format = "trec", tag = "langchain-rerank" } = options;
  if (/\s/.test(tag) || tag === "") throw new InvalidOptionError("tag", tag, "a name without blanks");
  const writer = WRITERS[format];
  if (!writer) throw new InvalidOptionError("format", format, Object.keys(WRITERS).join(", "));
  yield* writer(toNestedMap(run, "run", false), tag);
}

/** Writes a run to a file (Node only). */
export async function writeRun(path: string | URL, run: NestedNumbers, options: WriteRunOptions = {}): Promise<void> {
  const ending = /\.(json|csv)$/i.exec(String(path))?.[1]?.toLowerCase() as RunFormat | undefined;
  const { createWriteStream } = await nodeFs();
  const stream = createWriteStream(path);
  await new Promise<void>((done, fail) => {
    stream.on("error", fail).on("finish", done);
    try {
      for (const piece of formatRun(run, { ...(ending && { format: ending }), ...options })) stream.write(piece);
      stream.end();
    } catch (error) {
      stream.destroy();
      fail(error);
    }
  });
}

type RunMap = ReadonlyMap<string, ReadonlyMap<string, number>>;

const WRITERS: Readonly<Record<RunFormat, (run: RunMap, tag: string) => Generator<string>>> = { trec, csv, json };

function* trec(run: RunMap, tag: string): Generator<string> {
  for (const [query, scores] of run) {
    const rows = trecOrder(scores).map((id, index) => {
      return `${bare(query)} Q0 ${bare(id)} ${index + 1} ${printScore(scores.get(id)!)} ${tag}\n`;
    });
    yield rows.join("");
  }
}

function* csv(run: RunMap): Generator<string> {
  yield "query_id,doc_id,score\n";
  for (const [query, scores] of run) {
    const rows = trecOrder(scores).map((id) => `${quoteCsv(query)},${quoteCsv(id)},${printScore(scores.get(id)!)}\n`);
    yield rows.join("");
  }
}

function* json(run: RunMap): Generator<string> {
  yield "{";
  let between = "\n";
  for (const [query, scores] of run) {
    const pairs = trecOrder(scores).map((id) => {
      const score = scores.get(id)!;
      if (!Number.isFinite(score))
        throw new InvalidInputError(`run["${query}"]["${id}"]`, `is ${score}, which JSON cannot hold`);
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
    `the id ${JSON.stringify(id)} is empty or holds blanks, which a TREC run cannot hold; use csv or json`,
  );
}

function printScore(score: number): string {
  return Number.isFinite(score) ? String(score) : score > 0 ? "inf" : "-inf";
}
