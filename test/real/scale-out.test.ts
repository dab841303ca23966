import { beforeAll, describe, expect, inject, it } from "vitest";
import { fixture } from "./data.js";
import { installExamples, runExample } from "./run-example.js";
import { loadScaleOut, type Replica, type Router } from "./scale-out-parts.js";

const installed = inject("installed");
const CLI = new URL("../../dist/cli.js", import.meta.url).pathname;
const TINY = ["--no-playground", "--model", `reranker=${fixture("tiny-xlm-roberta")}`];
const TEXTS = Array.from({ length: 32 }, (_, index) => `text number ${index} about the history of a small town`);

interface Outcome {
  answered: number;
  wrong: number;
  lost: string[];
  exitCodes: number[];
  requestId: string;
  seen: { router: string; replica: string };
}

beforeAll(installExamples);

for (const name of ["nginx", "litellm"] as const) {
  const { path, reason } = installed[name];
  const environment = { [`${name.toUpperCase()}_PROGRAM`]: path ?? "" };

  describe.skipIf(reason)(`three replicas behind ${name}${reason ? ` (${reason})` : ""}`, { timeout: 600_000 }, () => {
    it(`lose no request behind ${name} while each is restarted and one is killed, and log the client's request ID`, async () => {
      const args = ["--router", name];
      const env = { ...environment, SCALE_OUT_SERVE: TINY.join(" ") };
      const outcome = await runExample<Outcome>("scale-out/scale-out.js", env, args);
      const { answered, wrong, lost, exitCodes, requestId, seen } = outcome;
      console.warn(`${name}: ${answered} answered`);
      expect({ wrong, lost, exitCodes }).toEqual({ wrong: 0, lost: [], exitCodes: [0, 0, 0] });
      expect(answered).toBeGreaterThan(0);
      for (const line of [seen.router, seen.replica]) expect(JSON.parse(line)).toMatchObject({ requestId });
    });

    it(`refuse work beyond their queues, and the client behind ${name} gets every answer in the end`, async () => {
      // One request at a time per replica, and none may wait.
      const limits = [...TINY, "--concurrency", "1", "--max-queue", "0"];
      await withReplicas(name, environment, limits, async (router, replicas) => {
        const { createClient } = await loadScaleOut();
        const { model } = createClient(router, 24);
        const expected = await createClient({ url: replicas[0]!.url, provider: "cohere" }).model.score("town", TEXTS);
        // LiteLLM tries refused requests again by itself, so that none may be left to see.
        if (name === "nginx") {
          const answers = await Promise.all(Array.from({ length: 96 }, () => ask(router)));
          const refused = answers.filter(({ status }) => status === 429);
          expect(refused.length).toBeGreaterThan(0);
          for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThan(0);
        }
        const scores = await Promise.all(Array.from({ length: 24 }, () => model.score("town", TEXTS)));
        for (const each of scores) expect(each).toEqual(expected);
      });
    });
  });
}

async function ask({ url, apiKey }: Router): Promise<{ status: number; retryAfter: string | null }> {
  const response = await fetch(`${url}/v1/rerank`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
    body: JSON.stringify({ model: "reranker", query: "town", documents: TEXTS }),
  });
  await response.text();
  return { status: response.status, retryAfter: response.headers.get("retry-after") };
}

async function withReplicas(
  name: string,
  environment: Record<string, string>,
  args: readonly string[],
  run: (router: Router, replicas: readonly Replica[]) => Promise<void>,
): Promise<void> {
  const { freePorts, Replica, ROUTERS } = await loadScaleOut();
  const [port, ...replicaPorts] = await freePorts(4);
  const replicas = replicaPorts.map((each) => new Replica(each, args, CLI));
  Object.assign(process.env, environment);
  let router: Router | undefined;
  try {
    await Promise.all(replicas.map((replica) => replica.start()));
    router = await ROUTERS[name]!(port!, replicaPorts);
    await run(router, replicas);
  } finally {
    await router?.stop();
    await Promise.all(replicas.map((replica) => replica.stop()));
  }
}
