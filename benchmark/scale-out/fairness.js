import { percentile, post, round, sentences, sleep, times, withReplicas } from "./common.js";

const QUERY = "how do I rerank documents?";
const SMALL = JSON.stringify({ query: QUERY, documents: sentences(10) });
const LARGE = JSON.stringify({ query: QUERY, documents: sentences(2000) });

/** Latency of requests of 10 texts alone, and while a request of 2,000 texts runs on the same server. */
export async function measure({ model = "rerank-en-v1" }) {
  const args = ["--no-playground", "--model", `reranker=${model}`, "--max-documents", "2000"];
  return withReplicas(1, args, async ([{ url }]) => {
    const small = () => post(`${url}/v1/rerank`, SMALL);
    await times(20, small);
    const alone = await times(200, small);
    let large = 0;
    let running = true;
    const load = (async () => {
      while (running) {
        await post(`${url}/v1/rerank`, LARGE);
        large++;
      }
    })();
    await sleep(200);
    const beside = await times(200, small);
    running = false;
    await load;
    const [before, after] = [alone, beside].map((all) => percentile(all, 0.99));
    return {
      requestsOf2000: large,
      "alone ms": { p50: round(percentile(alone, 0.5)), p99: round(before) },
      "beside ms": { p50: round(percentile(beside, 0.5)), p99: round(after) },
      "p99 ratio": round(after / before),
    };
  });
}
