import { createServer } from "node:http";
import { json } from "node:stream/consumers";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An answer that is not 200. */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Speaks the part of Qdrant's REST interface that `@langchain/qdrant` uses, as https://api.qdrant.tech describes it: collections, points, query
 * by vector, cosine only, exact search. No Qdrant server is available from a package registry; this shows that the requests are right in shape,
 * ids and dimensions, not how Qdrant itself searches.
 *
 * @param {{ apiKey?: string }} [options] with a key, requests without it are refused
 */
export async function startQdrantStandIn({ apiKey } = {}) {
  /** @type {Map<string, { size: number, points: Map<string | number, { id: string | number, vector: number[], payload: any }> }>} */
  const collections = new Map();
  /** @type {string[]} */
  const requests = [];

  const collection = (/** @type {string} */ name) => {
    const found = collections.get(name);
    if (!found) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return found;
  };

  /** @type {[string, RegExp, (body: any, name: string) => unknown][]} */
  const routes = [
    ["GET", /^\/collections$/, () => ({ collections: [...collections.keys()].map((name) => ({ name })) })],
    [
      "PUT",
      /^\/collections\/([^/]+)$/,
      ({ vectors: { size, distance } }, name) => {
        if (distance !== "Cosine") throw new Refusal(400, `this stand-in knows the distance Cosine, not ${distance}`);
        if (collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
        collections.set(name, { size, points: new Map() });
        return true;
      },
    ],
    [
      "PUT",
      /^\/collections\/([^/]+)\/points$/,
      ({ points }, name) => {
        const { size, points: kept } = collection(name);
        for (const { id, vector, payload } of points) {
          if (!(Number.isInteger(id) && id >= 0) && !UUID.test(id)) {
            throw new Refusal(
              400,
              `value ${id} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
            );
          }
          checkSize(size, vector);
          kept.set(id, { id, vector, payload });
        }
        return { operation_id: requests.length, status: "completed" };
      },
    ],
    [
      "POST",
      /^\/collections\/([^/]+)\/points\/query$/,
      ({ query, limit = 10, with_payload: keys }, name) => {
        const { size, points } = collection(name);
        checkSize(size, query);
        const scored = [...points.values()].map(({ id, vector, payload }) => {
          const shown = Object.fromEntries(keys.map((/** @type {string} */ key) => [key, payload[key]]));
          return { id, version: 0, score: cosine(query, vector), payload: shown };
        });
        return { points: scored.sort((a, b) => b.score - a.score).slice(0, limit) };
      },
    ],
  ];

  const server = createServer(async (request, response) => {
    const answer = (/** @type {number} */ status, /** @type {unknown} */ body) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    requests.push(`${request.method} ${path}`);
    try {
      if (apiKey && request.headers["api-key"] !== apiKey)
        throw new Refusal(401, "Must provide an API key or an Authorization bearer token");
      if (path === "/") return answer(200, { title: "qdrant - vector search engine", version: "1.16.0" });
      const route = routes.find(([method, pattern]) => method === request.method && pattern.test(path));
      if (!route) throw new Refusal(404, `this stand-in does not know ${request.method} ${path}`);
      const body = request.method === "GET" ? undefined : await json(request);
      const [, name] = route[1].exec(path) ?? [];
      answer(200, { result: route[2](body, decodeURIComponent(name ?? "")), status: "ok", time: 0 });
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      answer(status, { status: { error: String(error instanceof Error ? error.message : error) }, time: 0 });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * @param {number} size
 * @param {number[]} vector
 */
function checkSize(size, vector) {
  if (vector.length !== size)
    throw new Refusal(400, `Wrong input: Vector dimension error: expected dim: ${size}, got ${vector.length}`);
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function cosine(a, b) {
  const dot = (/** @type {number[]} */ x, /** @type {number[]} */ y) =>
    x.reduce((sum, value, at) => sum + value * y[at], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
