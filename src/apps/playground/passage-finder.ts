import type { TextSpan } from "../../text-span.js";
import type {
  PlaygroundAnswer,
  PlaygroundBackend,
  PlaygroundRequest,
  RerankMethod,
} from "../shared/playground-protocol.js";
import { cutSentences } from "./passages.js";

/** Maximum number of passages per request: few enough that the first marks appear soon. */
const PASSAGES_PER_REQUEST = 96;

/** A passage of a document that is waiting for its score. */
interface Candidate {
  index: number;
  span: TextSpan;
}

/**
 * Finds the passage of each document that the query fits best, by having the same model score its sentences. Only documents that are requested
 * cost anything.
 */
export class PassageFinder {
  readonly #backend: PlaygroundBackend;
  readonly #request: PlaygroundRequest;
  readonly #scoredPart: ReadonlyMap<number, TextSpan | undefined>;
  readonly #signal: AbortSignal;
  readonly #onFound: (index: number, passage: TextSpan) => void;
  readonly #asked = new Set<number>();
  #waiting: Candidate[][] = [];
  #working: Promise<void> | undefined;

  /** @param signal Stops the work without an error. */
  constructor(
    backend: PlaygroundBackend,
    request: PlaygroundRequest,
    answer: PlaygroundAnswer,
    signal: AbortSignal,
    onFound: (index: number, passage: TextSpan) => void,
  ) {
    this.#backend = backend;
    this.#request = request;
    this.#scoredPart = new Map(answer.results.map(({ index, passage }) => [index, passage]));
    this.#signal = signal;
    this.#onFound = onFound;
  }

  /** Requests the passages of documents; documents that were requested before are skipped. */
  want(indexes: readonly number[]): Promise<void> {
    for (const index of indexes) {
      const text = this.#request.documents[index];
      if (text === undefined || this.#asked.has(index)) continue;
      this.#asked.add(index);
      const spans = cutSentences(text, this.#scoredPart.get(index));
      // A text of one sentence needs no mark.
      if (spans.length > 1) this.#waiting.push(spans.map((span) => ({ index, span })));
    }
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#signal.aborted) {
      const batch = this.#takeBatch();
      const { query, documents } = this.#request;
      const texts = batch.map(({ index, span }) => documents[index]!.slice(span.start, span.end));
      const request = { query, documents: texts, method: ofSentences(this.#request.method) };
      const { results } = await this.#backend.rerank(request, { signal: this.#signal });
      const found = new Set<number>();
      for (const result of results) {
        const { index, span } = batch[result.index]!;
        // Best first: later passages of the same document are no better.
        if (found.has(index)) continue;
        found.add(index);
        this.#onFound(index, span);
      }
    }
  }

  #takeBatch(): Candidate[] {
    const batch = this.#waiting.shift() ?? [];
    while (this.#waiting.length > 0 && batch.length + this.#waiting[0]!.length <= PASSAGES_PER_REQUEST) {
      batch.push(...this.#waiting.shift()!);
    }
    return batch;
  }
}

/** Sentences are judged by one model: a blend over the sentences of several documents would mean nothing. */
function ofSentences(method: RerankMethod): RerankMethod {
  return method.reranker === "hybrid" ? { reranker: "cross-encoder", model: method.model } : method;
}
