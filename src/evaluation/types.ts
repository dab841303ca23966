/** Values by id: a Map or a plain object. */
export type ById<T> = ReadonlyMap<string, T> | Readonly<Record<string, T>>;

/**
 * Relevance judgments: query id → document id → grade, an integer. 0 means "judged, not relevant"; a negative grade means
 * "not judged", as in trec_eval.
 */
export type Qrels = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * A run: query id → document id → score. Higher is better; ±Infinity is allowed, NaN is not. Only the scores decide the order, not the
 * order within the map.
 */
export type Run = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** A document of a corpus. */
export interface CorpusDocument {
  /** Identifies the document in runs and qrels. */
  id: string;
  /** Empty if there is none. */
  title: string;
  /** The text without the title. */
  text: string;
}

/** Something in the data that changes the meaning of a mean. It is counted and reported instead of ignored. */
export interface DataWarning {
  /** Stable identifier, suitable for a `switch`. */
  code:
    | "byte-order-mark"
    | "mixed-separators"
    | "duplicate-row"
    | "query-without-qrels"
    | "query-without-run"
    | "query-without-relevant"
    | "qrels-without-query"
    | "qrels-without-document"
    | "query-among-candidates"
    | "fallback"
    | "incomplete-cache-line";
  /** How many times it was found. */
  count: number;
  /** One sentence; for files, with the file and the line of the first case. */
  message: string;
  /** Path of the file, if the data came from one. */
  file?: string;
  /** 1-based line of the first case. */
  line?: number;
  /** Up to five ids or lines. */
  examples: readonly string[];
}

/** Receives warnings, each kind once with its count. */
export type WarningHandler = (warning: DataWarning) => void;
