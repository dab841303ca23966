import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { type Runnable, RunnableLambda } from "@langchain/core/runnables";
import { raceAbort, startCall } from "../abort.js";
import { Disposed, InvalidInputError, InvalidOptionError, RerankTimeoutError } from "../errors.js";
import { checkFlag, checkKnown, checkOneOf } from "../options.js";
import { checkCall, checkScoreKey, checkScores, readTexts } from "./checks.js";
import { copyWith, makeReport, unscored } from "./results.js";
import { type RerankRun, startRun } from "./tracing.js";
import type {
  BaseRerankerInput,
  RerankCallOptions,
  RerankDetails,
  RerankMilliseconds,
  RerankReport,
  RerankResult,
} from "./types.js";

/** Names of the options in {@link BaseRerankerInput}; subclasses add their own. */
export const BASE_OPTIONS = [
  "topN",
  "threshold",
  "scoreKey",
  "text",
  "details",
  "timeout",
  "signal",
  "onError",
] as const;

/** What a reranker is given to score: the documents whose text is not blank. */
export interface Candidates {
  readonly query: string;
  readonly texts: readonly string[];
  /** The documents that the texts are of, place by place. */
  readonly documents: readonly DocumentInterface[];
  readonly signal: AbortSignal;
  /** How many documents the call returns at most; undefined for all. */
  readonly topN?: number | undefined;
}

/** What a reranker makes of its candidates. */
export interface Scored {
  /** One finite number a candidate, in the order given. */
  readonly scores: readonly number[];
  /** What `metadata.rerank` says of each candidate beyond its ranks. */
  readonly details?: readonly Omit<RerankDetails, "rank" | "firstRank">[];
  readonly report?: ScoredReport;
}

/** What a reranker reports about scoring; the base class adds the rest. */
export type ScoredReport = Partial<Omit<RerankReport, "milliseconds">> & {
  milliseconds?: Partial<RerankMilliseconds>;
};

/** Names of the options in {@link RerankCallOptions}. */
const CALL_OPTIONS = ["topN", "threshold", "timeout", "signal", "callbacks"];

/**
 * Everything that rerankers have in common: order, `topN`, `threshold`, the score in the metadata, abort, timeout, fallback and
 * tracing. Subclasses say how candidates are scored, and nothing else.
 *
 * @example
 * class ShortestFirst extends BaseReranker {
 *   protected readonly model = "shortest-first";
 *   protected async lowestScore() { return -Number.MAX_VALUE; }
 *   protected async score({ texts }: Candidates) { return { scores: texts.map((text) => -text.length) }; }
 * }
 */
export abstract class BaseReranker extends BaseDocumentCompressor {
  readonly topN: number | undefined;
  readonly threshold: number | undefined;
  readonly scoreKey: string;
  readonly details: boolean;
  readonly timeout: number | undefined;
  readonly onError: "throw" | "keep-order";
  readonly #text: (document: DocumentInterface) => string;
  readonly #signal: AbortSignal | undefined;
  /** Aborts when what this reranker owns is disposed of. */
  #life = new AbortController();

  /**
   * @param options See {@link BaseRerankerInput}.
   * @param ownOptions Names of the options that the subclass adds; any other name is refused.
   * @throws InvalidOptionError
   */
  constructor(options: BaseRerankerInput = {}, ownOptions: readonly string[] = []) {
    super();
    checkKnown(options, [...BASE_OPTIONS, ...ownOptions], new.target.name);
    checkCall(options);
    checkOneOf("onError", options.onError, ["throw", "keep-order"]);
    checkFlag("details", options.details);
    checkScoreKey(options.scoreKey);
    if (options.text !== undefined && typeof options.text !== "function")
      throw new InvalidOptionError("text", options.text, "a function from a document to the text to score");
    this.topN = options.topN;
    this.threshold = options.threshold;
    this.scoreKey = options.scoreKey ?? "sim";
    this.details = options.details ?? false;
    this.timeout = options.timeout;
    this.onError = options.onError ?? "throw";
    this.#text = options.text ?? ((document) => document.pageContent);
    this.#signal = options.signal;
  }

  /** Name of the model, for reports and traces. */
  protected abstract get model(): string;

  /** The score of a document without text: as low as this reranker's scores can be. Loads no model. */
  protected abstract lowestScore(scores: readonly number[]): Promise<number>;

  /** Scores the candidates, of which there is at least one; must stop when the signal aborts. */
  protected abstract score(candidates: Candidates): Promise<Scored>;

  /** Ends the calls that are under way, for a subclass that disposes of what they run on: wherever they stand, they open nothing anew. */
  protected endCalls(): void {
    this.#life.abort(new Disposed(this.constructor.name));
    this.#life = new AbortController();
  }

  /** LangChain's interface; {@link rerank} without the report. */
  async compressDocuments(
    documents: DocumentInterface[],
    query: string,
    callbacks?: Callbacks,
  ): Promise<DocumentInterface[]> {
    return (await this.rerank(documents, query, { callbacks })).documents;
  }

  /**
   * Puts the documents in order of relevance to the query. The documents given, and their metadata, are left as they are; those
   * returned are new, hold the same values by reference, and a score under `scoreKey`. Ties keep the order given.
   *
   * @throws InvalidInputError for a blank query or something that is no document, before any work.
   * @throws InvalidOptionError for a bad call option.
   * @throws RerankTimeoutError past the timeout. An abort rejects with the signal's reason.
   */
  async rerank(documents: DocumentInterface[], query: string, options: RerankCallOptions = {}): Promise<RerankResult> {
    checkKnown(options, CALL_OPTIONS, "rerank");
    checkCall(options);
    const texts = readTexts(documents, query, this.#text);
    const started = performance.now();
    const call = { topN: options.topN ?? this.topN, threshold: options.threshold ?? this.threshold };
    const timeout = options.timeout ?? this.timeout;
    const deadline = startCall({
      timeout,
      signals: [options.signal, this.#signal, this.#life.signal],
      onTimeout: (limit) => new RerankTimeoutError(limit),
    });
    try {
      if (deadline.signal.aborted) throw deadline.signal.reason;
      const run = await startRun(
        options.callbacks,
        this.constructor.name,
        { query, documents },
        { model: this.model, documents: documents.length },
      );
      try {
        const result = await this.#rank(documents, texts, query, call, started, deadline.signal).catch((error) =>
          this.#recover(error, documents, call.topN, started, run, [options.signal, this.#signal]),
        );
        await run.end(result.documents, result.report);
        return result;
      } catch (error) {
        await run.fail(error);
        throw error;
      }
    } finally {
      deadline.release();
    }
  }

  /** A Runnable from `{ query, documents }` to the reranked documents; signal and callbacks of the chain reach the reranker. */
  asRunnable(): Runnable<{ query: string; documents: DocumentInterface[] }, DocumentInterface[]> {
    return RunnableLambda.from<{ query: string; documents: DocumentInterface[] }, DocumentInterface[]>(
      async (input, config) => {
        const { query, documents } = input ?? {};
        return (await this.rerank(documents, query, { signal: config.signal, callbacks: config.callbacks })).documents;
      },
    ).withConfig({ runName: `${this.constructor.name}Runnable` });
  }

  async #rank(
    documents: readonly DocumentInterface[],
    texts: readonly string[],
    query: string,
    call: { topN: number | undefined; threshold: number | undefined },
    started: number,
    signal: AbortSignal,
  ): Promise<RerankResult> {
    const filled = texts.flatMap((text, index) => (text.trim() === "" ? [] : [index]));
    const filledTexts = filled.map((i) => texts[i]!);
    const candidates = {
      query,
      texts: filledTexts,
      documents: filled.map((i) => documents[i]!),
      signal,
      topN: call.topN,
    };
    const scored: Scored = filled.length > 0 ? await raceAbort(signal, this.score(candidates)) : { scores: [] };
    checkScores(this.model, scored.scores, filled.length);
    const lowest = filled.length < texts.length ? await this.lowestScore(scored.scores) : 0;
    const scores = new Array<number>(texts.length).fill(lowest);
    const details = texts.map((): Omit<RerankDetails, "rank" | "firstRank"> => ({ scores: {} }));
    filled.forEach((index, place) => {
      scores[index] = scored.scores[place]!;
      details[index] = scored.details?.[place] ?? { scores: {} };
    });
    const order = scores.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
    const kept = order
      .filter((index) => call.threshold === undefined || scores[index]! >= call.threshold)
      .slice(0, call.topN);
    return {
      documents: kept.map((index, place) => {
        const rerank: RerankDetails = { rank: place + 1, firstRank: index + 1, ...details[index]! };
        return copyWith(documents[index]!, { [this.scoreKey]: scores[index]!, ...(this.details ? { rerank } : {}) });
      }),
      report: makeReport(this.model, started, documents.length, kept.length, {
        scored: filled.length,
        ...scored.report,
      }),
    };
  }

  /** Keeps the order where that is wanted and the failure is one of scoring, not the caller's own abort. */
  async #recover(
    error: unknown,
    documents: readonly DocumentInterface[],
    topN: number | undefined,
    started: number,
    run: RerankRun,
    signals: readonly (AbortSignal | undefined)[],
  ): Promise<RerankResult> {
    if (this.onError === "throw" || error instanceof InvalidInputError || signals.some((signal) => signal?.aborted))
      throw error;
    await run.warn(error);
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const kept = documents.slice(0, topN).map((document, index) => unscored(document, index, this.scoreKey, message));
    return {
      documents: kept,
      report: makeReport(this.model, started, documents.length, kept.length, { error: message }),
    };
  }
}
