import { InvalidOptionError, InvalidResponseError } from "../../errors.js";
import {
  type Activation,
  checkOptionNames,
  type HttpClientOptions,
  settleClient,
  wholeNumber,
} from "../http/options.js";
import { readUsage, scatter, sumUsage } from "../http/parse-scores.js";
import { PROVIDERS } from "../http/providers.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import { activate, resolveActivation } from "../remote/activation.js";
import type { CallDeadline } from "../remote/deadline.js";
import { race, type Stop } from "../remote/deadline.js";
import { readVariable } from "../remote/environment.js";
import { createRedact, type Redact } from "../remote/redact.js";
import { type Attempt, withRetries } from "../remote/retry.js";
import { runAll } from "../remote/run-all.js";
import { Semaphore } from "../remote/semaphore.js";
import { splitTexts } from "../remote/split.js";
import { prepareTexts, restore } from "../remote/texts.js";
import { toFault } from "./provider-fault.js";
import type { AiSdkRanking, AiSdkRerankingModel } from "./reranking-model.js";

/** Options of {@link AiSdkCrossEncoder}. `timeout`, `retries` and `maxConcurrency` are as for `HttpCrossEncoder`. */
export interface AiSdkCrossEncoderOptions
  extends Pick<HttpClientOptions, "headers" | "timeout" | "retries" | "maxConcurrency"> {
  /** A model of any AI SDK provider: `cohere.reranking("rerank-v3.5")`, `bedrock.reranking(…)`, … */
  model: AiSdkRerankingModel;
  /** Passed on to the provider: `{ cohere: { maxTokensPerDoc: 2048 } }`. */
  providerOptions?: Record<string, Record<string, unknown>>;
  /**
   * Texts a call. Providers differ; lower it if yours refuses.
   * @default 100
   */
  maxBatchSize?: number;
  /** @default "identity", the number as the provider gives it */
  activation?: Activation;
}

/**
 * Scores by a reranking model of the Vercel AI SDK (5.1 and later: `RerankingModelV3` and `V4`), and so by every provider that it has.
 * Settings of the provider itself, its key among them, are the model's.
 *
 * @throws InvalidOptionError from the constructor.
 *
 * @example
 * import { cohere } from "@ai-sdk/cohere";
 * const model = new AiSdkCrossEncoder({ model: cohere.reranking("rerank-v3.5") });
 * const reranker = new CrossEncoderReranker({ model, topN: 3 });
 */
export class AiSdkCrossEncoder implements RelevanceScorer {
  /** Provider and model, as the AI SDK names them. */
  readonly model: string;
  readonly lowestScore?: number;
  // Private, since a provider's model holds its key.
  readonly #model: AiSdkRerankingModel;
  readonly #passed: { headers?: Record<string, string>; providerOptions?: Record<string, Record<string, unknown>> };
  readonly #settings: { timeout: number; retries: number; maxTexts: number };
  readonly #semaphore: Semaphore;
  readonly #redact: Redact;
  readonly #activation: ((score: number) => number) | undefined;

  constructor(options: AiSdkCrossEncoderOptions) {
    const { model, headers, providerOptions, activation } = options ?? {};
    if (typeof model?.doRerank !== "function") {
      throw new InvalidOptionError(
        "model",
        model,
        'a reranking model of the AI SDK, as `cohere.reranking("rerank-v3.5")`',
      );
    }
    checkOptionNames(options, ["model", "providerOptions", "maxBatchSize", "activation"], "AiSdkCrossEncoder");
    const { timeout, retries, maxConcurrency } = settleClient("ai-sdk", options);
    this.model = `${model.provider}:${model.modelId}`;
    this.#model = model;
    this.#settings = { timeout, retries, maxTexts: wholeNumber("maxBatchSize", options.maxBatchSize, 100, 1) };
    this.#semaphore = new Semaphore(maxConcurrency);
    this.#passed = { ...(headers ? { headers: { ...headers } } : {}), ...(providerOptions ? { providerOptions } : {}) };
    this.#redact = createRedact([...Object.values(headers ?? {}), ...environmentKeys()]);
    this.#activation = resolveActivation(activation);
    if (activation === "sigmoid") this.lowestScore = 0;
  }

  /**
   * @returns One finite number a text, in the order given. Blank texts are not sent.
   * @throws InvalidInputError for a blank query. BackendError when the provider fails. InvalidResponseError when its ranking does not
   * hold every text once. RerankTimeoutError. The signal's reason.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    options.signal?.throwIfAborted();
    if (Array.isArray(texts) && texts.length === 0) return [];
    const input = prepareTexts(query, texts);
    const chunks = splitTexts(input.texts, this.#settings.maxTexts);
    const limits = { timeout: this.#settings.timeout, semaphore: this.#semaphore, signal: options.signal };
    const { results, milliseconds } = await runAll(chunks, limits, (chunk, deadline) =>
      this.#rank(input.query, [...chunk.texts], deadline),
    );
    const raw = results.flatMap((result) => result.scores);
    const scores = this.#activation ? activate(this.model, this.#activation, raw) : raw;
    const usage = sumUsage(results.map((result) => result.usage));
    const place = (values: readonly number[], blank: number) => restore(values, input.positions, texts.length, blank);
    options.onReport?.({
      model: this.model,
      batches: results.length,
      retries: results.reduce((total, { retries }) => total + retries, 0),
      milliseconds: { request: milliseconds },
      ...(this.#activation ? { raw: place(raw, -Number.MAX_VALUE) } : {}),
      ...(Object.keys(usage).length > 0 ? { usage } : {}),
    });
    return place(scores, this.lowestScore ?? -Number.MAX_VALUE);
  }

  async #rank(query: string, values: string[], deadline: CallDeadline) {
    const attempt = () => this.#attempt(query, values, deadline);
    const { value, retries } = await withRetries(attempt, this.#settings.retries, deadline);
    const { ranking, usage, response } = value;
    if (!Array.isArray(ranking)) throw new InvalidResponseError(this.model, "it holds no ranking");
    const scored = (ranking as AiSdkRanking["ranking"]).map(({ index, relevanceScore }) => ({
      index,
      score: relevanceScore,
    }));
    return {
      scores: scatter(this.model, scored, values.length),
      retries,
      usage: { ...readUsage(response?.body), ...readUsage({ usage }) },
    };
  }

  async #attempt(query: string, values: string[], stop: Stop): Promise<Attempt<AiSdkRanking>> {
    const call = { ...this.#passed, query, documents: { type: "text" as const, values }, abortSignal: stop.signal };
    try {
      const work = Promise.resolve(this.#model.doRerank(call));
      return { value: await race(work, stop) };
    } catch (error) {
      stop.signal.throwIfAborted();
      return { fault: toFault(this.model, error, this.#redact) };
    }
  }
}

/** Keys that the providers of the AI SDK read by themselves, lest a server echo one. */
function environmentKeys(): string[] {
  const names = Object.values(PROVIDERS).flatMap(({ keyVariables }) => keyVariables);
  return names.map((name) => readVariable([name])).filter((value) => value !== undefined);
}
