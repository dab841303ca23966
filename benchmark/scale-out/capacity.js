import { post, round, sentences, withReplicas } from "./common.js";

const CLIENTS = 8;
const SECONDS = 60;
const QUERY = "how do I rerank documents?";
const CANDIDATES = 100;

/** Questions per second over 100 candidates that one server of this machine answers, none cached and all cached. */
export async function measure({ model = "rerank-en-v1", seconds = SECONDS }) {
  const args = ["--no-playground", "--model", `reranker=${model}`];
  return withReplicas(1, args, async ([{ url }]) => {
    const texts = sentences(CANDIDATES);
    const run = async (documentsOf) => {
      const end = performance.now() + (seconds / 2) * 1000;
      let answered = 0;
      const client = async (seed) => {
        for (let call = 0; performance.now() < end; call++) {
          await post(
            `${url}/v1/rerank`,
            JSON.stringify({ query: `${QUERY} ${seed}`, documents: documentsOf(seed, call) }),
          );
          answered++;
        }
      };
      const started = performance.now();
      await Promise.all(Array.from({ length: CLIENTS }, (_, seed) => client(seed)));
      return answered / ((performance.now() - started) / 1000);
    };
    const fresh = await run((seed, call) => texts.map((text, index) => `${seed}-${call}-${index} ${text}`));
    const again = await run(() => texts);
    return { "questions per second": { newTexts: round(fresh, 3), sameTexts: round(again, 3) } };
  });
}
