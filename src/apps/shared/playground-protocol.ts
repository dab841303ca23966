import type { TextSpan } from "../../text-span.js";

/** A model that the page offers. */
export interface PlaygroundModel {
  /** What requests call it by, and what the page shows. */
  id: string;
  kind: "cross-encoder" | "late-interaction" | "embedding";
  /** ISO 639-1 codes, or `multilingual`; absent where unknown. The page warns about text in other scripts. */
  languages?: readonly string[];
}

/** How documents are put in order. `model` is the id of a cross-encoder or late-interaction model, `embeddings` that of an embedding model. */
export type RerankMethod =
  | { reranker: "cross-encoder"; model: string }
  | { reranker: "embedding"; embeddings: string }
  | {
      reranker: "hybrid";
      model: string;
      embeddings: string;
      /** Weight of the cross-encoder, 0–1. */
      alpha: number;
      /** How many of the embeddings' best the cross-encoder reads, 1 or more. */
      topK: number;
    };

/** What the page asks for. The query is not blank, and there is at least one document; documents may be blank. */
export interface PlaygroundRequest {
  query: string;
  documents: readonly string[];
  method: RerankMethod;
}

/** One document in the new order. */
export interface PlaygroundResult {
  /** Place of the document in the request, from 0. */
  index: number;
  /** What the list is sorted by: a finite number, higher is better. */
  score: number;
  /** The stages' own scores, where there is more than one. A document that the cross-encoder did not read has no `cross`. */
  stages?: { first?: number; cross?: number };
  /** The text was cut to fit the model. */
  truncated?: true;
  /** The part of a long text that its score comes from. */
  passage?: TextSpan;
}

/** The answer to a request. */
export interface PlaygroundAnswer {
  /** Every document of the request, best first; ties in the order given. */
  results: readonly PlaygroundResult[];
  /** Wall time of the scoring, without the way to the server and back. */
  milliseconds: number;
}

/** Work that takes a while before the first score: a model that is loaded or fetched. */
export interface PlaygroundProgress {
  /** As "Loading rerank-en-v1". */
  label: string;
  /** 0–1, where it is known. */
  fraction?: number;
}

/** What a call can be given beside the request. */
export interface PlaygroundCall {
  /** Stops the work; the call then rejects with the signal's reason. */
  signal: AbortSignal;
  onProgress?: (progress: PlaygroundProgress) => void;
}

/**
 * Where the page's scores come from: the server that it was loaded from, or an engine inside the page. Errors are shown with their `name` and
 * `message`, so throw this package's own errors, or a {@link PlaygroundError}.
 *
 * @example startPlayground(document.body, new HttpBackend());
 */
export interface PlaygroundBackend {
  /** One sentence for the foot of the page: where texts go. */
  readonly privacy: string;
  /** The models on offer, the default of each kind first. */
  models(call: PlaygroundCall): Promise<readonly PlaygroundModel[]>;
  /** Puts documents in order. */
  rerank(request: PlaygroundRequest, call: PlaygroundCall): Promise<PlaygroundAnswer>;
  /** Takes a key that the user typed. Only for backends that throw {@link PlaygroundError} with `needsKey`. */
  setKey?(key: string): void;
}

/** What went wrong, in words for the person at the page. */
export class PlaygroundError extends Error {
  /** The server asks for a key that it was not given, or refuses the one it was. */
  readonly needsKey: boolean;

  constructor(name: string, message: string, options: ErrorOptions & { needsKey?: boolean } = {}) {
    super(message, options);
    this.name = name;
    this.needsKey = options.needsKey ?? false;
  }
}
