import { parseScore } from "../../../evaluation/files/numbers.js";
import { CliError } from "../failure.js";
import { fileLines } from "./file-lines.js";

/** The documents of one query of a run, in the order of the file. */
export interface RunQuery {
  query: string;
  documents: string[];
  /** Line of each document, counted from 1. */
  lines: number[];
}

/** Six fields between blanks or tabs; any white space may surround the row. */
const ROW = /^\s*(\S[^ \t]*)[ \t]+[^ \t]+[ \t]+([^ \t]+)[ \t]+[^ \t]+[ \t]+([^ \t]+)[ \t]+(?:[^ \t]*\S)\s*$/;

/**
 * Reads a TREC run query by query, in memory that does not grow with the run. A query ends where another begins.
 *
 * @throws CliError naming file and line for a row that is not TREC, an id that cannot be written to a run, or a document that appears twice for
 * a query.
 */
export async function* runQueries(path: string, signal: AbortSignal): AsyncGenerator<RunQuery> {
  let open: RunQuery | undefined;
  let seen = new Set<string>();
  for await (const lines of fileLines(path, signal)) {
    for (const { text, number } of lines) {
      if (text.trim() === "") continue;
      const [, query = "", document = "", score] = ROW.exec(text) ?? [];
      if (score === undefined || parseScore(score) === undefined) {
        throw new CliError(`${path}:${number}: not a row of a TREC run, which is: query Q0 document rank score tag.`);
      }
      const spaced = [query, document].find((id) => /\s/.test(id));
      if (spaced !== undefined) {
        const problem = `the id ${JSON.stringify(spaced)} contains white space that is no blank, which a TREC run cannot store`;
        throw new CliError(`${path}:${number}: ${problem}. Rename it in the data.`);
      }
      if (open?.query !== query) {
        if (open) yield open;
        open = { query, documents: [], lines: [] };
        seen = new Set();
      }
      if (seen.has(document)) {
        throw new CliError(`${path}:${number}: the document "${document}" appears twice for the query "${query}".`);
      }
      seen.add(document);
      open.documents.push(document);
      open.lines.push(number);
    }
  }
  if (open) yield open;
}
