import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { type Runnable, RunnableLambda } from "@langchain/core/runnables";
import { raceAbort, startCall } from "../abort.js";
import { Disposed, isRerankError, RerankTimeoutError } from "../errors.js";
import { type Check, checkOptions } from "../options.js";
import { checkScores } from "../scorers/create-scorer.js";
import { blankScore } from "../scorers/relevance-scorer.js";
import { BASE_CHECKS, CALL_CHECKS, checkThreshold } from "./checks.js";
import { makeReport, type RerankRun, readTexts, scoredCopy, startRun, unscored } from "./input-output.js";
import { INSPECT, type Inspect, inspectReranker } from "./inspect.js";
import type { BaseRerankerInput, Candidates, RerankCallOptions, RerankResult, Scored, ScoredDetails } from "./types.js";

/** Everything that one call of `rerank` needs. */
interface Call {
  readonly documents: readonly DocumentInterface[];
  readonly texts: readonly string[];
  readonly query: string;
  readonly topN: number | undefined;
  readonly threshold: number | undefined;
  readonly details: boolean;
  /** A value of `performance.now()`. */
  readonly started: number;
  /** Aborts when any of the caller's signals does, when the time is up, and when the reranker is disposed of. */
  readonly signal: AbortSignal;
  readonly callerSignals: readonly (AbortSignal | undefined)[];
}

/**
 * What all rerankers have in common: sorting, `topN`, `threshold`, the score in the metadata, abort, timeout, fallback and tracing.
 * A subclass says how candidates are scored, and nothing else.
 *
 * @example
 * class ShortestFirst extends BaseReranker {
 *   protected readonly model = "shortest-first";
 *   protected async lowestScore() { return -1e9; }
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
  readonly #owned: { dispose?(): Promise<void> }[] = [];
  /** Aborts the running calls when the reranker is disposed of. */
  #life = new AbortController();

  /**
   * @param options See {@link BaseRerankerInput}.
   * @param checks One check per option that the subclass adds. Any other option is refused.
   * @throws InvalidOptionError for an unknown option, or a value that is not allowed.
   */
  constructor(options: BaseRerankerInput = {}, checks: Readonly<Record<string, Check>> = {}) {
    super();
    checkOptions(options, { ...BASE_CHECKS, ...checks }, new.target.name);
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

  /**
   * The score of a document without text: at most the lowest of `scores`. Must not load a model.
   *
   * @param scores The scores of the other documents.
   */
  protected abstract lowestScore(scores: readonly number[]): Promise<number>;

  /** Scores the candidates, of which there is at least one. Must stop when the signal aborts. */
  protected abstract score(candidates: Candidates): Promise<Scored>;

  /** Versions of local models, and calibrations that were passed, as JSON, for keys of caches. @internal */
  async modelVersions(_options: { signal?: AbortSignal }): Promise<unknown[]> {
    return [];
  }

  /** Whether scores are probabilities, so that a threshold must lie between 0 and 1. */
  protected get isCalibrated(): boolean {
    return false;
  }

  /** Registers something that this reranker created, so that {@link dispose} frees it. */
  protected own(resource: { dispose?(): Promise<void> }): void {
    this.#owned.push(resource);
  }

  /** LangChain's interface: {@link rerank} without the report. */
  async compressDocuments(
    documents: DocumentInterface[],
    query: string,
    callbacks?: Callbacks,
  ): Promise<DocumentInterface[]> {
    return (await this.rerank(documents, query, { callbacks })).documents;
  }

  /**
   * Sorts the documents by relevance to the query. The documents passed in, and their metadata objects, are never changed. Those
   * returned are copies with the score under `scoreKey`; other metadata values are shared by reference. Equal scores keep their order.
   *
   * @throws InvalidInputError if the query is blank or something is not a document, before any work.
   * @throws InvalidOptionError if a call option is not allowed.
   * @throws RerankTimeoutError if the call takes longer than its timeout. An abort rejects with the signal's reason.
   */
  async rerank(documents: DocumentInterface[], query: string, options: RerankCallOptions = {}): Promise<RerankResult> {
    checkOptions(options, CALL_CHECKS, "rerank");
    const texts = readTexts(documents, query, this.#text);
    const callerSignals = [options.signal, this.#signal];
    const limits = startCall({
      timeout: options.timeout ?? this.timeout,
      signals: [...callerSignals, this.#life.signal],
      onTimeout: (timeout) => new RerankTimeoutError(timeout),
    });
    const call: Call = {
      documents,
      texts,
      query,
      topN: options.topN ?? this.topN,
      threshold: options.threshold ?? this.threshold,
      details: options.details ?? this.details,
      started: performance.now(),
      signal: limits.signal,
      callerSignals,
    };
    try {
      limits.signal.throwIfAborted();
      this.checkThreshold(call.threshold);
      return await this.#trace(call, options.callbacks);
    } finally {
      limits.release();
    }
  }

  /** A Runnable from `{ query, documents }` to the reranked documents. The chain's signal and callbacks reach the reranker. */
  asRunnable(): Runnable<{ query: string; documents: DocumentInterface[] }, DocumentInterface[]> {
    return RunnableLambda.from<{ query: string; documents: DocumentInterface[] }, DocumentInterface[]>(
      async (input, config) => {
        const { query, documents } = input ?? {};
        return (await this.rerank(documents, query, { signal: config.signal, callbacks: config.callbacks })).documents;
      },
    ).withConfig({ runName: `${this.constructor.name}Runnable` });
  }

  /**
   * Frees the models that this reranker created from their names, and ends its running calls with a `BackendError`. Models that were
   * passed in stay open. The next call loads the models again.
   */
  async dispose(): Promise<void> {
    if (this.#owned.length === 0) return;
    this.#life.abort(new Disposed(this.constructor.name));
    this.#life = new AbortController();
    await Promise.all(this.#owned.map((resource) => resource.dispose?.()));
  }

  /** Calls {@link dispose}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** What `console.log` shows in Node: class, model and options. */
  [INSPECT](_depth: number, options: object, inspect: Inspect): string {
    return inspectReranker(this, this.model, options, inspect);
  }

  /** @throws InvalidOptionError if scores are probabilities and the threshold is not between 0 and 1. */
  protected checkThreshold(threshold: number | undefined): void {
    if (threshold !== undefined && this.isCalibrated) checkThreshold(threshold);
  }

  async #trace(call: Call, callbacks: Callbacks | undefined): Promise<RerankResult> {
    const { documents, query } = call;
    const facts = { model: this.model, documents: documents.length };
    const run = await startRun(callbacks, this.constructor.name, { query, documents }, facts);
    try {
      const result = await this.#rank(call).catch((error) => this.#recover(error, call, run));
      await run.end(result.documents, result.report);
      return result;
    } catch (error) {
      await run.fail(error);
      throw error;
    }
  }

  async #rank(call: Call): Promise<RerankResult> {
    const { documents, query, threshold, topN, signal } = call;
    const indexes = [...call.texts.keys()].filter((index) => call.texts[index]!.trim() !== "");
    const texts = indexes.map((index) => call.texts[index]!);
    const candidates = { query, texts, documents: indexes.map((index) => documents[index]!), indexes, signal, topN };
    const scored: Scored = texts.length > 0 ? await raceAbort(signal, this.score(candidates)) : { scores: [] };
    checkScores(this.model, scored.scores, texts.length);
    // Whether the model has a calibration may be known only now.
    this.checkThreshold(threshold);
    const stated = texts.length < documents.length ? await this.lowestScore(scored.scores) : 0;
    const scores = new Array<number>(documents.length).fill(blankScore(stated, scored.scores));
    const details: (ScoredDetails | undefined)[] = [];
    for (const [position, index] of indexes.entries()) {
      scores[index] = scored.scores[position]!;
      details[index] = scored.details?.[position];
    }
    const order = scores.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
    const returned = order.filter((i) => threshold === undefined || scores[i]! >= threshold).slice(0, topN);
    return {
      documents: returned.map((index, position) => {
        const rerank = { rank: position + 1, firstRank: index + 1, scores: {}, ...details[index] };
        return scoredCopy(documents[index]!, this.scoreKey, scores[index]!, call.details ? rerank : undefined);
      }),
      report: makeReport(this.model, call.started, documents.length, returned.length, {
        scored: texts.length,
        truncated: details.filter((each) => each?.truncated).length,
        ...scored.report,
      }),
    };
  }

  /** Keeps the order if that is wanted and scoring failed; aborts by the caller and invalid input, also of another copy of this package, are thrown. */
  async #recover(error: unknown, call: Call, run: RerankRun): Promise<RerankResult> {
    const isInvalid = isRerankError(error) && /^Invalid(Input|Option)/.test(error.name);
    if (this.onError === "throw" || isInvalid || call.callerSignals.some((signal) => signal?.aborted)) throw error;
    await run.warn(error);
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const kept = call.documents.slice(0, call.topN);
    const documents = kept.map((document, index) => unscored(document, index, this.scoreKey, message));
    return {
      documents,
      report: makeReport(this.model, call.started, call.documents.length, documents.length, { error: message }),
    };
  }
}
