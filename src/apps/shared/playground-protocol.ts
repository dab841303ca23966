import type { TextSpan } from "../../text-span.js";

/** A model that the page offers. */
export interface PlaygroundModel {
  /** The name in requests and on the page. */
  id: string;
  kind: "cross-encoder" | "late-interaction" | "embedding";
  /** ISO 639-1 codes, or `multilingual`; absent if unknown. The page warns about text in other scripts. */
  languages?: readonly string[];
}

/** How documents are ranked. `model` is the id of a cross-encoder or late-interaction model, `embeddings` that of an embedding model. */
export type RerankMethod =
  | { reranker: "cross-encoder"; model: string }
  | { reranker: "embedding"; embeddings: string }
  | {
      reranker: "hybrid";
      model: string;
      embeddings: string;
      /** Weight of the cross-encoder, 0–1. */
      alpha: number;
      /** How many of the best documents by embeddings the cross-encoder reads, 1 or more. */
      topK: number;
    };

/** A request of the page. The query is not blank, and there is at least one document; documents may be blank. */
export interface PlaygroundRequest {
  query: string;
  documents: readonly string[];
  method: RerankMethod;
}

/** One ranked document. */
export interface PlaygroundResult {
  /** Index of the document in the request. */
  index: number;
  /** The score that the list is sorted by: a finite number, higher is better. */
  score: number;
  /** The score of each stage, if there are two. A document that the cross-encoder did not read has no `cross`. */
  stages?: { first?: number; cross?: number };
  /** The text was truncated to fit the model. */
  truncated?: true;
  /** The part of a long text that its score comes from. */
  passage?: TextSpan;
}

/** The answer to a request. */
export interface PlaygroundAnswer {
  /** Every document of the request, best first; ties in the order given. */
  results: readonly PlaygroundResult[];
  /** Wall time of the scoring, without the network. */
  milliseconds: number;
}

/** Work that takes a while before the first score: a model that is loaded or fetched. */
export interface PlaygroundProgress {
  /** Such as "Loading rerank-en-v1". */
  label: string;
  /** Between 0 and 1; absent if unknown. */
  fraction?: number;
}

/** Options of a call. */
export interface PlaygroundCall {
  /** Stops the call, which then rejects with the signal's reason. */
  signal: AbortSignal;
  onProgress?: (progress: PlaygroundProgress) => void;
}

/**
 * Where the page's scores come from: the server that it was loaded from, or an engine inside the page. Errors are shown with their `name` and
 * `message`, so throw errors of this package, or a {@link PlaygroundError}.
 *
 * @example startPlayground(document.body, new HttpBackend());
 */
export interface PlaygroundBackend {
  /** One sentence for the footer of the page: where texts go. */
  readonly privacy: string;
  /** The models on offer, the default of each kind first. */
  models(call: PlaygroundCall): Promise<readonly PlaygroundModel[]>;
  /** Ranks documents. */
  rerank(request: PlaygroundRequest, call: PlaygroundCall): Promise<PlaygroundAnswer>;
  /** Takes a key that the user typed. Only for backends that throw {@link PlaygroundError} with `needsKey`. */
  setKey?(key: string): void;
}

/** An error whose message is for the person at the page. */
export class PlaygroundError extends Error {
  /** The server needs a key, or refuses the one that was sent. */
  readonly needsKey: boolean;

  constructor(name: string, message: string, options: ErrorOptions & { needsKey?: boolean } = {}) {
    super(message, options);
    this.name = name;
    this.needsKey = options.needsKey ?? false;
  }
}
