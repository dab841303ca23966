import { MissingServiceError, RefusedKeyError, reason, requireService, ServiceError } from "../lib/missing-service.js";

/** How many results to ask for. */
const COUNT = 20;

/**
 * @typedef {{ title: string, url: string }} SearchResult
 * @typedef {object} Engine
 * @property {string} service
 * @property {(question: string) => Promise<SearchResult[]>} search
 */

/**
 * The search engine that is configured: SearXNG (`SEARXNG_URL`), Tavily (`TAVILY_API_KEY`) or Brave (`BRAVE_API_KEY`), in this order; none
 * when no variable is set. `TAVILY_URL` and `BRAVE_URL` name a proxy.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Engine | undefined}
 */
export function configuredEngine({ SEARXNG_URL, TAVILY_API_KEY, TAVILY_URL, BRAVE_API_KEY, BRAVE_URL }) {
  if (SEARXNG_URL) return searxng(SEARXNG_URL);
  if (TAVILY_API_KEY) return tavily(TAVILY_API_KEY, TAVILY_URL ?? "https://api.tavily.com");
  if (BRAVE_API_KEY) return brave(BRAVE_API_KEY, BRAVE_URL ?? "https://api.search.brave.com");
  return undefined;
}

/**
 * A SearXNG whose settings allow JSON (`search.formats`), which is off by default.
 * @param {string} address
 * @returns {Engine}
 */
export function searxng(address) {
  const service = "SearXNG";
  const variable = "SEARXNG_URL";
  const start = "docker run -p 8080:8080 -v ./searxng:/etc/searxng searxng/searxng";
  return {
    service,
    async search(question) {
      await requireService({ service, variable, address, start });
      const url = new URL("search", withSlash(address));
      url.search = new URLSearchParams({ q: question, format: "json" }).toString();
      const response = await ask(service, url);
      if (response.status === 403) {
        const problem = `at ${address} gives no JSON (HTTP 403): add json to search.formats in its settings.yml`;
        throw new MissingServiceError({ service, variable, start, problem });
      }
      return readResults(service, response, ({ results }) => results);
    },
  };
}

/**
 * @param {string} key
 * @param {string} address
 * @returns {Engine}
 */
function tavily(key, address) {
  return {
    service: "Tavily",
    async search(question) {
      const response = await ask("Tavily", new URL("/search", address), {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: JSON.stringify({ query: question, max_results: COUNT }),
      });
      refuseKey("Tavily", "TAVILY_API_KEY", address, response.status);
      return readResults("Tavily", response, ({ results }) => results);
    },
  };
}

/**
 * @param {string} key
 * @param {string} address
 * @returns {Engine}
 */
function brave(key, address) {
  return {
    service: "Brave Search",
    async search(question) {
      const url = new URL("/res/v1/web/search", address);
      url.search = new URLSearchParams({ q: question, count: String(COUNT) }).toString();
      const headers = { accept: "application/json", "x-subscription-token": key };
      const response = await ask("Brave Search", url, { headers });
      refuseKey("Brave Search", "BRAVE_API_KEY", address, response.status);
      return readResults("Brave Search", response, ({ web }) => web?.results);
    },
  };
}

/**
 * @param {string} service
 * @param {URL} url
 * @param {RequestInit} [init]
 */
async function ask(service, url, init) {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  } catch (cause) {
    throw new ServiceError(`${service} does not answer at ${url.origin}${reason(cause)}`, { cause });
  }
}

/**
 * @param {string} service
 * @param {Response} response
 * @param {(answer: any) => SearchResult[] | undefined} find
 */
async function readResults(service, response, find) {
  if (!response.ok) throw new ServiceError(`${service} answered HTTP ${response.status}`);
  const results = find(await response.json());
  if (!Array.isArray(results)) throw new ServiceError(`${service} answered without a list of results`);
  return results.slice(0, COUNT).map(({ title, url }) => ({ title, url }));
}

/**
 * @param {string} service
 * @param {string} keyVariable
 * @param {string} address
 * @param {number} status
 */
function refuseKey(service, keyVariable, address, status) {
  if (status === 401 || status === 403 || status === 422)
    throw new RefusedKeyError({ service, keyVariable, address, status });
}

/** @param {string} address */
const withSlash = (address) => (address.endsWith("/") ? address : `${address}/`);
