import { InvalidOptionError } from "../../errors.js";
import { readVariable } from "../remote/environment.js";
import { HIDDEN } from "../remote/redact.js";
import { isProvider, PROVIDERS, type Provider } from "./providers.js";

/** Where requests go and what authorises them. */
export interface Connection {
  url: string;
  headers: Headers;
  /** Every string that must never be shown. */
  secrets: readonly string[];
}

/** The options that a connection is made from. */
export interface ConnectionOptions {
  model?: string | undefined;
  baseUrl?: string | undefined;
  apiKey?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

/** The row of a provider. @throws InvalidOptionError naming those that are known. */
export function findProvider(name: unknown): Provider {
  if (typeof name === "string" && isProvider(name)) return PROVIDERS[name];
  const known = [...Object.keys(PROVIDERS), "custom"].map((provider) => `"${provider}"`);
  throw new InvalidOptionError("provider", name, `one of ${known.join(", ")}`);
}

/** Settles model, address and key of a provider from options and environment. @throws InvalidOptionError */
export function connectProvider(name: string, options: ConnectionOptions): Connection & { model: string | undefined } {
  const provider = findProvider(name);
  const model = options.model ?? provider.model;
  if (model === undefined && provider.needsModel) {
    throw new InvalidOptionError("model", model, `the name of a model that the ${name} server has`);
  }
  const base = options.baseUrl ?? readVariable(provider.urlVariables);
  if (base === undefined && provider.baseUrl === undefined) {
    throw new InvalidOptionError(
      "baseUrl",
      base,
      `the address of your ${name} server, as "http://localhost:8080", here or in ${either(provider.urlVariables ?? [])}`,
    );
  }
  const apiKey = options.apiKey ?? readVariable(provider.keyVariables);
  const authorised = new Headers(checkHeaders(options.headers)).has(provider.keyHeader ?? "authorization");
  if (apiKey === undefined && base === undefined && !authorised) {
    throw new InvalidOptionError("apiKey", apiKey, `your ${name} key, here or in ${either(provider.keyVariables)}`);
  }
  const path = base === undefined && provider.hostedPath ? provider.hostedPath(model ?? "") : provider.path;
  const connection = connect(base ?? provider.baseUrl ?? "", path, { ...options, apiKey }, provider);
  return { ...connection, model };
}

/** Joins base URL and path, and turns key and headers into one checked set. @throws InvalidOptionError */
export function connect(
  baseUrl: string,
  path: string,
  { apiKey, headers }: ConnectionOptions,
  { keyHeader, headers: fixed }: Pick<Provider, "keyHeader" | "headers"> = {},
): Connection {
  const { url, credentials } = checkUrl(baseUrl, path);
  const merged = new Headers({ "content-type": "application/json", accept: "application/json", ...fixed });
  const secrets = [...new URL(url).searchParams.values()];
  if (credentials !== undefined) {
    merged.set("authorization", `Basic ${btoa(credentials)}`);
    secrets.push(credentials, btoa(credentials));
  }
  if (apiKey !== undefined) {
    // A header's value cannot hold these, and the runtime's own error for it would show the key.
    if (typeof apiKey !== "string" || !/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new InvalidOptionError("apiKey", HIDDEN, "visible ASCII characters without blanks or line breaks");
    }
    merged.set(keyHeader ?? "authorization", keyHeader ? apiKey : `Bearer ${apiKey}`);
    secrets.push(apiKey);
  }
  for (const [name, value] of Object.entries(checkHeaders(headers))) {
    merged.set(name, value);
    if (!/^(accept.*|content-type|user-agent)$/i.test(name)) secrets.push(value, value.replace(/^\S+ /, ""));
  }
  return { url, headers: merged, secrets };
}

function checkHeaders(headers: ConnectionOptions["headers"] = {}): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (
      !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) ||
      typeof value !== "string" ||
      !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)
    ) {
      throw new InvalidOptionError(
        `headers["${name}"]`,
        HIDDEN,
        "a header name with a value of Latin-1 characters without line breaks",
      );
    }
  }
  return headers;
}

function checkUrl(baseUrl: unknown, path: string): { url: string; credentials: string | undefined } {
  const allowed = 'an http or https address, as "http://localhost:8080"';
  if (typeof baseUrl !== "string") throw new InvalidOptionError("baseUrl", baseUrl, allowed);
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    // What is no URL may still hold a password.
    throw new InvalidOptionError("baseUrl", baseUrl.includes("@") ? HIDDEN : baseUrl, allowed);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new InvalidOptionError("baseUrl", url.protocol, allowed);
  // fetch refuses addresses with credentials, and shows them in its error.
  const credentials =
    url.username || url.password
      ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
      : undefined;
  url.username = "";
  url.password = "";
  url.pathname = joinPaths(url.pathname, path);
  url.hash = "";
  return { url: url.href, credentials };
}

/** Appends `path`, less the leading part of it that `base` ends with already: people paste `…/v1` and `…/v1/rerank` alike. */
export function joinPaths(base: string, path: string): string {
  const left = base.split("/").filter(Boolean);
  const right = path.split("/").filter(Boolean);
  let overlap = Math.min(left.length, right.length);
  while (overlap > 0 && left.slice(-overlap).join("/") !== right.slice(0, overlap).join("/")) overlap--;
  return `/${[...left, ...right.slice(overlap)].join("/")}`;
}

function either(variables: readonly string[]): string {
  return `the environment variable ${variables.join(" or ")}`;
}
