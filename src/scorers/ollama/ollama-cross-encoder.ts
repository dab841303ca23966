import { BackendError, InvalidOptionError } from "../../errors.js";
import { anything, type Checks, callSignal, expecting, positiveInteger, text } from "../../options.js";
import { LOWEST_SCORE, type RelevanceScorer, type ScoreOptions } from "../relevance-scorer.js";
import { joinPaths } from "../remote/address.js";
import type { ApiKey } from "../remote/api-key.js";
import { type Call, RemoteClient } from "../remote/client.js";
import { connect } from "../remote/connection.js";
import { readVariable } from "../remote/environment.js";
import {
  apiKeyCheck,
  CLIENT_CHECKS,
  checkRemoteOptions,
  clientSettings,
  type HttpClientOptions,
} from "../remote/options.js";
import { type Activation, activate, activationCheck, requestReport, resolveActivation } from "../remote/scores.js";
import { prepareTexts } from "../remote/texts.js";
import { readLogit } from "./log-probabilities.js";
import { fillTemplate, RERANK_TEMPLATES, type RerankTemplate, type RerankTemplateName } from "./template.js";

/** Options of {@link OllamaCrossEncoder}. */
export interface OllamaCrossEncoderOptions extends HttpClientOptions {
  /** Name of a yes/no reranker in Ollama, as `ollama list` shows it. */
  model: string;
  /**
   * Address of the server: its root, or any address of it that another tool uses (`…/api`, `…/v1`).
   * @default `OLLAMA_BASE_URL`, else `OLLAMA_HOST`, else "http://127.0.0.1:11434"
   */
  baseUrl?: string | undefined;
  /** Key of a proxy in front of the server, or a function that returns one. Ollama itself has no keys. */
  apiKey?: ApiKey | undefined;
  /**
   * The prompt and its two answers: the name of a built-in template, or your own.
   * @default "qwen3"
   */
  template?: RerankTemplateName | RerankTemplate | undefined;
  /**
   * What "relevant" means for this task. According to its model card, Qwen3-Reranker gains 1 to 5% from a specific one.
   * @default the template's, for web search
   */
  instruction?: string | undefined;
  /**
   * Context in tokens (`num_ctx`). Documents are cut until they fit, and the report says which.
   * @default the server's, often 4096
   */
  contextLength?: number | undefined;
  /**
   * How long the model stays loaded after a call, in Ollama's notation: `"10m"`, seconds, or `-1` for no limit.
   * @default the server's, 5 minutes
   */
  keepAlive?: string | number | undefined;
  /**
   * Converts logit(yes) − logit(no) to `sim`.
   * @default "sigmoid", which makes it p(yes) / (p(yes) + p(no))
   */
  activation?: Activation | undefined;
}

const CHECKS = {
  ...CLIENT_CHECKS,
  model: expecting(
    "the name of a yes/no reranker in Ollama, as `ollama list` shows it",
    (value) => typeof value === "string" && value.trim() !== "",
  ),
  baseUrl: expecting('an http or https URL such as "http://localhost:11434"', (value) => typeof value === "string"),
  apiKey: apiKeyCheck,
  template: (_, value) => void resolveTemplate(value as OllamaCrossEncoderOptions["template"]),
  instruction: text,
  contextLength: positiveInteger,
  keepAlive: anything,
  activation: activationCheck,
} satisfies Checks<Required<OllamaCrossEncoderOptions>>;

/** Result for one document. */
interface Judgment {
  logit: number;
  truncated: boolean;
  tokens: number;
}

/** Part of a document that is kept when it does not fit. A refusal costs the server only a tokenization, so steps can be small. */
const KEEP = 0.75;

/**
 * Scores with a yes/no reranker in Ollama, such as Qwen3-Reranker. It sends one `/api/generate` with `raw: true` per document, and reads
 * only the log-probabilities of "yes" and "no" from the answer. Needs Ollama 0.12.11 or later. Ollama has no rerank endpoint.
 *
 * A GGUF file that was converted for the rerank endpoint of llama.cpp is an embedding model for Ollama, and refuses to generate.
 *
 * @throws InvalidOptionError from the constructor for an invalid option.
 *
 * @example
 * const model = new OllamaCrossEncoder({ model: "dengcao/Qwen3-Reranker-0.6B:Q8_0" });
 * const reranker = new CrossEncoderReranker({ model, topN: 3 });
 */
export class OllamaCrossEncoder implements RelevanceScorer {
  /** `ollama:` and the model's name. */
  readonly model: string;
  readonly lowestScore?: number;
  readonly #client: RemoteClient;
  readonly #template: RerankTemplate;
  readonly #instruction: string;
  readonly #request: Readonly<Record<string, unknown>>;
  readonly #activation: ((score: number) => number) | undefined;

  constructor(options: OllamaCrossEncoderOptions) {
    const { model, instruction, activation = "sigmoid", contextLength, keepAlive } = options ?? {};
    CHECKS.model("model", model);
    checkRemoteOptions(options, CHECKS, "OllamaCrossEncoder");
    this.#template = resolveTemplate(options.template);
    this.#instruction = instruction ?? this.#template.instruction;
    this.#activation = resolveActivation(activation);
    if (activation === "sigmoid") this.lowestScore = 0;
    this.model = `ollama:${model}`;
    const resolvePath = (url: URL) => joinPaths(url.pathname, "/api/generate");
    this.#client = new RemoteClient(connect("ollama", options.baseUrl ?? defaultUrl(), options, resolvePath), {
      ...clientSettings("ollama", options),
      hints: [{ status: 404, advice: `Has the model been pulled? Try: ollama pull ${model}` }],
    });
    this.#request = {
      model,
      raw: true,
      stream: false,
      // Without these the server drops the beginning of the prompt, or shifts it while it answers.
      truncate: false,
      shift: false,
      logprobs: true,
      top_logprobs: 20,
      ...(keepAlive === undefined ? {} : { keep_alive: keepAlive }),
      options: {
        num_predict: 1,
        temperature: 0,
        ...(contextLength === undefined ? {} : { num_ctx: contextLength }),
      },
    };
  }

  /**
   * @returns One number per text, in the order of `texts`: 0 to 1 with the default activation. Blank texts are not sent.
   * @throws InvalidInputError if the query is blank. BackendError if the server cannot be reached, is too old, does not have the model, or
   * has a model that cannot generate. InvalidResponseError if the model answers neither yes nor no. RerankTimeoutError after `timeout`. The
   * signal's reason after an abort.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    callSignal(options)?.throwIfAborted();
    if (Array.isArray(texts) && texts.length === 0) return [];
    const input = prepareTexts(query, texts);
    const outcome = await this.#client.runner.each(
      input.texts,
      (document, call) => this.#judge(input.query, document, call),
      options.signal,
    );
    const logits = outcome.results.map(({ logit }) => logit);
    const scores = this.#activation ? activate("ollama", this.#activation, logits) : logits;
    const truncated = outcome.results.map((judgment) => judgment.truncated);
    options.onReport?.({
      ...requestReport(this.model, outcome),
      raw: input.restore(logits, LOWEST_SCORE),
      truncated: input.restore(truncated, false),
      tokens: outcome.results.reduce((total, { tokens }) => total + tokens, 0),
    });
    return input.restore(scores, this.lowestScore ?? LOWEST_SCORE);
  }

  async #judge(query: string, document: string, call: Call): Promise<Judgment> {
    for (let length = document.length; ; length = Math.floor(length * KEEP)) {
      // A cut between the halves of a character would leave an invalid one.
      const kept = document.slice(0, length).replace(/\p{Surrogate}$/u, "");
      const prompt = fillTemplate(this.#template, this.#instruction, query, kept);
      try {
        const answer = await this.#client.post({ ...this.#request, prompt }, call);
        const logit = readLogit(answer, this.#template);
        const { prompt_eval_count: tokens } = answer.json as { prompt_eval_count?: unknown };
        return {
          logit,
          truncated: length < document.length,
          tokens: typeof tokens === "number" ? tokens : 0,
        };
      } catch (error) {
        if (!isTooLong(error) || length === 0) throw error;
      }
    }
  }
}

function isTooLong(error: unknown): boolean {
  return (
    error instanceof BackendError &&
    error.status === 400 &&
    /exceed\w* (the )?(available )?context/i.test(error.body ?? "")
  );
}

function resolveTemplate(template: OllamaCrossEncoderOptions["template"] = "qwen3"): RerankTemplate {
  if (typeof template === "string" && Object.hasOwn(RERANK_TEMPLATES, template)) return RERANK_TEMPLATES[template];
  const { prefix, body, suffix, instruction, yes, no, controlTokens } = (template ?? {}) as Partial<RerankTemplate>;
  const texts = [prefix, body, suffix, instruction, yes, no];
  const complete =
    texts.every((text) => typeof text === "string") &&
    Array.isArray(controlTokens) &&
    controlTokens.every((token) => typeof token === "string" && token !== "");
  if (complete && body?.includes("{query}") && body.includes("{document}")) return template as RerankTemplate;
  const names = Object.keys(RERANK_TEMPLATES).map((name) => `"${name}"`);
  throw new InvalidOptionError(
    "template",
    template,
    `${names.join(", ")}, or an object with prefix, body (with {query} and {document}), suffix, instruction, yes, no and controlTokens`,
  );
}

/** `OLLAMA_HOST` is the address that the server listens on: often without a scheme, and sometimes all addresses of the machine. */
function defaultUrl(): string {
  const host = readVariable(["OLLAMA_BASE_URL"]) ?? readVariable(["OLLAMA_HOST"]) ?? "127.0.0.1:11434";
  const url = /^https?:\/\//.test(host) ? host : `http://${host.startsWith(":") ? "127.0.0.1" : ""}${host}`;
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.hostname === "0.0.0.0" || parsed.hostname === "[::]") parsed.hostname = "127.0.0.1";
  // Ollama's client does the same. A full URL names its port.
  if (url !== host && !/:\d+\/?$/.test(host)) parsed.port = "11434";
  return parsed.href;
}
