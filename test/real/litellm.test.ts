import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Document } from "@langchain/core/documents";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { calibrateScores } from "../../src/calibration.js";
import { HttpCrossEncoder } from "../../src/http.js";
import { CrossEncoderReranker } from "../../src/index.js";
import { OnnxCrossEncoder } from "../../src/onnx.js";
import type { RelevanceScorer, ScorerReport } from "../../src/scorers/relevance-scorer.js";
import { fixture, noRealQueries, realQueries } from "./data.js";
import { type RunningServer, startLlamaServer, startProcess } from "./processes.js";
import { compareRankings, remembered } from "./same-order.js";

const { litellm, "llama-server": llama } = inject("installed");
const KEY = "sk-litellm-master-1234567890";
const CLI = new URL("../../dist/cli.js", import.meta.url).pathname;

/** Ten sentences of everyday life, two of them on food. */
const QUERY = "食べ物に関する話";
const SENTENCES = [
  "駅前の本屋は今日から改装工事に入る。",
  "弟が釣った鮭を、家族みんなで鍋にして食べた。",
  "来月から新しい部署で働くことになった。",
  "祖母の庭には赤い椿が咲いている。",
  "昼休みに同僚と近所のうどん屋に行き、天ぷらうどんを頼んだ。",
  "電車が遅れて、会議に間に合わなかった。",
  "妹は毎朝五時に起きて走っている。",
  "古いカメラを修理に出したら、三週間かかると言われた。",
  "台風で週末の試合が中止になった。",
  "図書館で江戸時代の地図を見つけた。",
];

/** LiteLLM's configuration: a pass-through as its documentation has it, on a path that it does not own itself, and models of its own routes. */
const config = (serve: string, raw: string, behind: string) => `
model_list:
  - model_name: through-vllm
    litellm_params: { model: hosted_vllm/bundled, api_base: "${serve}" }
  - model_name: through-infinity
    litellm_params: { model: infinity/bundled, api_base: "${serve}/v1" }
  - model_name: tiny-llama
    litellm_params: { model: hosted_vllm/tiny, api_base: "${behind}" }
general_settings:
  pass_through_endpoints:
    - path: "/local/v1/rerank"
      target: "${serve}/v1/rerank"
      headers: { content-type: application/json, accept: application/json }
    - path: "/raw/v1/rerank"
      target: "${raw}/v1/rerank"
      headers: { content-type: application/json, accept: application/json }
`;

describe.skipIf(litellm.reason)(`LiteLLM${litellm.reason ? ` (${litellm.reason})` : ""}`, () => {
  let folder: string;
  let serve: RunningServer;
  let raw: RunningServer;
  let behind: RunningServer | undefined;
  let proxy: RunningServer;
  const engine = new OnnxCrossEncoder();
  /** The probabilities that `serve` gives for the same model. */
  const calibrated: RelevanceScorer = {
    async score(query, texts) {
      let report: ScorerReport = {};
      const scores = await engine.score(query, texts, { onReport: (each) => (report = each) });
      return calibrateScores(engine, scores, report);
    },
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "litellm-"));
    const bundled = `bundled=${engine.model}`;
    serve = await startProcess(
      process.execPath,
      (port) => [CLI, "serve", "--port", `${port}`, "--model", bundled],
      "/health",
    );
    raw = await startProcess(
      process.execPath,
      (port) => [CLI, "serve", "--port", `${port}`, "--model", bundled, "--raw-scores"],
      "/health",
    );
    if (llama.path)
      behind = await startLlamaServer(llama.path, fixture("tiny-xlm-roberta/model.gguf"), ["--reranking"]);
    const file = join(folder, "config.yaml");
    writeFileSync(file, config(serve.url, raw.url, behind?.url ?? serve.url));
    const environment = { LITELLM_MASTER_KEY: KEY, LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_TELEMETRY: "False" };
    proxy = await startProcess(
      litellm.path ?? "",
      (port) => ["--config", file, "--host", "127.0.0.1", "--port", `${port}`],
      "/health/liveliness",
      () => environment,
    );
  });
  afterAll(async () => {
    for (const server of [proxy, behind, raw, serve]) await server?.stop();
    await engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const through = (model: string) =>
    new HttpCrossEncoder({ provider: "litellm", baseUrl: proxy.url, apiKey: KEY, model });
  const ways = (): Record<string, RelevanceScorer> => ({
    serve: new HttpCrossEncoder({ provider: "cohere", baseUrl: serve.url, model: "bundled" }),
    "serve, TEI format": new HttpCrossEncoder({ provider: "tei", baseUrl: serve.url }),
    "LiteLLM pass-through": new HttpCrossEncoder({
      provider: "localai",
      baseUrl: `${proxy.url}/local`,
      apiKey: KEY,
      model: "bundled",
    }),
    "LiteLLM hosted_vllm": through("through-vllm"),
    "LiteLLM infinity": through("through-infinity"),
  });

  it.skipIf(noRealQueries)(
    `the same model every way gives the same order on 100 real queries${noRealQueries ? ` (${noRealQueries})` : ""}`,
    async () => {
      const queries = realQueries(100, 5);
      const own = remembered(calibrated);
      const rows = [];
      for (const [way, scorer] of Object.entries(ways())) {
        const { swappedBeyond: _, ...row } = await compareRankings(queries, own, scorer);
        rows.push({ way, ...row });
      }
      console.warn(`compared with the local engine:\n${rows.map((row) => JSON.stringify(row)).join("\n")}`);
      for (const { way, sameOrder, largestDifference } of rows) {
        expect(`${way}: ${sameOrder}`).toBe(`${way}: 100`);
        expect(largestDifference).toBeLessThan(1e-6);
      }
    },
  );

  it("the pass-through returns raw logits for all ten Japanese sentences, and topN is applied here", async () => {
    const model = new HttpCrossEncoder({
      provider: "localai",
      baseUrl: `${proxy.url}/raw`,
      apiKey: KEY,
      model: "bundled",
    });
    const scores = await model.score(QUERY, SENTENCES);
    expect(scores).toHaveLength(10);
    let logits: readonly number[] = [];
    await engine.score(QUERY, SENTENCES, {
      onReport: (report) => {
        logits = report.raw ?? [];
      },
    });
    scores.forEach((score, index) => {
      expect(score).toBeCloseTo(logits[index] as number, 4);
    });
    expect(Math.min(...scores)).toBeLessThan(0);
    const documents = SENTENCES.map((pageContent) => new Document({ pageContent }));
    const { documents: best } = await new CrossEncoderReranker({ model, topN: 3 }).rerank(documents, QUERY);
    expect(best.map(({ metadata }) => metadata.sim)).toEqual(scores.toSorted((a, b) => b - a).slice(0, 3));
  });

  it.skipIf(llama.reason)(
    `llama-server behind its native route${llama.reason ? ` (${llama.reason})` : ""}`,
    async () => {
      const direct = new HttpCrossEncoder({ provider: "llamacpp", baseUrl: behind?.url ?? "" });
      const texts = ["the history of the town", "fresh bread and butter", "a difficult question"];
      const expected = await direct.score("old town", texts);
      const got = await through("tiny-llama").score("old town", texts);
      got.forEach((score, index) => {
        expect(score).toBeCloseTo(expected[index] as number, 5);
      });
    },
  );

  it("a wrong key is a BackendError with its status, tried once, and shows no key", async () => {
    const scorer = new HttpCrossEncoder({
      provider: "litellm",
      baseUrl: proxy.url,
      apiKey: "sk-wrong-0987654321",
      model: "through-vllm",
    });
    const error = await scorer.score("q", ["d"]).catch((thrown: unknown) => thrown);
    // Without a database it answers 400, with one 401.
    expect(error).toMatchObject({ name: "BackendError", status: expect.toBeOneOf([400, 401]) });
    expect(JSON.stringify([error, String(error)])).not.toContain("sk-wrong-0987654321");
  });

  it("LiteLLM's own rerank() calls serve", async () => {
    const script = `
import json, litellm
answer = litellm.rerank(model="hosted_vllm/bundled", api_base="${serve.url}", query="green tea", documents=["a bicycle", "a cup of tea"], top_n=1)
print(json.dumps([[r["index"], r["relevance_score"]] for r in answer.results]))`;
    const python = join(dirname(litellm.path ?? ""), "python");
    const { stdout } = await promisify(execFile)(python, ["-c", script], {
      env: { ...process.env, LITELLM_LOCAL_MODEL_COST_MAP: "True" },
    });
    const [[index, score]] = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as [[number, number]];
    const scores = await calibrated.score("green tea", ["a bicycle", "a cup of tea"]);
    expect(index).toBe(scores.indexOf(Math.max(...scores)));
    expect(score).toBeCloseTo(Math.max(...scores), 5);
  });
});
