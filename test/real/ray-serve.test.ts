import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { HttpCrossEncoder } from "../../src/http.js";
import { OnnxCrossEncoder, OnnxLateInteraction } from "../../src/onnx.js";
import { fixture } from "./data.js";
import { EXAMPLES, installExamples } from "./run-example.js";
import { loadScaleOut, type RayServe } from "./scale-out-parts.js";

const { path, reason } = inject("installed")["ray-serve"];
const folderOf = (model: string) => fileURLToPath(new URL(`../../models/${model}`, import.meta.url));

interface Golden {
  pairs: [query: string, text: string][];
  tolerance: number;
}

const goldenOf = (model: string) => JSON.parse(readFileSync(`${folderOf(model)}/golden.json`, "utf8")) as Golden;

describe.skipIf(reason)(`Ray Serve${reason ? ` (${reason})` : ""}`, { timeout: 600_000 }, () => {
  let ray: RayServe;
  let parts: Awaited<ReturnType<typeof loadScaleOut>>;
  const tiny = fixture("tiny-xlm-roberta");
  const own = {
    tiny: new OnnxCrossEncoder({ model: tiny }),
    "rerank-en-v1": new OnnxCrossEncoder({ model: "rerank-en-v1" }),
    "late-en-v1": new OnnxLateInteraction({ model: "late-en-v1" }),
  };

  beforeAll(async () => {
    await installExamples();
    process.env.RAY_SERVE_PROGRAM = `${path}/serve`;
    parts = await loadScaleOut();
    const [port] = await parts.freePorts(1);
    ray = await parts.startRay(port!, [
      { name: "tiny", model: tiny, replicas: 2 },
      { name: "rerank-en-v1", model: folderOf("rerank-en-v1"), replicas: 1 },
      { name: "late-en-v1", model: folderOf("late-en-v1"), replicas: 1 },
    ]);
  }, 600_000);
  afterAll(async () => {
    await ray?.stop();
    for (const model of Object.values(own)) await model.dispose();
  });

  for (const model of ["rerank-en-v1", "late-en-v1"] as const) {
    it(`gives Node's scores within the file's tolerance for ${model}, in the formats of TEI and Cohere`, async () => {
      const { pairs, tolerance } = goldenOf(model);
      const tei = new HttpCrossEncoder({ provider: "tei", baseUrl: ray.url(model) });
      const cohere = new HttpCrossEncoder({ provider: "cohere", baseUrl: ray.url(model), model });
      const texts = pairs.map(([, text]) => text);
      for (const [query] of pairs) {
        const expected = await own[model].score(query, texts);
        for (const scores of [await tei.score(query, texts), await cohere.score(query, texts)]) {
          for (const [index, score] of scores.entries()) {
            expect(Math.abs(score - expected[index]!)).toBeLessThanOrEqual(tolerance);
          }
        }
      }
    });
  }

  it("scores many requests of different lengths together as it does one at a time, with an fp32 file", async () => {
    const { model } = parts.createClient({ url: ray.url("tiny"), provider: "cohere" }, 32);
    const texts = Array.from({ length: 12 }, (_, index) => "history of the town ".repeat(1 + index));
    const queries = Array.from({ length: 32 }, (_, index) => `question ${index}`);
    const together = await Promise.all(queries.map((query) => model.score(query, texts)));
    for (const [index, query] of queries.entries()) {
      const expected = await own.tiny.score(query, texts);
      for (const [at, score] of together[index]!.entries()) expect(score).toBeCloseTo(expected[at]!, 5);
    }
  });

  it("accepts the configuration of ray_serve.yaml and of the RayService", async () => {
    const script = `
import sys, yaml
from ray.serve.schema import ServeDeploySchema
plain, service = (yaml.safe_load(open(path)) for path in sys.argv[1:])
for config in (plain, yaml.safe_load(service["spec"]["serveConfigV2"])):
    print(ServeDeploySchema.model_validate(config).applications[0].import_path)`;
    const files = ["ray_serve.yaml", "kubernetes/rayservice.yaml"].map((file) => join(EXAMPLES, "scale-out", file));
    const { stdout } = await promisify(execFile)(`${path}/python`, ["-c", script, ...files]);
    expect(stdout.trim().split("\n")).toEqual(["ray_serve:build", "ray_serve:build"]);
  });

  it("cuts to top_n, and refuses a body without texts", async () => {
    const ask = async (body: object) => {
      const headers = { "content-type": "application/json", "x-request-id": "from-the-client" };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      const response = await fetch(`${ray.url("tiny")}/v2/rerank`, init);
      return { status: response.status, id: response.headers.get("x-request-id"), answer: await response.json() };
    };
    const { id, answer } = await ask({ model: "any", query: "town", documents: ["a", "b", "c"], top_n: 2 });
    expect(id).toBe("from-the-client");
    expect(answer.results).toHaveLength(2);
    expect(answer.results[0].relevance_score).toBeGreaterThanOrEqual(answer.results[1].relevance_score);
    expect((await ask({ query: "town", documents: [] })).status).toBe(422);
  });

  it("answers every request while a replica is killed, and replaces it", async () => {
    const { model } = parts.createClient({ url: ray.url("tiny"), provider: "cohere" }, 16);
    const texts = Array.from({ length: 8 }, (_, index) => `text ${index} about the town`);
    const expected = await own.tiny.score("town", texts);
    const before = ray.replicas("tiny");
    expect(before).toHaveLength(2);
    let replaced = false;
    let answered = 0;
    const client = async () => {
      while (!replaced) {
        const scores = await model.score("town", texts);
        for (const [index, score] of scores.entries()) expect(score).toBeCloseTo(expected[index]!, 5);
        answered++;
      }
    };
    const clients = Promise.all(Array.from({ length: 16 }, client));
    process.kill(before[0]!, "SIGKILL");
    await expect
      .poll(() => ray.replicas("tiny").filter((pid) => !before.includes(pid)).length, {
        timeout: 300_000,
        interval: 500,
      })
      .toBeGreaterThan(0);
    replaced = true;
    await clients;
    expect(answered).toBeGreaterThan(0);
    console.warn(`Ray Serve: ${answered} answered while a replica was replaced`);
  });
});
