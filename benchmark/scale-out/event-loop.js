import { gauge, post, round, sentences, TINY_ARGS, withReplicas } from "./common.js";

const QUERY = "how do I rerank documents?";
const TEXTS = sentences(60);
const BODIES = TEXTS.map((_, start) =>
  JSON.stringify({
    query: QUERY,
    documents: [0, 11, 22, 33, 44].map((offset) => TEXTS[(start + offset) % TEXTS.length]),
  }),
);

/** Delay of the server's event loop under many clients of another process's making. */
export async function measure({ seconds = 60, clients = 200, model }) {
  const args = model ? ["--no-playground", "--model", `reranker=${model}`] : TINY_ARGS;
  return withReplicas(1, args, async ([replica]) => {
    const statuses = {};
    const end = performance.now() + seconds * 1000;
    const client = async (seed) => {
      for (let call = 0; performance.now() < end; call++) {
        const { status } = await post(`${replica.url}/v1/rerank`, BODIES[(seed * 7 + call * 3) % BODIES.length]);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, seed) => client(seed)));
    const delay = (quantile) => gauge(replica, `event_loop_delay_seconds\\{quantile="${quantile}"\\}`);
    return {
      statuses,
      "event-loop delay ms": { p50: round((await delay(0.5)) * 1000), p99: round((await delay(0.99)) * 1000) },
      ok: Object.keys(statuses).every((status) => status === "200" || status === "429"),
    };
  });
}
