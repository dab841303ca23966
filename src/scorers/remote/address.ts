import { InvalidOptionError } from "../../errors.js";
import { HIDDEN } from "./redact.js";

/** A checked address. Credentials are kept apart because `fetch` refuses URLs that hold them. */
export interface Address {
  url: URL;
  /** `user:password`, decoded. */
  credentials: string | undefined;
}

/** Parses an `http` or `https` URL. @throws InvalidOptionError if it is not one. */
export function parseAddress(baseUrl: unknown): Address {
  const expected = 'an http or https URL such as "http://localhost:8080"';
  if (typeof baseUrl !== "string") throw new InvalidOptionError("baseUrl", baseUrl, expected);
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    // Even an invalid URL may hold a password.
    throw new InvalidOptionError("baseUrl", baseUrl.includes("@") ? HIDDEN : baseUrl, expected);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new InvalidOptionError("baseUrl", url.protocol, expected);
  const credentials =
    url.username || url.password ? `${decodePart(url.username)}:${decodePart(url.password)}` : undefined;
  url.username = "";
  url.password = "";
  url.hash = "";
  return { url, credentials };
}

/** Decodes a part of a URL. @throws InvalidOptionError for a "%" that encodes nothing. */
export function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InvalidOptionError("baseUrl", HIDDEN, 'a URL in which "%" is written as "%25"');
  }
}

/** Ends of the addresses that people copy from other tools. They name an endpoint, not a prefix. */
const ENDPOINTS = [
  ["chat", "completions"],
  ["completions"],
  ["embeddings"],
  ["embed"],
  ["models"],
  ["rerank"],
  ["reranking"],
  ["rerankings"],
  ["reranks"],
  ["ranking"],
  ["score"],
  ["systemone"],
  ["decisions"],
];

/**
 * Path of an endpoint on the server that `base` points to. `base` may be the root, end with a version (`/v1`), or name any endpoint
 * (`/v1/rerank`); what comes before is a prefix and stays.
 *
 * @param versionIsPrefix True for servers that are started with a prefix such as `/v1` and have no version in their own path.
 */
export function joinPaths(base: string, path: string, versionIsPrefix = false): string {
  let left = base.split("/").filter(Boolean);
  const right = path.split("/").filter(Boolean);
  const endpoint = ENDPOINTS.find((parts) => parts.join("/") === left.slice(-parts.length).join("/"));
  if (endpoint) left = left.slice(0, -endpoint.length);
  let shared = overlap(left, right);
  if (shared === 0 && !versionIsPrefix && /^v\d+(alpha|beta)?\d*$/.test(left.at(-1) ?? "")) {
    left = left.slice(0, -1);
    shared = overlap(left, right);
  }
  return `/${[...left, ...right.slice(shared)].join("/")}`;
}

/** How many segments at the end of `left` are those at the beginning of `right`. */
function overlap(left: readonly string[], right: readonly string[]): number {
  let count = Math.min(left.length, right.length);
  while (count > 0 && left.slice(-count).join("/") !== right.slice(0, count).join("/")) count--;
  return count;
}
