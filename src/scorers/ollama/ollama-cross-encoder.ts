import { BackendError, InvalidOptionError } from "../../errors.js";
import { connect } from "../http/connection.js";
import {
  type Activation,
  checkOptionNames,
  checkText,
  type HttpClientOptions,
  settleClient,
  wholeNumber,
} from "../http/options.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import { activate, resolveActivation } from "../remote/activation.js";
import { type Post, RerankClient } from "../remote/client.js";
import { readVariable } from "../remote/environment.js";
import { prepareTexts, restore } from "../remote/texts.js";
import { readLogit } from "./log-probabilities.js";
import { fillTemplate, RERANK_TEMPLATES, type RerankTemplate, type RerankTemplateName } from "./template.js";

/** Options of {@link OllamaCrossEncoder}. */
export interface OllamaCrossEncoderOptions extends HttpClientOptions {
  /** Name of a yes/no reranker in Ollama, as `ollama list` shows it. */
  model: string;
  /**
   * Address of the server.
   * @default `OLLAMA_BASE_URL`, else `OLLAMA_HOST`, else "http://127.0.0.1:11434"
   */
  baseUrl?: string;
  /** Key of a proxy before the server; Ollama itself has none. */
  apiKey?: string;
  /**
   * How the model is asked: a name, or prompt and labels as data.
   * @default "qwen3"
   */
  template?: RerankTemplateName | RerankTemplate;
  /** What "relevant" means for this task. Default: the template's, for web search. Writing your own gains 1–5 % with Qwen3-Reranker, by its card. */
  instruction?: string;
  /** Context in tokens (`num_ctx`). Default: the server's, often 4096. What does not fit is cut from the document and reported. */
  contextLength?: number;
  /** How long the model stays loaded after a call, as Ollama has it: `"10m"`, seconds, `-1` for ever. Default: the server's, 5 minutes. */
  keepAlive?: string | number;
  /**
   * Turns logit(yes) − logit(no) into `sim`.
   * @default "sigmoid", which makes it p(yes) / (p(yes) + p(no))
   */
  activation?: Activation;
}

const OPTIONS = ["model", "baseUrl", "apiKey", "template", "instruction", "contextLength", "keepAlive", "activation"];

/** What one document came to. */
interface Judged {
  logit: number;
  truncated: boolean;
  tokens: number;
}

/** How much of a document is kept when it does not fit. A refusal costs the server a tokenisation only, so steps can be small. */
const KEEP = 0.75;

/**
 * Scores by a yes/no reranker model in Ollama, such as Qwen3-Reranker: one `/api/generate` with `raw: true` a document, of whose answer
 * only the log-probabilities of "yes" and "no" count. Needs Ollama 0.12.11 or later. Ollama has no rerank endpoint of its own.
 *
 * A model file that was converted for llama.cpp's rerank endpoint is an embedding model to Ollama and refuses to generate.
 *
 * @throws InvalidOptionError from the constructor.
 *
 * @example
 * const model = new OllamaCrossEncoder({ model: "dengcao/Qwen3-Reranker-0.6B:Q8_0" });
 * const reranker = new CrossEncoderReranker({ model, topN: 3 });
 */
export class OllamaCrossEncoder implements RelevanceScorer {
  /** `ollama:` and the model's name. */
  readonly model: string;
  readonly lowestScore?: number;
  readonly #client: RerankClient;
  readonly #template: RerankTemplate;
  readonly #instruction: string;
  readonly #request: Readonly<Record<string, unknown>>;
  readonly #activation: ((score: number) => number) | undefined;

  constructor(options: OllamaCrossEncoderOptions) {
    const { model, instruction, activation = "sigmoid", contextLength, keepAlive } = options ?? {};
    if (typeof model !== "string" || model.trim() === "") {
      throw new InvalidOptionError(
        "model",
        model,
        "the name of a yes/no reranker that Ollama has, as `ollama list` shows it",
      );
    }
    checkOptionNames(options, OPTIONS, "OllamaCrossEncoder");
    checkText("instruction", instruction);
    this.#template = resolveTemplate(options.template);
    this.#instruction = instruction ?? this.#template.instruction;
    this.#activation = resolveActivation(activation);
    if (activation === "sigmoid") this.lowestScore = 0;
    this.model = `ollama:${model}`;
    const hints = { 404: `Has the model been pulled? Try: ollama pull ${model}` };
    this.#client = new RerankClient(connect(options.baseUrl ?? defaultUrl(), "/api/generate", options), {
      ...settleClient("ollama", options),
      hints,
    });
    this.#request = {
      model,
      raw: true,
      stream: false,
      // Without these the server drops the prompt's beginning, or shifts it while it answers.
      truncate: false,
      shift: false,
      logprobs: true,
      top_logprobs: 20,
      ...(keepAlive === undefined ? {} : { keep_alive: keepAlive }),
      options: {
        num_predict: 1,
        temperature: 0,
        ...(contextLength === undefined ? {} : { num_ctx: wholeNumber("contextLength", contextLength, 0, 1) }),
      },
    };
  }

  /**
   * @returns One number a text, in the order given: 0 to 1 with the default activation. Blank texts are not sent.
   * @throws InvalidInputError for a blank query. BackendError when the server cannot be reached, is too old, lacks the model, or has
   * one that cannot do this. InvalidResponseError when the model answers neither yes nor no. RerankTimeoutError. The signal's reason.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    options.signal?.throwIfAborted();
    if (Array.isArray(texts) && texts.length === 0) return [];
    const input = prepareTexts(query, texts);
    const outcome = await this.#client.each(
      input.texts,
      (text, post) => this.#judge(input.query, text, post),
      options.signal,
    );
    const logits = outcome.results.map(({ logit }) => logit);
    const scores = this.#activation ? activate("ollama", this.#activation, logits) : logits;
    const place = <T>(values: readonly T[], blank: T) => restore(values, input.positions, texts.length, blank);
    const truncated = outcome.results.map((judged) => judged.truncated);
    options.onReport?.({
      model: this.model,
      raw: place(logits, -Number.MAX_VALUE),
      truncated: place(truncated, false),
      batches: outcome.requests,
      retries: outcome.retries,
      tokens: outcome.results.reduce((total, { tokens }) => total + tokens, 0),
      milliseconds: { request: outcome.milliseconds },
    });
    return place(scores, this.lowestScore ?? -Number.MAX_VALUE);
  }

  async #judge(query: string, document: string, post: Post): Promise<Judged> {
    for (let length = document.length; ; length = Math.floor(length * KEEP)) {
      // A cut between the halves of a character would leave one that is none.
      const kept = document.slice(0, length).replace(/\p{Surrogate}$/u, "");
      const prompt = fillTemplate(this.#template, this.#instruction, query, kept);
      try {
        const answer = await post({ ...this.#request, prompt });
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
  const complete = texts.every((text) => typeof text === "string") && Array.isArray(controlTokens);
  if (complete && body?.includes("{query}") && body.includes("{document}")) return template as RerankTemplate;
  const names = Object.keys(RERANK_TEMPLATES).map((name) => `"${name}"`);
  throw new InvalidOptionError(
    "template",
    template,
    `${names.join(", ")}, or an object with prefix, body (holding {query} and {document}), suffix, instruction, yes, no and controlTokens`,
  );
}

/** `OLLAMA_HOST` is what the server listens on, often without a scheme, and may be every address of the machine. */
function defaultUrl(): string {
  const host = readVariable(["OLLAMA_BASE_URL"]) ?? readVariable(["OLLAMA_HOST"]) ?? "127.0.0.1:11434";
  const url = /^https?:\/\//.test(host) ? host : `http://${host.startsWith(":") ? "127.0.0.1" : ""}${host}`;
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.hostname === "0.0.0.0" || parsed.hostname === "[::]") parsed.hostname = "127.0.0.1";
  // As Ollama's own client has it; a full URL names its own port.
  if (url !== host && !/:\d+\/?$/.test(host)) parsed.port = "11434";
  return parsed.href;
}
