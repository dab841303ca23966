import { InvalidOptionError, InvalidResponseError, isRerankError } from "../../errors.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import { activate, resolveActivation } from "../remote/activation.js";
import { RerankClient } from "../remote/client.js";
import type { Answer } from "../remote/exchange.js";
import { redactError } from "../remote/redact.js";
import { splitTexts } from "../remote/split.js";
import { prepareTexts, restore } from "../remote/texts.js";
import { connect, connectProvider, findProvider } from "./connection.js";
import {
  type CustomOptions,
  checkOptionNames,
  checkText,
  type HttpCrossEncoderOptions,
  type ProviderOptions,
  settleClient,
  wholeNumber,
} from "./options.js";
import { findResults, type IndexedScore, readResult, readUsage, scatter, sumUsage } from "./parse-scores.js";

const SCORER_OPTIONS = ["provider", "model", "baseUrl", "apiKey", "maxBatchSize", "activation"];
const PROVIDER_OPTIONS = [...SCORER_OPTIONS, "instruction", "extra"];
const CUSTOM_OPTIONS = [...SCORER_OPTIONS, "toRequest", "fromResponse", "lowestScore"];

/** A dialect with its options put in: how to ask, how to read, what fits into one request. */
interface Dialect {
  body: (query: string, texts: readonly string[]) => unknown;
  read: (answer: Answer) => readonly IndexedScore[];
  maxTexts: number;
  maxBytes?: number | undefined;
  lowestScore?: number | undefined;
}

/**
 * Scores by a rerank server or service: Cohere, Jina, Voyage, Mixedbread, Pinecone, NVIDIA, Together, SiliconFlow, DashScope, LocalAI,
 * LiteLLM, TEI, Infinity, vLLM, SGLang, llama.cpp, Xinference, or any other by two functions. Runs wherever `fetch` does.
 *
 * Scores are what the server sends, unless `activation` is given: Cohere, Voyage, TEI and others send 0 to 1; LocalAI, llama.cpp and
 * NVIDIA send logits. All texts are asked for, in as many requests as the provider's limits need, side by side; order and cut are left
 * to the reranker.
 *
 * @throws InvalidOptionError from the constructor for an unknown provider, a missing address or key (naming the environment variable
 * that is read), or any other option that cannot be.
 *
 * @example
 * const model = new HttpCrossEncoder({ provider: "localai", baseUrl: "http://localhost:8080", model: "jina-reranker-v1-base-en" });
 * const reranker = new CrossEncoderReranker({ model, topN: 3 });
 *
 * @example A server of your own
 * new HttpCrossEncoder({
 *   provider: "custom",
 *   baseUrl: "http://localhost:9000/score",
 *   toRequest: ({ query, texts }) => ({ question: query, passages: texts }),
 *   fromResponse: (body) => (body as { scores: number[] }).scores,
 * });
 */
export class HttpCrossEncoder implements RelevanceScorer {
  /** Name of the provider. */
  readonly provider: HttpCrossEncoderOptions["provider"];
  /** `provider:model`, or the provider alone where the server chooses. */
  readonly model: string;
  readonly lowestScore?: number;
  readonly #client: RerankClient;
  readonly #dialect: Dialect;
  readonly #activation: ((score: number) => number) | undefined;

  constructor(options: HttpCrossEncoderOptions) {
    if (typeof options !== "object" || options === null)
      throw new InvalidOptionError("options", options, "an object with `provider`");
    const { provider } = options;
    checkOptionNames(options, provider === "custom" ? CUSTOM_OPTIONS : PROVIDER_OPTIONS, "HttpCrossEncoder");
    checkText("model", options.model);
    const settings = settleClient(provider, options);
    this.#activation = resolveActivation(options.activation);
    this.provider = provider;
    if (options.provider === "custom") {
      this.#dialect = customDialect(options);
      this.#client = new RerankClient(connect(options.baseUrl, "", options), settings);
      this.model = name(provider, options.model);
    } else {
      const { model, ...connection } = connectProvider(options.provider, options);
      this.#dialect = providerDialect(options, model);
      this.#client = new RerankClient(connection, settings);
      this.model = name(provider, model);
    }
    const lowest = options.activation === "sigmoid" ? 0 : this.#activation ? undefined : this.#dialect.lowestScore;
    if (lowest !== undefined) this.lowestScore = lowest;
  }

  /**
   * @returns One finite number a text, in the order given. Blank texts are not sent and get {@link lowestScore}.
   * @throws InvalidInputError for a blank query. BackendError when the server cannot be reached or answers with an error.
   * InvalidResponseError when its answer cannot be scores for these texts. RerankTimeoutError. The signal's reason.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    options.signal?.throwIfAborted();
    if (Array.isArray(texts) && texts.length === 0) return [];
    const input = prepareTexts(query, texts);
    const { maxTexts, maxBytes, body, read } = this.#dialect;
    const chunks = splitTexts(input.texts, maxTexts, maxBytes);
    const outcome = await this.#client.each(
      chunks,
      async (chunk, post) => {
        const answer = await post(body(input.query, chunk.texts));
        return { raw: scatter(this.provider, read(answer), chunk.texts.length), usage: readUsage(answer.json) };
      },
      options.signal,
    );
    const raw = outcome.results.flatMap((result) => result.raw);
    const scores = this.#activation ? activate(this.provider, this.#activation, raw) : raw;
    const usage = sumUsage(outcome.results.map((result) => result.usage));
    const place = (values: readonly number[], blank: number) => restore(values, input.positions, texts.length, blank);
    options.onReport?.({
      model: this.model,
      batches: outcome.requests,
      retries: outcome.retries,
      milliseconds: { request: outcome.milliseconds },
      ...(this.#activation ? { raw: place(raw, -Number.MAX_VALUE) } : {}),
      ...(Object.keys(usage).length > 0 ? { usage } : {}),
    });
    return place(scores, this.lowestScore ?? -Number.MAX_VALUE);
  }
}

function name(provider: string, model: string | undefined): string {
  return model === undefined ? provider : `${provider}:${model}`;
}

function providerDialect(options: ProviderOptions, model: string | undefined): Dialect {
  const provider = findProvider(options.provider);
  const { instruction, extra = {} } = options;
  checkText("instruction", instruction);
  if (typeof extra !== "object" || extra === null)
    throw new InvalidOptionError("extra", extra, "an object of fields to send");
  if (instruction !== undefined && provider.instruction === undefined) {
    throw new InvalidOptionError(
      "instruction",
      instruction,
      `none: ${options.provider} takes no instruction, put it into the query`,
    );
  }
  const cut = ["top_n", "top_k", "topN", "topK"].find((field) => field in extra);
  if (cut)
    throw new InvalidOptionError(
      `extra.${cut}`,
      (extra as Record<string, unknown>)[cut],
      "none: use the reranker's `topN`, which cuts what is returned and never what is scored",
    );
  const instructed = instruction !== undefined && provider.instruction ? { [provider.instruction]: instruction } : {};
  const fields = { ...extra, ...instructed };
  const raw = provider.rawSwitch && (extra as Record<string, unknown>)[provider.rawSwitch[0]] === provider.rawSwitch[1];
  return {
    body: (query, texts) => provider.body({ model, query, texts, instruction, extra: fields }),
    read: (answer) =>
      findResults(answer, provider.response).map((result, position) => readResult(answer, result, position)),
    maxTexts: wholeNumber("maxBatchSize", options.maxBatchSize, provider.maxTexts, 1),
    maxBytes: provider.maxBytes,
    lowestScore: raw ? undefined : provider.lowestScore,
  };
}

function customDialect({ model, toRequest, fromResponse, maxBatchSize, lowestScore }: CustomOptions): Dialect {
  for (const [option, value] of Object.entries({ toRequest, fromResponse })) {
    if (typeof value !== "function") throw new InvalidOptionError(option, value, "a function");
  }
  return {
    body: (query, texts) => toRequest({ model, query, texts }),
    read: (answer) => readCustom(answer, fromResponse),
    maxTexts: wholeNumber("maxBatchSize", maxBatchSize, 1000, 1),
    lowestScore,
  };
}

function readCustom(answer: Answer, fromResponse: CustomOptions["fromResponse"]): readonly IndexedScore[] {
  let list: unknown;
  try {
    list = fromResponse(answer.json);
  } catch (error) {
    if (isRerankError(error)) throw error;
    const cause = redactError(error, answer.redact);
    throw new InvalidResponseError(answer.backend, `\`fromResponse\` failed on it: ${cause.message}`, { cause });
  }
  if (!Array.isArray(list)) throw new InvalidResponseError(answer.backend, "`fromResponse` made no array of it");
  return list.map((result: unknown, position) =>
    typeof result === "number" ? { index: position, score: result } : readResult(answer, result, position),
  );
}
