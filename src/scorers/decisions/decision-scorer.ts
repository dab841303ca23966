import { BackendError, InvalidOptionError } from "../../errors.js";
import { type Checks, callSignal, expecting, positiveInteger } from "../../options.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import type { ApiKey } from "../remote/api-key.js";
import { RequestRunner } from "../remote/client.js";
import {
  apiKeyCheck,
  CLIENT_CHECKS,
  checkRemoteOptions,
  clientSettings,
  type HttpClientOptions,
} from "../remote/options.js";
import { requestReport, scoreWarnings } from "../remote/scores.js";
import { halvedWarning, prepareTexts, splitTexts, wholeOrHalves } from "../remote/texts.js";
import { httpJudge } from "./http-judge.js";
import type { Decision, Judge } from "./judge.js";
import { type DecisionModel, isAiSdkModel, isLangChainModel, modelJudge } from "./model-judge.js";
import { type DecisionQuestion, instructionsFor, settleQuestion } from "./question.js";
import { type DecisionProviderName, findService } from "./services.js";

/** Options that do not depend on how the model is reached. */
interface SharedOptions {
  /** What is asked about each passage. @default whether the passage helps to answer the query */
  question?: Partial<DecisionQuestion> | undefined;
  /**
   * Passages per request. With `passageIn: "state"` it is always 1.
   * @default the server's limit: 400 for OpenAI, else 64
   */
  maxBatchSize?: number | undefined;
}

/** Options for a decision model of LangChain or the AI SDK. */
export interface DecisionModelOptions
  extends SharedOptions,
    Pick<HttpClientOptions, "timeout" | "retries" | "maxConcurrency"> {
  /** A `BaseDecisionModel` of `@langchain/core` 1.4 and later, or a `DecisionModelV4` of the AI SDK 7. Its key belongs to it. */
  model: DecisionModel;
}

/** Options for a decision model behind HTTP. */
export interface DecisionHttpOptions extends SharedOptions, HttpClientOptions {
  /** `"systemone"` for any server with `POST /v1/systemone`, `"openai"` for OpenAI's `POST /v1/decisions`, or the name of a server. */
  provider: DecisionProviderName;
  /** The model, as the server calls it. @default the provider's, where it has one */
  model?: string | undefined;
  /** Address of the server, in any form that other tools use. @default the provider's, or its environment variable */
  baseUrl?: string | undefined;
  /** A key, or a function that returns one. @default the provider's environment variable; self-hosted servers need none */
  apiKey?: ApiKey | undefined;
}

/** Options of {@link DecisionScorer}. */
export type DecisionScorerOptions = DecisionModelOptions | DecisionHttpOptions;

const SHARED_CHECKS = {
  question: (_, value) => void settleQuestion(value as Partial<DecisionQuestion>),
  maxBatchSize: positiveInteger,
} satisfies Checks<Required<SharedOptions>>;

const MODEL_CHECKS = {
  ...SHARED_CHECKS,
  timeout: CLIENT_CHECKS.timeout,
  retries: CLIENT_CHECKS.retries,
  maxConcurrency: CLIENT_CHECKS.maxConcurrency,
  model: expecting(
    "a decision model of LangChain or the AI SDK, or a `provider` and the name of one of its models",
    (value) => isLangChainModel(value) || isAiSdkModel(value),
  ),
} satisfies Checks<Required<DecisionModelOptions>>;

const HTTP_CHECKS = {
  ...SHARED_CHECKS,
  ...CLIENT_CHECKS,
  provider: (_, value) => void findService(value),
  model: expecting("the name of a model", (value) => typeof value === "string" && value.trim() !== ""),
  baseUrl: expecting('an http or https URL such as "http://localhost:8000"', (value) => typeof value === "string"),
  apiKey: apiKeyCheck,
} satisfies Checks<Required<DecisionHttpOptions>>;

/** Below this, the model put nearly all probability on something other than the possible answers. */
const LOW_LABEL_MASS = 0.1;

/**
 * Scores with a decision model: a model that answers typed questions about a state with probabilities, without writing text. The yes/no
 * question about each passage is whether it helps to answer the query, and `sim` is the probability of yes.
 *
 * A passage that the model refuses to judge gets the score 0, and the report has a warning with its index. Passages are sent as delimited
 * data, and the question says to ignore what they claim about themselves; no prompt makes a model immune to that.
 *
 * @throws InvalidOptionError from the constructor for a missing address, key or model, or any other invalid option.
 *
 * @example
 * const model = new DecisionScorer({ provider: "systemone", baseUrl: "http://localhost:8000", model: "laya" });
 * const reranker = new CrossEncoderReranker({ model, topN: 3 });
 *
 * @example A decision model of LangChain
 * new DecisionScorer({ model: decisionModel });
 */
export class DecisionScorer implements RelevanceScorer {
  /** Provider and model. */
  readonly model: string;
  readonly lowestScore = 0;
  // Private, because the model of a provider holds its key.
  readonly #judge: Judge;
  readonly #runner: RequestRunner;
  readonly #question: DecisionQuestion;
  readonly #maxTexts: number;

  constructor(options: DecisionScorerOptions) {
    if (typeof options !== "object" || options === null)
      throw new InvalidOptionError("options", options, "an object with `model` or `provider`");
    const question = settleQuestion(options.question);
    this.#question = question;
    if ("provider" in options && options.provider !== undefined) {
      checkRemoteOptions(options, HTTP_CHECKS, "DecisionScorer");
      const { judge, client } = httpJudge(options.provider, options, question);
      this.#judge = judge;
      this.#runner = client.runner;
    } else {
      MODEL_CHECKS.model("model", options.model);
      checkRemoteOptions(options, MODEL_CHECKS, "DecisionScorer");
      this.#judge = modelJudge(options.model as DecisionModel, question);
      this.#runner = new RequestRunner(clientSettings(this.#judge.name, options));
    }
    this.model = this.#judge.name;
    const { maxPassages } = this.#judge;
    this.#maxTexts = question.passageIn === "state" ? 1 : Math.min(options.maxBatchSize ?? maxPassages, maxPassages);
  }

  /**
   * @returns The probability, 0 to 1, that each text helps to answer the query, in the order of `texts`. Blank texts are not sent and get 0.
   * @throws InvalidInputError if the query is blank. BackendError if the model cannot be reached, answers with an error, or refuses every
   * passage. InvalidResponseError if an answer is missing or is not a probability. RerankTimeoutError after `timeout`. The signal's reason
   * after an abort.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    callSignal(options)?.throwIfAborted();
    if (Array.isArray(texts) && texts.length === 0) return [];
    const input = prepareTexts(query, texts);
    const limits = { maxTexts: this.#maxTexts, maxTokens: this.#judge.maxTokens };
    // Each passage brings its question with it, so the question counts once per passage.
    const overhead = JSON.stringify([
      instructionsFor(this.#question, input.query, ""),
      this.#question.criteria,
      input.query,
    ]);
    const outcome = await this.#runner.each(
      splitTexts(overhead, input.texts, limits),
      (chunk, call) => wholeOrHalves(chunk, (passages) => this.#judge.judge(input.query, passages, call)),
      options.signal,
    );
    const parts = outcome.results.flat();
    const decisions = parts.flatMap((part) => part.decisions);
    this.#refuseEmpty(decisions);
    const scores = decisions.map(({ probability = 0 }) => probability);
    const usage = parts.map((part) => part.usage);
    const warnings = [
      ...halvedWarning(outcome.results),
      ...decisionWarnings(decisions, input.indexes),
      ...scoreWarnings({ texts: input.texts, raw: scores, activation: undefined, probabilities: true }),
    ];
    options.onReport?.(requestReport(this.model, outcome, usage, warnings));
    return input.restore(scores, 0);
  }

  #refuseEmpty(decisions: readonly Decision[]): void {
    if (decisions.length === 0 || decisions.some(({ probability }) => probability !== undefined)) return;
    throw new BackendError(this.model, `The model refused to judge all ${decisions.length} passages.`);
  }
}

function decisionWarnings(decisions: readonly Decision[], indices: readonly number[]): string[] {
  const warnings: string[] = [];
  const refused = indices.filter((_, position) => decisions[position]?.probability === undefined);
  if (refused.length > 0) {
    warnings.push(
      `The model refused to judge ${refused.length} of ${decisions.length} passages, which have the score 0: indices ${list(refused)}.`,
    );
  }
  const masses = decisions.flatMap(({ labelMass }) => labelMass ?? []).filter((mass) => mass < LOW_LABEL_MASS);
  if (masses.length > 0) {
    const smallest = Math.min(...masses).toPrecision(2);
    warnings.push(
      `For ${masses.length} of ${decisions.length} passages the model put almost no probability on yes and no (smallest: ${smallest}), so these scores mean nothing. Is it a decision model?`,
    );
  }
  return warnings;
}

const list = (indices: readonly number[]): string =>
  indices.slice(0, 10).join(", ") + (indices.length > 10 ? ", …" : "");
