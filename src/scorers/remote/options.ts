import { InvalidOptionError } from "../../errors.js";
import {
  type Check,
  type Checks,
  checkOptions,
  expecting,
  functionFor,
  integer,
  positiveInteger,
} from "../../options.js";
import type { ApiKey } from "./api-key.js";
import type { ClientSettings } from "./client.js";
import { readHeaders } from "./connection.js";
import { HIDDEN } from "./redact.js";

/** Options of every scorer that sends HTTP requests. */
export interface HttpClientOptions {
  /**
   * Sent with each request; they override the headers that would be sent otherwise. A `Headers` object, pairs, a `Map`, or a record.
   * Their values count as secrets in errors.
   */
  headers?: HeadersInit | undefined;
  /** Used instead of the global `fetch`: for proxies, certificates, tests. It gets an AbortSignal and should respect it. */
  fetch?: typeof globalThis.fetch | undefined;
  /**
   * Milliseconds that a whole `score` call may take, including all requests and retries. `Infinity` for no limit.
   * @default 60000
   */
  timeout?: number | undefined;
  /**
   * How often a request is repeated after 408, 429, most 5xx statuses, or a network fault. Waits grow from 250 ms to 8 s, with jitter, or
   * last as long as `Retry-After` says. A wait that would exceed `timeout`, or 60 s, is not begun.
   * @default 3
   */
  retries?: number | undefined;
  /**
   * Concurrent requests over all calls of this instance.
   * @default 4
   */
  maxConcurrency?: number | undefined;
  /**
   * Largest response that is read, in bytes.
   * @default 33554432
   */
  maxResponseBytes?: number | undefined;
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Checks of {@link HttpClientOptions}. */
export const CLIENT_CHECKS = {
  headers: (_, value) => void readHeaders(value as HeadersInit),
  fetch: functionFor("a function like `fetch`"),
  timeout: expecting(
    `a number of milliseconds above 0 and at most ${LONGEST_TIMER}, or Infinity`,
    (value) => value === Number.POSITIVE_INFINITY || (typeof value === "number" && value > 0 && value <= LONGEST_TIMER),
  ),
  retries: integer(0),
  maxConcurrency: positiveInteger,
  maxResponseBytes: positiveInteger,
} satisfies Checks<HttpClientOptions>;

/** A key, or a function that returns one. What a string may contain is checked where the header is made. */
export const apiKeyCheck: Check = (option, value) => {
  if (typeof value !== "string" && typeof value !== "function")
    throw new InvalidOptionError(option, HIDDEN, "a string, or a function that returns one");
};

/**
 * Checks options against a table. Unlike {@link checkOptions} it never shows the value of an unknown option: a misspelled `api_key` holds a
 * key.
 *
 * @throws InvalidOptionError for the first option at fault.
 */
export function checkRemoteOptions(options: object, checks: Readonly<Record<string, Check>>, owner: string): void {
  const shown = Object.entries(options).map(([name, value]) => {
    const known = Object.hasOwn(checks, name);
    return [name, known || value === undefined ? value : HIDDEN];
  });
  checkOptions(Object.fromEntries(shown), checks, owner);
}

/** Fills in the defaults of options that were checked. */
export function clientSettings(backend: string, options: HttpClientOptions): ClientSettings {
  const { fetch, timeout = 60_000, retries = 3, maxConcurrency = 4, maxResponseBytes = 2 ** 25 } = options;
  return { backend, fetch, timeout, retries, maxConcurrency, maxResponseBytes };
}

export type { ApiKey };
