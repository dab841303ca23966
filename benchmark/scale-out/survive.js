import { HttpCrossEncoder } from "../../dist/http.js";
import { createScorer } from "../../dist/index.js";
import { freePorts } from "../../examples/scale-out/processes.js";
import { startRay } from "../../examples/scale-out/ray.js";
import { ROUTERS } from "../../examples/scale-out/routers.js";
import { sentences, sleep, TINY, TINY_ARGS, withReplicas } from "./common.js";

const TEXTS = sentences(60);
const QUERY = "how do I rerank documents?";
const REQUESTS = TEXTS.map((_, start) => [0, 11, 22, 33, 44].map((offset) => TEXTS[(start + offset) % TEXTS.length]));

/** Clients over three replicas, one of which is killed with SIGKILL and one restarted: every answer is compared. */
export async function measure({ router = "nginx", seconds = 120, clients = 100 }) {
  const own = createScorer(TINY);
  const expected = [];
  for (const texts of REQUESTS) expected.push(await own.score(QUERY, texts));
  await own.dispose?.();
  const result = await (router === "ray" ? overRay : overReplicas)(router, async (server, disturb) => {
    const load = run(server, { seconds, clients, expected });
    await sleep(seconds * 250);
    const done = await disturb();
    return { ...(await load), ...done };
  });
  return { ...result, ok: result.lost === 0 && result.wrong === 0 && result.answered > 0 };
}

async function overReplicas(name, work) {
  return withReplicas(3, TINY_ARGS, async (replicas) => {
    const [port] = await freePorts(1);
    const router = await ROUTERS[name](
      port,
      replicas.map((replica) => replica.port),
    );
    try {
      return await work(router, async () => {
        const [first, second] = replicas;
        await first.stop("SIGKILL");
        await first.start();
        const exitCode = await second.stop("SIGTERM");
        await second.start();
        return { killed: 1, restarted: 1, exitCodeOfRestarted: exitCode };
      });
    } finally {
      await router.stop();
    }
  });
}

async function overRay(_, work) {
  const [port] = await freePorts(1);
  const ray = await startRay(port, [{ name: "tiny", model: TINY, replicas: 3 }]);
  try {
    return await work({ url: ray.url("tiny"), provider: "cohere" }, async () => {
      const before = ray.replicas("tiny");
      process.kill(before[0], "SIGKILL");
      const isNew = (pid) => !before.includes(pid);
      while (!ray.replicas("tiny").some(isNew)) await sleep(500);
      return { killed: 1, replacedByRay: ray.replicas("tiny").filter(isNew).length };
    });
  } finally {
    await ray.stop();
  }
}

async function run({ url, provider, apiKey }, { seconds, clients, expected }) {
  const key = apiKey ? { apiKey } : {};
  const options = { provider, baseUrl: url, model: "reranker", maxConcurrency: clients, retries: 8, ...key };
  const model = new HttpCrossEncoder(options);
  const counts = { answered: 0, wrong: 0, lost: 0, retries: 0, errors: {} };
  const end = performance.now() + seconds * 1000;
  const client = async (seed) => {
    for (let call = 0; performance.now() < end; call++) {
      const which = (seed * 7 + call * 3) % REQUESTS.length;
      const onReport = ({ retries = 0 }) => {
        counts.retries += retries;
      };
      try {
        const scores = await model.score(QUERY, REQUESTS[which], { onReport });
        counts.answered++;
        const right = scores.length === 5 && scores.every((score, at) => Math.abs(score - expected[which][at]) < 1e-4);
        if (!right) counts.wrong++;
      } catch (error) {
        counts.lost++;
        counts.errors[error.message] = (counts.errors[error.message] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, seed) => client(seed)));
  return counts;
}
