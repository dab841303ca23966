import { InvalidOptionError } from "../../errors.js";
import { checkKnown } from "../../options.js";
import type { ClientSettings } from "../remote/client.js";
import { HIDDEN } from "../remote/redact.js";
import type { ProviderExtras } from "./extras.js";
import type { ProviderName } from "./providers.js";

/** Options that every scorer behind HTTP takes. */
export interface HttpClientOptions {
  /** Sent with each request, over what would be sent otherwise. Values count as secrets in errors. */
  headers?: Readonly<Record<string, string>>;
  /** Used in place of the global `fetch`: for proxies, certificates, tests. It gets an AbortSignal and should heed it. */
  fetch?: typeof globalThis.fetch;
  /**
   * Milliseconds that a whole `score` call may take, all requests and retries included. `Infinity` sets no limit.
   * @default 60000
   */
  timeout?: number;
  /**
   * How often a request is sent again after 408, 429, a 5xx or a network fault. Waits grow from 250 ms to 8 s, with jitter, or are what
   * `Retry-After` says; a wait that would outlast `timeout`, or 60 s, is not begun.
   * @default 3
   */
  retries?: number;
  /**
   * Requests under way at a time, over all calls of this instance.
   * @default 4
   */
  maxConcurrency?: number;
  /**
   * Bytes of an answer after which it is refused.
   * @default 33554432
   */
  maxResponseBytes?: number;
}

/** Turns what a server sends into `sim`: `"sigmoid"` for servers that send logits, or a function of your own. */
export type Activation = "identity" | "sigmoid" | ((score: number) => number);

/** Options of {@link HttpCrossEncoder} that do not depend on the provider. */
export interface HttpScorerOptions extends HttpClientOptions {
  /** The model as the server calls it. Default: the provider's, where it has one. */
  model?: string;
  /**
   * Address of the server: its root, or with any part of the rerank path (`/v1`, `/v1/rerank`). User and password in it are sent as
   * Basic authorisation. Default: the provider's own, or an environment variable (`LOCALAI_BASE_URL`, `TEI_BASE_URL`, …).
   */
  baseUrl?: string;
  /** Default: the provider's usual environment variable. Self-hosted servers need none. */
  apiKey?: string;
  /** Texts a request. Default: the provider's limit, 32 with TEI. */
  maxBatchSize?: number;
  /** What "relevant" means for this task, for models that read instructions (Qwen3-Reranker, jina-reranker-v3). */
  instruction?: string;
  /**
   * @default "identity", the number as the server sends it
   */
  activation?: Activation;
}

/** Options for a provider of the table. */
export type ProviderOptions = {
  [Name in ProviderName]: HttpScorerOptions & { provider: Name; extra?: ProviderExtras[Name] };
}[ProviderName];

/** Options for a server that no row of the table fits. */
export interface CustomOptions extends Omit<HttpScorerOptions, "instruction"> {
  provider: "custom";
  /** Full address that is posted to. */
  baseUrl: string;
  /** Makes the JSON body of a request for some of the texts. It must ask for all of them back. */
  toRequest: (input: { model: string | undefined; query: string; texts: readonly string[] }) => unknown;
  /** Reads the parsed answer: one number a text in the order sent, or `{index, score}` in any order. */
  fromResponse: (body: unknown) => readonly number[] | readonly { index: number; score: number }[];
  /** Lowest score the server can give, for empty texts. Default: the lowest finite number. */
  lowestScore?: number;
}

/** Options of {@link HttpCrossEncoder}. */
export type HttpCrossEncoderOptions = ProviderOptions | CustomOptions;

/** Names of {@link HttpClientOptions}. */
const CLIENT_OPTIONS = ["headers", "fetch", "timeout", "retries", "maxConcurrency", "maxResponseBytes"];

/** Refuses misspelt options without showing their values: `api_key` would hold a key. @throws InvalidOptionError */
export function checkOptionNames(options: object, own: readonly string[], of: string): void {
  const masked = Object.entries(options).map(([name, value]) => [name, value === undefined ? undefined : HIDDEN]);
  checkKnown(Object.fromEntries(masked), [...own, ...CLIENT_OPTIONS], of);
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Checks what every client has in common and fills in defaults. @throws InvalidOptionError */
export function settleClient(backend: string, options: HttpClientOptions): ClientSettings {
  const { fetch, timeout = 60_000 } = options;
  if (fetch !== undefined && typeof fetch !== "function")
    throw new InvalidOptionError("fetch", fetch, "a function like `fetch`");
  const endless = timeout === Number.POSITIVE_INFINITY;
  if (!endless && !(typeof timeout === "number" && timeout > 0 && timeout <= LONGEST_TIMER)) {
    throw new InvalidOptionError("timeout", timeout, `milliseconds above 0, at most ${LONGEST_TIMER}, or Infinity`);
  }
  return {
    backend,
    fetch,
    timeout,
    retries: wholeNumber("retries", options.retries, 3, 0),
    maxConcurrency: wholeNumber("maxConcurrency", options.maxConcurrency, 4, 1),
    maxResponseBytes: wholeNumber("maxResponseBytes", options.maxResponseBytes, 2 ** 25, 1),
  };
}

/** An option that counts something, or its default. @throws InvalidOptionError */
export function wholeNumber(option: string, value: number | undefined, fallback: number, least: number): number {
  if (value === undefined) return fallback;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new InvalidOptionError(option, value, `a whole number of at least ${least}`);
  }
  return value;
}

/** An option that is a text if it is given. @throws InvalidOptionError */
export function checkText(option: string, value: unknown): void {
  if (value !== undefined && (typeof value !== "string" || value.trim() === "")) {
    throw new InvalidOptionError(option, value, "a text that is not blank");
  }
}
