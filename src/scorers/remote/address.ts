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
    url.username || url.password
      ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
      : undefined;
  url.username = "";
  url.password = "";
  url.hash = "";
  return { url, credentials };
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
  const versioned = !versionIsPrefix && /^v\d+(alpha|beta)?\d*$/.test(left.at(-1) ?? "");
  if (versioned) left = left.slice(0, -1);
  let overlap = versioned ? 0 : Math.min(left.length, right.length);
  while (overlap > 0 && left.slice(-overlap).join("/") !== right.slice(0, overlap).join("/")) overlap--;
  return `/${[...left, ...right.slice(overlap)].join("/")}`;
}
