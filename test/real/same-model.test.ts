import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { HttpCrossEncoder } from "../../src/http.js";
import { OnnxCrossEncoder } from "../../src/onnx.js";
import { noRealQueries, realQueries } from "./data.js";
import { type RunningServer, startProcess } from "./processes.js";
import { compareRankings, remembered } from "./same-order.js";
import { startInfinity, startVllm, tinyModel } from "./tiny-servers.js";

const { infinity, vllm, litellm } = inject("installed");
const reason = vllm.reason ?? infinity.reason ?? litellm.reason ?? noRealQueries;
const CLI = new URL("../../dist/cli.js", import.meta.url).pathname;
const KEY = "sk-litellm-master-1234567890";

/** Two engines sum in different orders, so scores of the same pair differ slightly; pairs that are closer than this may be swapped. */
const TOLERANCE = 1e-4;

/** LiteLLM's configuration with one model per server behind it. */
const config = (serve: string, vllm: string, infinity: string) => `
model_list:
  - model_name: serve
    litellm_params: { model: hosted_vllm/tiny, api_base: "${serve}" }
  - model_name: vllm
    litellm_params: { model: hosted_vllm/tiny, api_base: "${vllm}" }
  - model_name: infinity
    litellm_params: { model: infinity/tiny, api_base: "${infinity}" }
`;

describe.skipIf(reason)(`one cross-encoder behind every server${reason ? ` (${reason})` : ""}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "same-model-"));
  const running: RunningServer[] = [];
  let engine: OnnxCrossEncoder;
  let urls: Record<"serve" | "vllm" | "infinity" | "litellm", string>;

  beforeAll(async () => {
    const model = tinyModel(vllm.path ?? "", "cross-encoder");
    engine = new OnnxCrossEncoder({ model, activation: "sigmoid" });
    const start = async (server: Promise<RunningServer>) => {
      running.push(await server);
      return running.at(-1)!.url;
    };
    const args = (port: number) => [CLI, "serve", "--port", `${port}`, "--model", `tiny=${model}`];
    const serve = await start(startProcess(process.execPath, args, "/health"));
    const vllmUrl = await start(startVllm(vllm.path ?? "", model, ["--runner", "pooling"]));
    const infinityUrl = await start(startInfinity(infinity.path ?? "", model));
    const file = join(folder, "config.yaml");
    writeFileSync(file, config(serve, vllmUrl, infinityUrl));
    const environment = { LITELLM_MASTER_KEY: KEY, LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_TELEMETRY: "False" };
    const proxy = startProcess(
      litellm.path ?? "",
      (port) => ["--config", file, "--host", "127.0.0.1", "--port", `${port}`],
      "/health/liveliness",
      () => environment,
      600_000,
    );
    urls = { serve, vllm: vllmUrl, infinity: infinityUrl, litellm: await start(proxy) };
  }, 1_900_000);
  afterAll(async () => {
    for (const server of running.reverse()) await server.stop();
    await engine?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const through = (model: string) =>
    new HttpCrossEncoder({ provider: "litellm", baseUrl: urls.litellm, apiKey: KEY, model });
  const ways = () => ({
    serve: new HttpCrossEncoder({ provider: "cohere", baseUrl: urls.serve, apiKey: "none", model: "tiny" }),
    vLLM: new HttpCrossEncoder({ provider: "vllm", baseUrl: urls.vllm }),
    Infinity: new HttpCrossEncoder({ provider: "infinity", baseUrl: urls.infinity, model: "tiny" }),
    "LiteLLM, serve": through("serve"),
    "LiteLLM, vLLM": through("vllm"),
    "LiteLLM, Infinity": through("infinity"),
  });

  it("gives the same order on 100 real queries wherever scores differ by more than 1e-4", async () => {
    // vLLM refuses what is longer than the model reads, where the others truncate.
    const queries = realQueries(100, 5).map(({ query, documents }) => ({
      query,
      documents: documents.map((text) => text.slice(0, 1000)),
    }));
    const own = remembered(engine);
    const rows = [];
    for (const [way, scorer] of Object.entries(ways())) {
      const { swappedBeyond, ...row } = await compareRankings(queries, own, scorer);
      rows.push({ way, ...row, swapped: swappedBeyond(TOLERANCE) });
    }
    process.stdout.write(`compared with the local engine:\n${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
    for (const { way, queries, swapped } of rows) {
      expect(`${way}: ${queries} queries, ${swapped} swapped`).toBe(`${way}: 100 queries, 0 swapped`);
    }
    for (const { largestDifference } of rows) expect(largestDifference).toBeLessThan(1e-3);
  }, 1_200_000);
});
