import { readFileSync } from "node:fs";
import { post, round, sentences, withReplicas } from "./common.js";

const CLIENTS = 2;
const SECONDS = 90;
const QUERY = "how do I rerank documents?";
const CANDIDATES = 100;

/** Characters of a passage, about 250 tokens. */
const LENGTH = 1000;

/** Clock ticks per second of /proc/PID/stat on Linux. */
const TICKS = 100;

/** The assumptions of the plan in docs/scaling.md. */
const PLAN = {
  questionsPerSecond: [10, 1000, 100_000],
  wholeResultsCached: 0.3,
  utilization: 0.6,
  usdPerCoreAndMonth: 29.2,
};

/** Shares of a question's candidates that the server has seen before. */
const SEEN = { none: 0, "90%": 0.9, all: 1 };

/**
 * What one server of this machine answers over 100 candidates: questions per second, and the CPU time of its process per question, which
 * other work on the machine hardly changes.
 */
export async function measure({ model = "rerank-en-v1", seconds = SECONDS }) {
  const args = ["--no-playground", "--model", `reranker=${model}`, "--timeout", "600000"];
  return withReplicas(1, args, async ([server]) => {
    const texts = passages(CANDIDATES);
    const ask = (query, documents) => post(`${server.url}/v1/rerank`, JSON.stringify({ query, documents }));
    await ask(QUERY, texts);
    let made = 0;
    const run = async (seen) => {
      const documents = () =>
        texts.map((text, index) => (index < CANDIDATES * seen ? text : `${made++} ${text}`.slice(0, LENGTH)));
      const started = performance.now();
      const before = processorSeconds(server.pid);
      let answered = 0;
      const client = async (seed) => {
        while (performance.now() < started + (seconds / 3) * 1000) {
          const { status, json } = await ask(`${QUERY} ${seed} ${answered}`, documents());
          if (status !== 200) throw new Error(`the server answered ${status}: ${JSON.stringify(json)}`);
          answered++;
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, (_, seed) => client(seed)));
      const coreSeconds = (processorSeconds(server.pid) - before) / answered;
      return {
        "questions per second": round(answered / ((performance.now() - started) / 1000), 3),
        "core-seconds per question": round(coreSeconds, 4),
        plan: plan(coreSeconds),
      };
    };
    const results = {};
    for (const [name, share] of Object.entries(SEEN)) results[`candidates seen before: ${name}`] = await run(share);
    return results;
  });
}

/** Machines of 16 cores; three smaller ones where two of them are enough. */
function plan(coreSeconds) {
  const { questionsPerSecond, wholeResultsCached, utilization, usdPerCoreAndMonth } = PLAN;
  return questionsPerSecond.map((questions) => {
    const cores = (questions * (1 - wholeResultsCached) * coreSeconds) / utilization;
    const size = [2, 4, 8].find((small) => 2 * small >= cores) ?? 16;
    const machines = Math.max(3, Math.ceil(size === 16 ? cores / size : 0));
    const usd = Math.round(machines * size * usdPerCoreAndMonth);
    return `${questions} per second: ${round(cores, 1)} cores, ${machines} machines of ${size}, ${usd} USD per month`;
  });
}

function passages(count) {
  const text = sentences(2000).join(" ");
  const step = Math.floor((text.length - LENGTH) / count);
  return Array.from({ length: count }, (_, index) => text.slice(index * step, index * step + LENGTH));
}

/** Processor time that all threads of a process have used. */
function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
