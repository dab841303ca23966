/**
 * Three `langchain-rerank serve` behind a router, and clients that go on while every replica is restarted and one is killed.
 *
 *     node examples/scale-out/scale-out.js [--router litellm] [--json]
 */

import { parseArgs } from "node:util";
import { Document } from "@langchain/core/documents";
import { runAsProgram } from "../lib/program.js";
import { createClient } from "./client.js";
import { freePorts } from "./processes.js";
import { Replica } from "./replicas.js";
import { ROUTERS } from "./routers.js";
import { QUESTIONS, TEXTS } from "./texts.js";

const CLIENTS = 12;

/** Arguments of `serve`: one thread per replica, since they share this machine. */
const SERVE = (process.env.SCALE_OUT_SERVE ?? "--no-playground").split(" ");

export async function main() {
  const { values } = parseArgs({
    options: { router: { type: "string", default: "nginx" }, json: { type: "boolean" } },
  });
  const startRouter = ROUTERS[values.router];
  if (!startRouter) throw new TypeError(`--router ${values.router}: expected ${Object.keys(ROUTERS).join(" or ")}`);

  const [routerPort = 0, ...replicaPorts] = await freePorts(4);
  const replicas = replicaPorts.map((port) => new Replica(port, SERVE));
  /** @type {import("./routers.js").Router | undefined} */
  let router;
  try {
    await Promise.all(replicas.map((replica) => replica.start()));
    router = await startRouter(routerPort, replicaPorts);
    const expected = await scoresOf(createClient({ url: replicas[0]?.url ?? "", provider: "cohere" }));
    const outcome = await rerankWhile(() => restartAll(replicas), createClient(router, CLIENTS), expected);
    const id = `first-${process.pid}`;
    const { best, seen } = await follow(id, createClient(router), router, replicas);
    return { router: values.router, ...outcome, best, requestId: id, seen };
  } finally {
    await router?.stop();
    await Promise.all(replicas.map((replica) => replica.stop()));
  }
}

/** What every answer must be, from a single replica. @param {ReturnType<typeof createClient>} client */
async function scoresOf({ model }) {
  const scores = [];
  for (const question of QUESTIONS) scores.push(await model.score(question, TEXTS));
  return scores;
}

/**
 * A rolling restart, in which replicas finish what they have begun, and then the death of one in the middle of its work.
 *
 * @param {readonly Replica[]} replicas
 */
async function restartAll(replicas) {
  const exitCodes = [];
  for (const replica of replicas) {
    exitCodes.push(await replica.stop("SIGTERM"));
    await replica.start();
  }
  const [victim] = replicas;
  await victim?.stop("SIGKILL");
  await victim?.start();
  return exitCodes;
}

/**
 * Sends requests until a task has ended, and compares every answer.
 *
 * @param {() => Promise<(number | null | undefined)[]>} task
 * @param {ReturnType<typeof createClient>} client
 * @param {readonly (readonly number[])[]} expected
 */
async function rerankWhile(task, { model }, expected) {
  const counts = { answered: 0, retries: 0, wrong: 0, lost: /** @type {string[]} */ ([]) };
  let goOn = true;
  /** @param {number} client */
  const askInTurn = async (client) => {
    for (let call = client; goOn; call++) {
      const index = call % QUESTIONS.length;
      /** @param {{ retries?: number }} report */
      const onReport = ({ retries = 0 }) => {
        counts.retries += retries;
      };
      try {
        const scores = await model.score(QUESTIONS[index] ?? "", TEXTS, { onReport });
        counts.answered++;
        if (scores.some((score, at) => Math.abs(score - (expected[index]?.[at] ?? Number.NaN)) > 1e-6)) counts.wrong++;
      } catch (error) {
        counts.lost.push(String(error));
      }
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, client) => askInTurn(client));
  const exitCodes = await task().finally(() => {
    goOn = false;
  });
  await Promise.all(clients);
  return { ...counts, exitCodes };
}

/**
 * Reranks once under an ID of the client's, and looks for it in the logs.
 *
 * @param {string} id
 * @param {ReturnType<typeof createClient>} client
 * @param {import("./routers.js").Router} router
 * @param {readonly Replica[]} replicas
 */
async function follow(id, { reranker, withRequestId }, router, replicas) {
  const documents = TEXTS.map((pageContent) => new Document({ pageContent }));
  const { documents: best } = await withRequestId(id, () => reranker.rerank(documents, QUESTIONS[0] ?? ""));
  const lineOf = (/** @type {string} */ log) => log.split("\n").find((line) => line.includes(id));
  const inLogs = () => ({
    router: lineOf(router.log()),
    replica: replicas.map((replica) => lineOf(replica.log)).find((line) => line !== undefined),
  });
  // Logs are written after the answer.
  let seen = inLogs();
  for (let tries = 0; tries < 50 && !(seen.router && seen.replica); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen = inLogs();
  }
  return { best: best.map(({ pageContent, metadata }) => ({ text: pageContent, sim: metadata.sim })), seen };
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ router, answered, retries, wrong, lost, exitCodes, best, requestId, seen }) {
  console.log(`Through ${router}, while three replicas were restarted and one was killed:`);
  console.log(`  ${answered} answered, ${wrong} wrong, ${lost.length} lost; ${retries} retries by the client`);
  for (const error of new Set(lost)) console.log(`  ${error}`);
  console.log(`  exit codes after SIGTERM: ${exitCodes.join(", ")}\n`);
  for (const { text, sim } of best) console.log(`  ${sim.toFixed(3)}  ${text}`);
  console.log(
    `\nThe request ${requestId}\n  in the router's log: ${seen.router}\n  in the replica's:    ${seen.replica}`,
  );
}

await runAsProgram(import.meta.url, main, print);
