import { errorNames } from "../../error-names.js";
import { BackendError, InvalidOptionError } from "../../errors.js";
import { parseAddress } from "./address.js";
import { type ApiKey, checkKey } from "./api-key.js";
import { createRedact, HIDDEN, type Redact } from "./redact.js";

/** How a key is sent. */
export interface KeyFormat {
  /** @default "authorization" */
  header?: string | undefined;
  /** Word before the key, as in `Bearer KEY`; empty for none. @default "Bearer" */
  scheme?: string | undefined;
}

/** Where requests go, and how they are authorized. */
export interface Connection {
  url: string;
  headers: Headers;
  /** Knows every secret in URL and headers. */
  redact: Redact;
  /** Headers and redactor of one request, where the key comes from a function. */
  authorize?: () => Promise<{ headers: Headers; redact: Redact }>;
}

/** The options that a connection is made from. */
export interface ConnectionOptions {
  apiKey?: ApiKey | undefined;
  headers?: HeadersInit | undefined;
}

/**
 * Checks address, key and headers, and combines them. Later ones win: fixed headers, then the URL's credentials, the key, `headers`.
 *
 * @throws InvalidOptionError for a URL, key or header that cannot be sent.
 */
export function connect(
  backend: string,
  baseUrl: string,
  { apiKey, headers }: ConnectionOptions,
  resolvePath: (url: URL) => string,
  fixed: Readonly<Record<string, string>> = {},
  keyFormat: KeyFormat = {},
): Connection {
  const { url, credentials } = parseAddress(baseUrl);
  url.pathname = resolvePath(url);
  const base = new Headers({ "content-type": "application/json", accept: "application/json", ...fixed });
  const secrets = [...url.searchParams.values()];
  if (credentials !== undefined) {
    // In UTF-8 (RFC 7617), as other clients send them.
    const encoded = btoa(String.fromCharCode(...new TextEncoder().encode(credentials)));
    base.set("authorization", `Basic ${encoded}`);
    secrets.push(credentials, encoded);
  }
  const extra = readHeaders(headers);
  for (const [name, value] of extra) {
    if (!/^(accept.*|content-type|user-agent)$/i.test(name)) secrets.push(value, value.replace(/^\S+ /, ""));
  }
  const { header = "authorization", scheme = "Bearer" } = keyFormat;
  const complete = (key: string | undefined): Headers => {
    const merged = new Headers(base);
    if (key !== undefined) merged.set(header, scheme === "" ? key : `${scheme} ${key}`);
    for (const [name, value] of extra) merged.set(name, value);
    return merged;
  };
  if (typeof apiKey === "function") {
    const redact = createRedact(secrets);
    const authorize = async () => {
      const key = checkKey(await callKeyFunction(backend, apiKey));
      return { headers: complete(key), redact: createRedact([...secrets, key]) };
    };
    return { url: url.href, headers: complete(undefined), redact, authorize };
  }
  if (apiKey !== undefined) secrets.push(checkKey(apiKey));
  return { url: url.href, headers: complete(apiKey), redact: createRedact(secrets) };
}

/** The error of the function is not passed on: it is about secrets that no redactor knows. */
async function callKeyFunction(backend: string, apiKey: () => unknown): Promise<unknown> {
  try {
    return await apiKey();
  } catch (error) {
    throw new BackendError(
      backend,
      `The function \`apiKey\` failed (${errorNames(error)}). Its message is left out because it may contain secrets; call the function ` +
        "directly to see it.",
    );
  }
}

/**
 * Reads any `HeadersInit`: a `Headers` object, pairs, a `Map`, or a record.
 *
 * @throws InvalidOptionError that names the header but shows no value.
 */
export function readHeaders(headers: HeadersInit | undefined): [name: string, value: string][] {
  if (headers === undefined) return [];
  if (typeof headers !== "object" || headers === null)
    throw new InvalidOptionError("headers", HIDDEN, "a `Headers` object, a list of pairs, or a record");
  const pairs: readonly unknown[] = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return pairs.map((pair, index) => {
    const [name, value] = Array.isArray(pair) ? pair : [];
    if (typeof name !== "string" || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      const option = typeof name === "string" ? `headers["${name}"]` : `headers[${index}]`;
      throw new InvalidOptionError(option, HIDDEN, "a valid header name with a value");
    }
    if (typeof value !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      const shown = value === undefined || value === null ? value : HIDDEN;
      throw new InvalidOptionError(`headers["${name}"]`, shown, "a string of Latin-1 characters without line breaks");
    }
    return [name, value];
  });
}
