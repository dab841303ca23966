import { InvalidOptionError } from "../../errors.js";
import { callSignal } from "../../options.js";
import type { ScoredSpan } from "../../text-span.js";
import {
  blankScore,
  LOWEST_SCORE,
  type RelevanceScorer,
  type ScoreOptions,
  type ScorerReport,
} from "../relevance-scorer.js";
import type { Answer } from "../remote/answer.js";
import { type Call, type Outcome, RemoteClient } from "../remote/client.js";
import { connectService } from "../remote/connect-service.js";
import { connect } from "../remote/connection.js";
import { refuseSplit } from "../remote/listwise.js";
import { checkRemoteOptions, clientSettings } from "../remote/options.js";
import {
  type Activation,
  activate,
  readUsage,
  readWarnings,
  requestReport,
  resolveActivation,
  scatter,
  scoreWarnings,
} from "../remote/scores.js";
import { halvedWarning, type PreparedTexts, prepareTexts, splitTexts, wholeOrHalves } from "../remote/texts.js";
import { customDialect } from "./custom-dialect.js";
import { type Dialect, providerDialect, type Result, toUtf16 } from "./dialect.js";
import { CUSTOM_CHECKS, type CustomOptions, type HttpCrossEncoderOptions, PROVIDER_CHECKS } from "./options.js";
import { findProvider } from "./providers/find-provider.js";

const REQUIRED = ["baseUrl", "toRequest", "fromResponse"] as const;

/** The result of one request. */
interface Part {
  raw: number[];
  /** None if the server sent none. */
  spans: (readonly ScoredSpan[] | undefined)[] | undefined;
  /** Where {@link readUsage} finds what it cost. */
  json: unknown;
  /** The server's, about this request. */
  warnings: readonly string[];
}

/**
 * Scores with a rerank server or service: Cohere, Jina, Voyage, Azure AI, Vertex AI, TEI, vLLM, llama.cpp and some thirty others
 * (`docs/servers.md` lists them), or any other by two functions. Runs wherever `fetch` does.
 *
 * Scores are what the server sends, unless `activation` is given: Cohere, Voyage, TEI and others send 0 to 1; LocalAI, llama.cpp and
 * NVIDIA send logits. Texts are sent in as many concurrent requests as the provider's limits need; sorting and cutting are left to the
 * reranker. A request that the server refuses for its size is sent again once in two halves.
 *
 * @throws InvalidOptionError from the constructor for an unknown provider, a missing address or key (the error names the environment
 * variable), or any other invalid option.
 *
 * @example
 * const model = new HttpCrossEncoder({ provider: "localai", baseUrl: "http://localhost:8080", model: "jina-reranker-v1-base-en" });
 * const reranker = new CrossEncoderReranker({ model, topN: 3 });
 *
 * @example Any other server
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
  /** `provider:model`, or the provider alone where the server chooses the model. */
  readonly model: string;
  readonly lowestScore?: number;
  /** True for listwise models, whose scores depend on the other texts of the request. */
  readonly scoresHoldWithinRequest?: boolean;
  readonly #client: RemoteClient;
  readonly #dialect: Dialect;
  readonly #activation: ((score: number) => number) | undefined;
  readonly #activationName: Activation | undefined;

  constructor(options: HttpCrossEncoderOptions) {
    if (typeof options !== "object" || options === null)
      throw new InvalidOptionError("options", options, "an object with `provider`");
    const custom = options.provider === "custom";
    CUSTOM_CHECKS.provider("provider", options.provider);
    if (custom) for (const name of REQUIRED) CUSTOM_CHECKS[name](name, (options as CustomOptions)[name]);
    checkRemoteOptions(options, custom ? CUSTOM_CHECKS : PROVIDER_CHECKS, "HttpCrossEncoder");
    const { provider, model, connection, dialect } = settle(options);
    this.provider = provider;
    this.model = model === undefined ? provider : `${provider}:${model}`;
    this.#dialect = dialect;
    this.#client = new RemoteClient(connection, { ...clientSettings(provider, options), hints: dialect.hints });
    this.#activation = resolveActivation(options.activation);
    this.#activationName = options.activation;
    const lowest = options.activation === "sigmoid" ? 0 : this.#activation ? undefined : dialect.lowestScore;
    if (lowest !== undefined) this.lowestScore = lowest;
    if (dialect.listwise) this.scoresHoldWithinRequest = true;
  }

  /**
   * @returns One finite number per text, in the order of `texts`. Blank texts are not sent and get {@link lowestScore}.
   * @throws InvalidInputError if the query is blank, or if the texts for a listwise model do not fit into one request.
   * BackendError if the server cannot be reached or answers with an error. InvalidResponseError if its answer does not have one score for
   * each of these texts. RerankTimeoutError after `timeout`. The signal's reason after an abort.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    callSignal(options)?.throwIfAborted();
    if (Array.isArray(texts) && texts.length === 0) return [];
    const input = prepareTexts(query, texts);
    const { limits, listwise } = this.#dialect;
    const chunks = splitTexts(input.query, input.texts, limits);
    if (listwise) refuseSplit(this.model, input.texts.length, chunks.length);
    const outcome = await this.#client.runner.each(
      chunks,
      (chunk, call) => this.#request(input.query, chunk, call),
      options.signal,
    );
    const parts = joined(outcome.results);
    const raw = joined(parts.map((part) => part.raw));
    const scores = this.#activation ? activate(this.provider, this.#activation, raw) : raw;
    options.onReport?.(this.#report(input, outcome, parts, raw));
    return input.restore(scores, blankScore(this.lowestScore ?? LOWEST_SCORE, scores));
  }

  /** Halves of a request to a listwise model would have scores that cannot be compared. */
  #request(query: string, texts: readonly string[], call: Call): Promise<Part[]> {
    const ask = (part: readonly string[]) =>
      this.#client.post(this.#dialect.body(query, part), call).then((answer) => this.#read(answer, part));
    return this.#dialect.listwise ? ask(texts).then((part) => [part]) : wholeOrHalves(texts, ask);
  }

  #read(answer: Answer, texts: readonly string[]): Part {
    const results = this.#dialect.read(answer);
    const raw = scatter(this.provider, results, texts.length);
    return { raw, spans: this.#spans(results, texts), json: answer.json, warnings: readWarnings(answer) };
  }

  #spans(results: readonly Result[], texts: readonly string[]): Part["spans"] {
    if (results.every((result) => result.spans === undefined)) return undefined;
    const spans = new Array<readonly ScoredSpan[] | undefined>(texts.length).fill(undefined);
    for (const result of results)
      if (result.spans) spans[result.index] = toUtf16(this.provider, texts[result.index] as string, result.spans);
    return spans;
  }

  #report(
    input: PreparedTexts,
    outcome: Outcome<Part[]>,
    parts: readonly Part[],
    raw: readonly number[],
  ): ScorerReport {
    const usage = parts.map(({ json }) => readUsage(json));
    const spans = parts.flatMap((part) => part.spans ?? part.raw.map(() => undefined));
    const { listwise, lowestScore } = this.#dialect;
    const warnings = [
      ...this.#dialect.warnings,
      ...new Set(parts.flatMap((part) => part.warnings)),
      ...halvedWarning(outcome.results),
      ...scoreWarnings({
        texts: input.texts,
        raw,
        activation: this.#activationName,
        probabilities: lowestScore === 0,
      }),
    ];
    return {
      ...requestReport(this.model, outcome, usage, warnings),
      ...(this.#activation ? { raw: input.restore(raw, LOWEST_SCORE) } : {}),
      ...(parts.some((part) => part.spans) ? { spans: input.restore(spans, undefined) } : {}),
      ...(listwise ? { scoresHoldWithinRequest: true } : {}),
    };
  }
}

/** Connection and dialect of the provider that the options name. @throws InvalidOptionError */
function settle(options: HttpCrossEncoderOptions) {
  if (options.provider === "custom") {
    const connection = connect("custom", options.baseUrl, options, (url) => url.pathname);
    return { provider: options.provider, model: options.model, connection, dialect: customDialect(options) };
  }
  const { model, ...connection } = connectService(options.provider, findProvider(options.provider), options);
  return { provider: options.provider, model, connection, dialect: providerDialect(options, model) };
}

/** One list instead of several. Most calls are a single request, whose list is returned as it is. */
const joined = <T>(lists: readonly T[][]): T[] => (lists.length === 1 ? lists[0]! : lists.flat());
