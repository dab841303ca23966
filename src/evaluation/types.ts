/** A value by query id, then by document id. Plain objects and Maps are both taken; functions of this package return Maps. */
export type NestedNumbers =
  | ReadonlyMap<string, ReadonlyMap<string, number>>
  | Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Relevance judgements: query id → document id → grade, an integer. 0 is "judged, not relevant"; a negative grade means
 * "not judged", as trec_eval has it.
 */
export type Qrels = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** A run: query id → document id → score, higher is better, ±Infinity allowed, NaN not. Order within the map means nothing. */
export type Run = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** One value per query id. */
export type PerQuery = ReadonlyMap<string, number>;

/** A document of a corpus. */
export interface CorpusDocument {
  id: string;
  /** Empty where there is none. */
  title: string;
  text: string;
}

/** Something in the data that changes what a mean stands for, found and counted instead of passed over. */
export interface DataWarning {
  /** Stable identifier, fit for a switch. */
  code:
    | "byte-order-mark"
    | "mixed-separators"
    | "doubled-row"
    | "query-without-qrels"
    | "query-without-run"
    | "query-without-relevant"
    | "qrels-without-query"
    | "qrels-without-document"
    | "fallback"
    | "incomplete-cache-line";
  /** How many times it was found. */
  count: number;
  /** One sentence, with the file and the line of the first one where it comes from a file. */
  message: string;
  file?: string;
  /** 1-based line of the first one. */
  line?: number;
  /** Up to five ids or places. */
  examples: readonly string[];
}

/** Receives counted warnings. Default everywhere: `console.warn`. */
export type WarningHandler = (warning: DataWarning) => void;
