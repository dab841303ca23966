import { gauge, post, round, sentences, sleep, withReplicas } from "./common.js";

const QUERY = "how do I rerank documents?";
const TEXTS = sentences(60);
const CLIENTS = 8;

/** Slope of the server's resident memory under constant load, after the first quarter (5 of 20 minutes). */
export async function measure({ minutes = 20, model = "rerank-en-v1" }) {
  const args = ["--no-playground", "--model", `reranker=${model}`];
  return withReplicas(1, args, async ([replica]) => {
    const end = performance.now() + minutes * 60_000;
    let answered = 0;
    const client = async (seed) => {
      for (let call = 0; performance.now() < end; call++) {
        const first = (seed * 7 + call * 3) % TEXTS.length;
        const documents = Array.from({ length: 10 }, (_, index) => `${call} ${TEXTS[(first + index) % TEXTS.length]}`);
        await post(`${replica.url}/v1/rerank`, JSON.stringify({ query: `${QUERY} ${call}`, documents }));
        answered++;
      }
    };
    const samples = [];
    const started = performance.now();
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, seed) => client(seed)));
    while (performance.now() < end) {
      samples.push([(performance.now() - started) / 60_000, (await gauge(replica, "resident_memory_bytes")) / 1e6]);
      await sleep(1000);
    }
    await clients;
    const settled = samples.filter(([minute]) => minute >= minutes / 4);
    return {
      answered,
      "MB at the start, after a quarter, at the end": [samples[0], settled[0], samples.at(-1)].map(([, mb]) =>
        round(mb),
      ),
      "slope, MB per minute": round(slope(settled), 3),
    };
  });
}

/** Least squares. */
function slope(points) {
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
