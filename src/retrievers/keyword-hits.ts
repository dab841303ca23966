import { Document } from "@langchain/core/documents";
import { describe, InvalidInputError } from "../errors.js";
import { type Checks, checkOptions, functionFor } from "../options.js";
import { metadataKey } from "../rerankers/checks.js";

/** How hits of a keyword index become documents. */
export interface KeywordHitOptions<Hit> {
  /** Returns the text of a hit. */
  text: (hit: Hit) => string;
  /** Metadata key that the score is written to, for `firstStageKey`. @default "score" */
  key?: string | undefined;
}

/** A result of MiniSearch; stored fields are further properties. */
export interface MiniSearchHit {
  /** The document's ID in the index. */
  id: unknown;
  /** BM25+, 0 or more; higher is better. */
  score: number;
  [field: string]: unknown;
}

/** A hit of Orama. */
export interface OramaHit<Fields = Record<string, unknown>> {
  /** The document's ID in the index. */
  id: string;
  /** BM25, or a cosine in vector searches; higher is better. */
  score: number;
  /** The stored fields. */
  document: Fields;
}

/** A row of an FTS5 table that was selected with its `rank`. */
export interface Fts5Row {
  /** A negative number; lower is better. */
  rank: number;
  [column: string]: unknown;
}

const CHECKS = {
  text: functionFor("a function from a hit to its text"),
  key: metadataKey,
} satisfies Checks<KeywordHitOptions<never>>;

/** Fields of MiniSearch results that say how a document matched. */
const MATCH_FIELDS = ["id", "score", "terms", "queryTerms", "match"];

/**
 * Turns results of MiniSearch into documents with a first-stage score. Stored fields become metadata.
 *
 * @throws InvalidInputError if `results` is not an array, or a result has no score or no text.
 * @throws InvalidOptionError for an unknown option, or a value that is not allowed.
 * @example
 * const documents = fromMiniSearch(index.search(query), { text: (hit) => hit.text });
 */
export function fromMiniSearch<Hit extends { id: unknown; score: number }>(
  results: readonly Hit[],
  options: KeywordHitOptions<Hit>,
): Document[] {
  checkCall("fromMiniSearch", "results", results, options);
  return results.map((hit, i) => {
    const fields = Object.entries(hit).filter(([name]) => !MATCH_FIELDS.includes(name));
    return toDocument(hit, `results[${i}].score`, hit.score, Object.fromEntries(fields), hit.id, options);
  });
}

/**
 * Turns hits of Orama into documents with a first-stage score. Fields of the indexed document become metadata.
 *
 * @throws InvalidInputError if `hits` is not an array, or a hit has no score or no text.
 * @throws InvalidOptionError for an unknown option, or a value that is not allowed.
 * @example
 * const documents = fromOrama((await search(db, { term: query, limit: 50 })).hits, { text: (hit) => hit.document.text });
 */
export function fromOrama<Hit extends OramaHit<object>>(
  hits: readonly Hit[],
  options: KeywordHitOptions<Hit>,
): Document[] {
  checkCall("fromOrama", "hits", hits, options);
  return hits.map((hit, i) => toDocument(hit, `hits[${i}].score`, hit.score, { ...hit.document }, hit.id, options));
}

/**
 * Below this, an FTS5 score comes from words that occur in half of the rows or more. SQLite gives them a weight of about 1e-6, so that their
 * scores differ only by noise, which a normalization over the list would stretch to the whole range.
 */
const FTS5_NOISE = 1e-4;

/**
 * Turns rows of an SQLite FTS5 table into documents with a first-stage score. FTS5's `rank` is negative and lower is better, so the score is
 * its opposite, and 0 for rows that match only words that occur in half of the rows. Columns become metadata.
 *
 * @throws InvalidInputError if `rows` is not an array, or a row has no `rank` or no text.
 * @throws InvalidOptionError for an unknown option, or a value that is not allowed.
 * @example
 * const rows = db.prepare("SELECT rowid AS id, text, rank FROM t WHERE t MATCH ? ORDER BY rank LIMIT 50").all(match);
 * const documents = fromFts5(rows, { text: (row) => row.text });
 */
export function fromFts5<Row extends { rank: number }>(
  rows: readonly Row[],
  options: KeywordHitOptions<Row>,
): Document[] {
  checkCall("fromFts5", "rows", rows, options);
  return rows.map((row, i) => {
    const { rank, id, ...columns } = row as Row & { id?: unknown };
    if (rank > 0)
      throw new InvalidInputError(`rows[${i}].rank`, `ranks of FTS5 are never above 0, but this is ${rank}.`);
    // Null, the rank of a search without MATCH, would count as 0. It is refused as a score.
    const score = typeof rank !== "number" ? rank : rank > -FTS5_NOISE ? 0 : -rank;
    return toDocument(row, `rows[${i}].rank`, score, columns, id, options);
  });
}

/** @param name Name of the argument that the hits were passed as. */
function checkCall(owner: string, name: string, hits: unknown, options: unknown): void {
  checkOptions(options, CHECKS, owner);
  CHECKS.text("text", (options as Partial<KeywordHitOptions<never>>).text);
  if (!Array.isArray(hits)) throw new InvalidInputError(name, `expected an array, got ${describe(hits)}.`);
  for (const [i, hit] of hits.entries()) {
    if (typeof hit !== "object" || !hit)
      throw new InvalidInputError(`${name}[${i}]`, `expected an object, got ${describe(hit)}.`);
  }
}

function toDocument<Hit>(
  hit: Hit,
  input: string,
  score: number,
  metadata: Record<string, unknown>,
  id: unknown,
  { text, key = "score" }: KeywordHitOptions<Hit>,
): Document {
  if (!Number.isFinite(score)) throw new InvalidInputError(input, `expected a finite number, got ${describe(score)}.`);
  const pageContent = text(hit);
  if (typeof pageContent !== "string")
    throw new InvalidInputError(
      input.replace(/\.\w+$/, ""),
      "the `text` option returned something that is not a string.",
    );
  const isGiven = id !== undefined && id !== null;
  return new Document({ pageContent, metadata: { ...metadata, [key]: score }, ...(isGiven && { id: String(id) }) });
}
