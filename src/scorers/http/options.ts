import { type Checks, expecting, functionFor, number, positiveInteger, text } from "../../options.js";
import type { ApiKey } from "../remote/api-key.js";
import { apiKeyCheck, CLIENT_CHECKS, type HttpClientOptions } from "../remote/options.js";
import { type Activation, activationCheck } from "../remote/scores.js";
import type { ProviderExtras } from "./providers/extras.js";
import { findProvider } from "./providers/find-provider.js";
import type { ProviderName } from "./providers/index.js";

/** Options of `HttpCrossEncoder` that do not depend on the provider. */
export interface HttpScorerOptions extends HttpClientOptions {
  /** The model, as the server calls it. @default the provider's, where it has one */
  model?: string | undefined;
  /**
   * Address of the server: its root, or any address of it that another tool uses (`…/v1`, `…/v1/rerank`, `…/rerank`, with or without a
   * slash at the end, a prefix, a query string). User and password in it are sent as Basic authorization.
   * @default the provider's address, or an environment variable (`LOCALAI_BASE_URL`, `TEI_BASE_URL`, …)
   */
  baseUrl?: string | undefined;
  /**
   * A key, or a function that returns one, for tokens that expire. The function is called for each request, so it should cache.
   * @default the provider's usual environment variable; self-hosted servers need none
   */
  apiKey?: ApiKey | undefined;
  /** Texts per request. @default the provider's limit, for example 32 for TEI */
  maxBatchSize?: number | undefined;
  /** The meaning of "relevant" for this task, for models that follow instructions (Qwen3-Reranker, jina-reranker-v3). */
  instruction?: string | undefined;
  /**
   * Converts the server's scores to `sim`.
   * @default "identity", the number as the server sends it
   */
  activation?: Activation | undefined;
}

/** Options for a provider of the table. */
export type ProviderOptions = {
  [Name in ProviderName]: HttpScorerOptions & { provider: Name; extra?: ProviderExtras[Name] | undefined };
}[ProviderName];

/** Options for a server that is not in the table. */
export interface CustomOptions extends Omit<HttpScorerOptions, "instruction"> {
  /** A server that the two functions below describe. */
  provider: "custom";
  /** Full URL that is posted to. */
  baseUrl: string;
  /** Makes the JSON body of a request for some of the texts. It must ask for all of them back. */
  toRequest: (input: { model: string | undefined; query: string; texts: readonly string[] }) => unknown;
  /** Reads the parsed response: one number per text in the order sent, or `{index, score}` in any order. */
  fromResponse: (body: unknown) => readonly number[] | readonly { index: number; score: number }[];
  /** Lowest score that the server can send; blank texts get it. @default `LOWEST_SCORE`, which sorts below any score */
  lowestScore?: number | undefined;
}

/** Options of `HttpCrossEncoder`. */
export type HttpCrossEncoderOptions = ProviderOptions | CustomOptions;

const SCORER_CHECKS = {
  ...CLIENT_CHECKS,
  provider: (_, value) => void (value === "custom" || findProvider(value)),
  model: text,
  baseUrl: expecting('an http or https URL such as "http://localhost:8080"', (value) => typeof value === "string"),
  apiKey: apiKeyCheck,
  maxBatchSize: positiveInteger,
  activation: activationCheck,
} satisfies Checks;

/** Checks of {@link ProviderOptions}. */
export const PROVIDER_CHECKS = {
  ...SCORER_CHECKS,
  instruction: text,
  extra: expecting("an object of fields to send", (value) => typeof value === "object" && value !== null),
} satisfies Checks<Required<ProviderOptions>>;

/** Checks of {@link CustomOptions}. */
export const CUSTOM_CHECKS = {
  ...SCORER_CHECKS,
  toRequest: functionFor("a function from query and texts to the body of a request"),
  fromResponse: functionFor("a function from the parsed response to scores"),
  lowestScore: number(),
} satisfies Checks<Required<CustomOptions>>;
