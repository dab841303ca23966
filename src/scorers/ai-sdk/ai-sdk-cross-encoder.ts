import { describe, InvalidResponseError } from "../../errors.js";
import { type Checks, callSignal, expecting, positiveInteger } from "../../options.js";
import type { Attempt } from "../../retry.js";
import { LOWEST_SCORE, type RelevanceScorer, type ScoreOptions } from "../relevance-scorer.js";
import { callModel } from "../remote/call-model.js";
import { type Call, RequestRunner } from "../remote/client.js";
import { readHeaders } from "../remote/connection.js";
import { libraryKeys } from "../remote/environment.js";
import { isListwise, refuseSplit } from "../remote/listwise.js";
import { CLIENT_CHECKS, checkRemoteOptions, clientSettings, type HttpClientOptions } from "../remote/options.js";
import { toFault } from "../remote/provider-fault.js";
import { createRedact, type Redact } from "../remote/redact.js";
import {
  type Activation,
  activate,
  activationCheck,
  readUsage,
  requestReport,
  resolveActivation,
  scatter,
  scoreWarnings,
} from "../remote/scores.js";
import { prepareTexts, splitTexts } from "../remote/texts.js";
import { type AiSdkRanking, type AiSdkRerankingModel, isGatewayName, resolveModel } from "./reranking-model.js";

/** Options of {@link AiSdkCrossEncoder}. `headers`, `timeout`, `retries` and `maxConcurrency` are those of `HttpCrossEncoder`. */
export interface AiSdkCrossEncoderOptions
  extends Pick<HttpClientOptions, "headers" | "timeout" | "retries" | "maxConcurrency"> {
  /**
   * A reranking model of any AI SDK provider, such as `cohere.reranking("rerank-v3.5")`, or the name of a model of the AI SDK's default
   * provider, which is the Vercel AI Gateway: `"cohere/rerank-v3.5"`. A name needs the package `ai`.
   */
  model: AiSdkRerankingModel | string;
  /** Passed on to the provider: `{ cohere: { maxTokensPerDoc: 2048 } }`. */
  providerOptions?: Record<string, Record<string, unknown>> | undefined;
  /**
   * Texts per request. Providers differ; lower it if yours refuses.
   * @default 100
   */
  maxBatchSize?: number | undefined;
  /**
   * Converts the provider's scores to `sim`.
   * @default "identity", the number as the provider gives it
   */
  activation?: Activation | undefined;
}

const CHECKS = {
  headers: CLIENT_CHECKS.headers,
  timeout: CLIENT_CHECKS.timeout,
  retries: CLIENT_CHECKS.retries,
  maxConcurrency: CLIENT_CHECKS.maxConcurrency,
  model: expecting(
    'a reranking model of the AI SDK such as `cohere.reranking("rerank-v3.5")`, or the name of one of its gateway such as "cohere/rerank-v3.5"',
    (value) => isGatewayName(value) || typeof (value as AiSdkRerankingModel | null)?.doRerank === "function",
  ),
  providerOptions: expecting(
    "an object of objects, one per provider",
    (value) => typeof value === "object" && value !== null,
  ),
  maxBatchSize: positiveInteger,
  activation: activationCheck,
} satisfies Checks<Required<AiSdkCrossEncoderOptions>>;

/**
 * Scores with a reranking model of the Vercel AI SDK (`RerankingModelV3` and `V4`, AI SDK 6 and 7), and so with every provider that it has.
 * The provider's settings, its key among them, belong to the model.
 *
 * @throws InvalidOptionError from the constructor for an invalid option.
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
  /** True for listwise models, whose scores depend on the other texts of the request. */
  readonly scoresHoldWithinRequest?: boolean;
  // Private, because the model of a provider holds its key.
  readonly #model: AiSdkRerankingModel | string;
  readonly #passed: { headers?: Record<string, string>; providerOptions?: Record<string, Record<string, unknown>> };
  readonly #maxTexts: number;
  readonly #runner: RequestRunner;
  readonly #redact: Redact;
  readonly #activation: Activation | undefined;

  constructor(options: AiSdkCrossEncoderOptions) {
    const { model, providerOptions, activation, maxBatchSize = 100 } = options ?? {};
    CHECKS.model("model", model);
    checkRemoteOptions(options, CHECKS, "AiSdkCrossEncoder");
    const headers = readHeaders(options.headers);
    this.model = typeof model === "string" ? model : `${model.provider}:${model.modelId}`;
    this.#model = model;
    this.#maxTexts = maxBatchSize;
    this.#runner = new RequestRunner(clientSettings("ai-sdk", options));
    this.#passed = {
      ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
      ...(providerOptions ? { providerOptions } : {}),
    };
    this.#redact = createRedact([...headers.map(([, value]) => value), ...libraryKeys()]);
    this.#activation = activation;
    if (activation === "sigmoid") this.lowestScore = 0;
    if (isListwise(this.model)) this.scoresHoldWithinRequest = true;
  }

  /**
   * @returns One finite number per text, in the order of `texts`. Blank texts are not sent.
   * @throws InvalidInputError if the query is blank, or if the texts for a listwise model do not fit into one request. BackendError if the
   * provider fails. InvalidResponseError if its ranking does not have every text exactly once. MissingDependencyError if the model is a
   * name and the package `ai` is not installed. RerankTimeoutError after `timeout`. The signal's reason after an abort.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    callSignal(options)?.throwIfAborted();
    if (Array.isArray(texts) && texts.length === 0) return [];
    const input = prepareTexts(query, texts);
    const model = await resolveModel(this.#model);
    const chunks = splitTexts(input.query, input.texts, { maxTexts: this.#maxTexts });
    if (this.scoresHoldWithinRequest) refuseSplit(this.model, input.texts.length, chunks.length);
    const outcome = await this.#runner.each(
      chunks,
      (chunk, call) => this.#rank(model, input.query, chunk, call),
      options.signal,
    );
    const raw = outcome.results.flatMap((result) => result.scores);
    const activation = resolveActivation(this.#activation);
    const scores = activation ? activate(this.model, activation, raw) : raw;
    const usage = outcome.results.map((result) => result.usage);
    const warnings = scoreWarnings({ texts: input.texts, raw, activation: this.#activation, probabilities: false });
    options.onReport?.({
      ...requestReport(this.model, outcome, usage, warnings),
      ...(activation ? { raw: input.restore(raw, LOWEST_SCORE) } : {}),
      ...(this.scoresHoldWithinRequest ? { scoresHoldWithinRequest: true } : {}),
    });
    return input.restore(scores, this.lowestScore ?? LOWEST_SCORE);
  }

  async #rank(model: AiSdkRerankingModel, query: string, values: string[], call: Call) {
    const answer = await call.attempt(
      (): Promise<Attempt<AiSdkRanking | undefined>> =>
        callModel(
          call.signal,
          () =>
            model.doRerank({
              ...this.#passed,
              query,
              documents: { type: "text", values: [...values] },
              abortSignal: call.signal,
            }),
          (error) => toFault(this.model, error, this.#redact),
        ),
    );
    const { ranking, usage, response } = answer ?? {};
    if (!Array.isArray(ranking)) throw new InvalidResponseError(this.model, "it has no ranking");
    const scored = (ranking as (AiSdkRanking["ranking"][number] | null)[]).map((entry, position) => {
      if (typeof entry !== "object" || !entry)
        throw new InvalidResponseError(this.model, `entry ${position} of its ranking is ${describe(entry)}`);
      return { index: entry.index, score: entry.relevanceScore };
    });
    return {
      scores: scatter(this.model, scored, values.length),
      usage: { ...readUsage(response?.body), ...readUsage({ usage }) },
    };
  }
}
