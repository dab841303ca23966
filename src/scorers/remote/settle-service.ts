import { InvalidOptionError } from "../../errors.js";
import { decodePart, joinPaths, parseAddress } from "./address.js";
import { type ApiKey, checkKey } from "./api-key.js";
import { readVariable } from "./environment.js";
import type { Service } from "./service.js";

/** The options that say which service, which of its models, and with which key. */
export interface ServiceChoice {
  model?: string | undefined;
  baseUrl?: string | undefined;
  apiKey?: ApiKey | undefined;
}

/** Everything about a service that options and environment decide. */
export interface SettledService {
  model: string | undefined;
  baseUrl: string;
  apiKey: ApiKey | undefined;
  path: string;
  /** Fixed headers. */
  headers: Readonly<Record<string, string>>;
}

/**
 * Settles model, address and key of a service from options and environment. The core checks names with it, so it does not connect.
 *
 * @param authorized Whether a header holds the key.
 * @throws InvalidOptionError that names what is missing and the environment variable that it can come from.
 */
export function settleService(
  name: string,
  service: Service,
  options: ServiceChoice,
  authorized = false,
): SettledService {
  const { keyVariables, urlVariables = [] } = service;
  const model = options.model ?? service.model;
  if (model === undefined && service.needsModel) {
    const problem = `Missing model for ${name}. Pass \`model\`, the name of a model that the server has.`;
    throw InvalidOptionError.because("model", model, problem);
  }
  const apiKey = options.apiKey ?? readVariable(keyVariables);
  const baseUrl = options.baseUrl ?? readVariable(urlVariables) ?? keyHost(service, apiKey) ?? service.baseUrl;
  if (baseUrl === undefined) {
    const problem = `Missing address of the ${name} server. Pass \`baseUrl\`, for example "http://localhost:8080", or set ${urlVariables.join(" or ")}.`;
    throw InvalidOptionError.because("baseUrl", baseUrl, problem);
  }
  const { url } = parseAddress(baseUrl);
  if (apiKey === undefined && !authorized && url.username === "" && hostPath(service, url) !== undefined) {
    const problem = `Missing API key for ${name}. Pass \`apiKey\` or set ${keyVariables.join(" or ")}.`;
    throw InvalidOptionError.because("apiKey", apiKey, problem);
  }
  if (typeof apiKey === "string") checkKey(apiKey);
  const variables = new Map<string, string>();
  const path = servicePath(name, service, url, model, variables);
  return { model, baseUrl, apiKey, path, headers: fillHeaders(service.headers, variables) };
}

function keyHost({ keyHosts = {} }: Service, apiKey: ApiKey | undefined): string | undefined {
  if (typeof apiKey !== "string") return undefined;
  return Object.entries(keyHosts).find(([prefix]) => apiKey.startsWith(prefix))?.[1];
}

/** The path that a hosted service has, whatever path was pasted; `undefined` on other hosts. */
function hostPath({ baseUrl, path, hostPaths = {} }: Service, { hostname }: URL): string | undefined {
  const listed = Object.entries(hostPaths).find(([host]) => hostname === host || hostname.endsWith(`.${host}`));
  if (listed) return listed[1];
  return baseUrl !== undefined && new URL(baseUrl).hostname === hostname ? path : undefined;
}

function servicePath(
  name: string,
  service: Service,
  url: URL,
  model: string | undefined,
  variables: Map<string, string>,
): string {
  const hosted = hostPath(service, url);
  const [from, to] = service.modelInPath ?? ["", ""];
  const modelPath = encodeURI(from === "" ? (model ?? "") : (model ?? "").replaceAll(from, to));
  const template = hosted ?? service.path;
  const given = url.pathname.split("/");
  const literal = (index: number) => template.split("/").slice(0, index);
  const segments = template.split("/").map((segment, index) => {
    if (!/^\{[A-Z_|]+\}$/.test(segment)) return segment.replace("{model}", modelPath);
    const key = segment.slice(1, -1);
    // `baseUrl` may have the value: what comes before it is the same there.
    const pasted = literal(index).every((part, at) => part === given[at] || part.startsWith("{")) && given[index];
    const value = pasted || readVariable(key.split("|"));
    if (!value) {
      const example = `${url.origin}${template.replace(/\{[A-Z_|]+\}/, "YOUR_VALUE").split("{")[0]}`;
      const problem = `Incomplete address of ${name}. Set ${key.replaceAll("|", " or ")}, or pass \`baseUrl\` with the value in it, such as ${example}`;
      throw InvalidOptionError.because("baseUrl", url.origin + url.pathname, problem);
    }
    variables.set(segment, pasted ? decodePart(value) : value);
    return pasted ? value : encodeURIComponent(value);
  });
  const path = segments.join("/");
  return hosted === undefined ? joinPaths(url.pathname, path, service.versionIsPrefix) : path;
}

function fillHeaders(headers: Service["headers"] = {}, variables: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, variables.get(value) ?? value]));
}
