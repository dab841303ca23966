import { HttpCrossEncoder } from "../../dist/http.js";
import { freePorts } from "../../examples/scale-out/processes.js";
import { ROUTERS } from "../../examples/scale-out/routers.js";
import { percentile, post, round, sentences, TINY_ARGS, times, withReplicas } from "./common.js";

const CALLS = 50;
const ROUNDS = 40;
/** So that each of three replicas behind a router has compiled its code. */
const WARM_UP = 1500;
const QUERY = "how do I rerank documents?";
const TEXTS = sentences(5);
const BODY = JSON.stringify({ model: "reranker", query: QUERY, documents: TEXTS });

/** Milliseconds of one request at a time, alternating: bare fetch to a replica, our client, and through routers. */
export async function measure({ router = "nginx" }) {
  return withReplicas(3, TINY_ARGS, async (replicas) => {
    const [port] = await freePorts(1);
    const ports = replicas.map((replica) => replica.port);
    const started = await ROUTERS[router](port, ports);
    const { url } = replicas[0];
    const client = new HttpCrossEncoder({ provider: "cohere", baseUrl: url, model: "reranker" });
    const headers = started.apiKey ? { authorization: `Bearer ${started.apiKey}` } : {};
    let turn = 0;
    const ways = {
      fetch: () => post(`${url}/v2/rerank`, BODY),
      fetchInTurn: () => post(`${replicas[turn++ % replicas.length].url}/v2/rerank`, BODY),
      client: () => client.score(QUERY, TEXTS),
      [router]: () => post(`${started.url}/v2/rerank`, BODY, headers),
    };
    const milliseconds = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
    try {
      for (const way of Object.values(ways)) await times(WARM_UP, way);
      for (let index = 0; index < ROUNDS; index++)
        for (const [name, way] of Object.entries(ways)) milliseconds[name].push(...(await times(CALLS, way)));
    } finally {
      await started.stop();
    }
    const p50 = Object.fromEntries(Object.entries(milliseconds).map(([way, all]) => [way, percentile(all, 0.5)]));
    const over = (way, base = "fetch") => round(p50[way] - p50[base], 3);
    return {
      "p50 ms of fetch": round(p50.fetch, 3),
      "client adds ms": over("client"),
      [`${router} adds ms`]: over(router, "fetchInTurn"),
      "three replicas in turn instead of one add ms": over("fetchInTurn"),
    };
  });
}
