import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { OnnxCrossEncoder } from "../../src/onnx.js";
import { type RunningServer, startProcess } from "./processes.js";
import { EXAMPLES, installExamples, runExample } from "./run-example.js";

const { path = "", reason } = inject("installed").litellm;
const FOLDER = join(EXAMPLES, "localai-litellm");
const CLI = new URL("../../dist/cli.js", import.meta.url).pathname;
const KEY = "sk-litellm-master-1234567890";

interface Outcome {
  recorded: boolean;
  routes: {
    route: string;
    scored: number;
    best: { index: number; sim: number }[];
    above: { index: number; sim: number }[];
    asked: { topN: number; cameBack: number };
  }[];
}

/** Starts LiteLLM on the example's own configuration, with the address of LocalAI replaced by another. */
function startLiteLlm(folder: string, localAi: string): Promise<RunningServer> {
  const file = join(folder, `litellm-${new URL(localAi).port}.yaml`);
  const config = readFileSync(join(FOLDER, "config/litellm.yaml"), "utf8");
  expect(config.match(/http:\/\/localai:8080/g)).toHaveLength(2);
  writeFileSync(file, config.replaceAll("http://localai:8080", localAi));
  const environment = { LITELLM_MASTER_KEY: KEY, LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_TELEMETRY: "False" };
  const args = (port: number) => ["--config", file, "--host", "127.0.0.1", "--port", `${port}`];
  return startProcess(path, args, "/health/liveliness", () => environment);
}

const throughLiteLlm = (proxy: RunningServer): Promise<Outcome> =>
  runExample("localai-litellm/localai-litellm.js", { LITELLM_BASE_URL: proxy.url, LITELLM_API_KEY: KEY });

describe.skipIf(reason)(`the LocalAI example through a real LiteLLM${reason ? ` (${reason})` : ""}`, () => {
  let folder: string;
  beforeAll(async () => {
    await installExamples();
    folder = mkdtempSync(join(tmpdir(), "localai-litellm-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("both routes give the logits of LocalAI's recorded answer, and the best three", async () => {
    const { startRecordedLocalAi } = (await import(join(FOLDER, "recorded-localai.js"))) as {
      startRecordedLocalAi(): Promise<{ url: string; stop(): void }>;
    };
    const localAi = await startRecordedLocalAi();
    const proxy = await startLiteLlm(folder, localAi.url);
    try {
      const { recorded, routes } = await throughLiteLlm(proxy);
      expect(recorded).toBe(false);
      expect(routes.map(({ route }) => route)).toEqual(["LiteLLM, passed through", "LiteLLM's own route"]);
      for (const { scored, best, above, asked } of routes) {
        expect(scored).toBe(10);
        expect(best.map(({ index, sim }) => [index, sim])).toEqual([
          [8, -1.533203125],
          [1, -1.9912109375],
          [0, -4.109375],
        ]);
        expect(above.map(({ index }) => index)).toEqual([8, 1]);
        // Neither route takes a cut that LocalAI did not make.
        expect(asked).toEqual({ topN: 3, cameBack: 10 });
      }
    } finally {
      await proxy.stop();
      localAi.stop();
    }
  });

  it("both routes give the engine's logits for Japanese sentences when serve replaces LocalAI", async () => {
    const engine = new OnnxCrossEncoder({ activation: "identity" });
    const { QUERY, SENTENCES } = (await import(join(FOLDER, "sentences.js"))) as { QUERY: string; SENTENCES: string[] };
    const logits = await engine.score(QUERY, SENTENCES);
    const model = `japanese-reranker=${engine.model}`;
    const localAi = await startProcess(
      process.execPath,
      (port) => [CLI, "serve", "--raw-scores", "--port", `${port}`, "--model", model],
      "/health",
    );
    const proxy = await startLiteLlm(folder, localAi.url);
    try {
      const expected = logits.toSorted((a, b) => b - a).slice(0, 3);
      for (const { best, asked } of (await throughLiteLlm(proxy)).routes) {
        expect(best).toHaveLength(3);
        for (const [place, { index, sim }] of best.entries()) {
          expect(sim).toBeCloseTo(expected[place] as number, 4);
          expect(sim).toBeCloseTo(logits[index] as number, 4);
        }
        expect(asked).toEqual({ topN: 3, cameBack: 3 });
      }
    } finally {
      await proxy.stop();
      await localAi.stop();
      await engine.dispose();
    }
  });

  it("a wrong key is one line that names LiteLLM's status and not the key", async () => {
    const localAi = "http://127.0.0.1:9";
    const proxy = await startLiteLlm(folder, localAi);
    const env = { LITELLM_BASE_URL: proxy.url, LITELLM_API_KEY: "sk-wrong-0987654321" };
    const error = await runExample("localai-litellm/localai-litellm.js", env).catch((thrown: unknown) => thrown);
    await proxy.stop();
    const { stderr } = error as { stderr: string };
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(
      /^BackendError: localai failed: POST http:\/\/127\.0\.0\.1:\d+\/local\/v1\/rerank answered 40[01]: /,
    );
    expect(stderr).not.toContain("sk-wrong-0987654321");
  });
});
