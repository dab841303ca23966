import { createServer } from "node:http";
import { json } from "node:stream/consumers";

const PAGES = {
  "/bees.html":
    "Bees see ultraviolet light, and many flowers carry marks in it that show the way to their nectar. A red flower looks black to them.",
  "/moon.html":
    "The Moon turns once on its axis in the time that it takes to go round the Earth, so that one side of it always faces us here.",
};

/**
 * Speaks as SearXNG, Tavily, Brave Search and Ollama do, as far as the web search example asks them, and serves two pages to be found.
 * Vectors count words. The formats are those of https://docs.searxng.org/dev/search_api.html, https://docs.tavily.com,
 * https://api-dashboard.search.brave.com and https://docs.ollama.com/api.
 *
 * @param {{ key?: string, json?: boolean }} [options] `key`: what Tavily and Brave want; `json: false`: a SearXNG as it is installed
 */
export async function startWebStandIn({ key = "a key", json: allowsJson = true } = {}) {
  let url = "";
  const found = () => Object.keys(PAGES).map((path) => ({ title: path, url: `${url}${path}` }));
  /** @type {Record<string, (request: import("node:http").IncomingMessage, body: any) => [number, unknown]>} */
  const routes = {
    "GET /": () => [200, "Ollama is running"],
    "GET /search": () =>
      allowsJson ? [200, { query: "", number_of_results: 0, results: found() }] : [403, "Forbidden"],
    "POST /search": ({ headers }, { query, max_results }) => {
      if (headers.authorization !== `Bearer ${key}`)
        return [401, { detail: { error: "Unauthorized: missing or invalid API key." } }];
      return query && max_results <= 20
        ? [200, { query, results: found() }]
        : [400, { detail: { error: "Invalid request" } }];
    },
    "GET /res/v1/web/search": ({ headers }) => {
      if (headers["x-subscription-token"] !== key)
        return [422, { type: "ErrorResponse", error: { code: "SUBSCRIPTION_TOKEN_INVALID" } }];
      return [200, { type: "search", web: { type: "search", results: found() } }];
    },
    "POST /api/show": (_, { model }) =>
      model === "counts-words" ? [200, {}] : [404, { error: `model '${model}' not found` }],
    "POST /api/embed": (_, { model, input }) => [200, { model, embeddings: input.map(countWords) }],
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const page = PAGES[/** @type {keyof typeof PAGES} */ (pathname)];
    if (page)
      return response
        .writeHead(200, { "content-type": "text/html" })
        .end(`<title>${pathname}</title><article><p>${page}</p></article>`);
    const body = request.method === "POST" ? await json(request) : undefined;
    const [status, answer] = routes[`${request.method} ${pathname}`]?.(request, body) ?? [404, {}];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  url = `http://127.0.0.1:${address && typeof address === "object" ? address.port : 0}`;
  return {
    url,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * How often a word with a given hash occurs: enough for texts that share words to be near one another.
 * @param {string} text
 */
function countWords(text) {
  const vector = new Array(64).fill(0);
  for (const word of text.toLowerCase().match(/\w{4,}/g) ?? []) {
    vector[[...word].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 64, 7)] += 1;
  }
  return vector;
}
