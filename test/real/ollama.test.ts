import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Document } from "@langchain/core/documents";
import { OllamaEmbeddings } from "@langchain/ollama";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { CrossEncoderReranker, EmbeddingSimilarityReranker } from "../../src/index.js";
import { OllamaCrossEncoder } from "../../src/ollama.js";
import type { ScorerReport } from "../../src/scorers/relevance-scorer.js";
import { expectedPairs, fixture } from "./data.js";
import { freePort, type RunningServer, startProcess } from "./processes.js";

const { ollama, minilm } = inject("installed");
const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
const run = promisify(execFile);
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
let server: RunningServer;
let models: string;

/** Puts files into the server's store and makes a model of them, as `ollama create` would. */
async function createModel(name: string, folder: string, files: readonly string[]): Promise<void> {
  const digests: Record<string, string> = {};
  for (const file of files.filter((candidate) => existsSync(join(folder, candidate)))) {
    const bytes = readFileSync(join(folder, file));
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    digests[file] = digest;
    // Sending one that is there already resets the connection.
    const there = await fetch(`${server.url}/api/blobs/${digest}`, { method: "HEAD" });
    if (!there.ok) await fetch(`${server.url}/api/blobs/${digest}`, { method: "POST", body: bytes });
  }
  // More threads than free cores wait for one another at every step of a model this small.
  const body = JSON.stringify({ model: name, files: digests, parameters: { num_thread: 1 }, stream: false });
  const response = await fetch(`${server.url}/api/create`, { method: "POST", body });
  expect(await response.json()).toEqual({ status: "success" });
}

describe.skipIf(ollama.reason)(`Ollama${ollama.reason ? ` (${ollama.reason})` : ""}`, () => {
  beforeAll(async () => {
    models = mkdtempSync(join(tmpdir(), "ollama-models-"));
    server = await startProcess(
      ollama.path ?? "",
      () => ["serve"],
      "/api/version",
      (port) => ({
        OLLAMA_HOST: `127.0.0.1:${port}`,
        OLLAMA_MODELS: models,
        OLLAMA_NUM_PARALLEL: "2",
      }),
    );
    await createModel("tiny-qwen3", fixture("tiny-qwen3"), ["model.gguf"]);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(models, { recursive: true, force: true });
  });

  describe("OllamaCrossEncoder", () => {
    const scorerFor = (model: string, more: object = {}) =>
      new OllamaCrossEncoder({ model, baseUrl: server.url, ...more });

    it("a tiny Qwen3 gives the scores of transformers", async () => {
      const worst = { logit: 0, score: 0 };
      for (const { query, document, logit } of expectedPairs("tiny-qwen3")) {
        if (document.trim() === "") continue;
        const reports: ScorerReport[] = [];
        const [score] = await scorerFor("tiny-qwen3").score(query, [document], {
          onReport: (told) => reports.push(told),
        });
        expect(reports[0]?.tokens).toBeGreaterThan(50);
        // The server keeps keys and values in half precision.
        expect(Math.abs((reports[0]?.raw?.[0] as number) - logit)).toBeLessThan(0.05 + 0.02 * Math.abs(logit));
        worst.logit = Math.max(worst.logit, Math.abs((reports[0]?.raw?.[0] as number) - logit));
        worst.score = Math.max(worst.score, Math.abs((score as number) - sigmoid(logit)));
      }
      expect(worst.score).toBeLessThan(0.02);
      console.warn(
        `Ollama against transformers: logits off by at most ${worst.logit.toFixed(4)}, scores by ${worst.score.toFixed(4)}`,
      );
    });

    it("a document longer than the context is cut and flagged, and its neighbors are not", async () => {
      const reports: ScorerReport[] = [];
      const texts = ["a short text", "long words without end ".repeat(600)];
      const scores = await scorerFor("tiny-qwen3").score("what is long?", texts, {
        onReport: (told) => reports.push(told),
      });
      expect(scores.every(Number.isFinite)).toBe(true);
      expect(reports[0]?.truncated).toEqual([false, true]);
    });

    it("inside a reranker the logits decide the order", async () => {
      const pairs = expectedPairs("tiny-qwen3").filter(({ document }) => document.trim() !== "");
      const query = pairs[0]?.query as string;
      const documents = pairs.slice(0, 6).map(({ document }) => new Document({ pageContent: document }));
      const reranker = new CrossEncoderReranker({ model: scorerFor("tiny-qwen3"), topN: 3, details: true });
      const ranked = await reranker.compressDocuments(documents, query);
      const sims = ranked.map(({ metadata }) => metadata.sim as number);
      expect(sims).toHaveLength(3);
      expect(sims).toEqual(sims.toSorted((a, b) => b - a));
      expect(ranked[0]?.metadata.rerank.raw).toBeCloseTo(
        Math.log(sims[0] as number) - Math.log(1 - (sims[0] as number)),
        6,
      );
    });

    it("a model that is not there says how to get it", async () => {
      await expect(scorerFor("no-such-model").score("q", ["d"])).rejects.toMatchObject({
        name: "BackendError",
        status: 404,
        message: /ollama pull no-such-model/,
      });
    });

    it("a call that is aborted ends", async () => {
      const controller = new AbortController();
      const texts = Array.from({ length: 200 }, (_, index) => `text ${index} `.repeat(50));
      const call = scorerFor("tiny-qwen3").score("q", texts, { signal: controller.signal });
      setTimeout(() => controller.abort(new Error("left")), 50);
      await expect(call).rejects.toThrow("left");
    });
  });

  describe.skipIf(minilm.reason)(
    `all-MiniLM through @langchain/ollama${minilm.reason ? ` (${minilm.reason})` : ""}`,
    () => {
      const QUERY = "How do solar panels work at night?";
      const TEXTS = [
        "A cat sleeps on the warm roof.",
        "Batteries keep solar power for the hours after sunset.",
        "Photovoltaic cells need daylight and make no power in the dark.",
      ];
      // sentence-transformers 6.2 on the same weights.
      const COSINES = [0.22578, 0.63889, 0.63943];
      const FILES = [
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "vocab.txt",
        "modules.json",
        "1_Pooling/config.json",
        "model.safetensors",
      ];

      beforeAll(() => createModel("all-minilm", minilm.path ?? "", FILES));

      it("orders by the cosines that sentence-transformers gives", async () => {
        const embeddings = new OllamaEmbeddings({
          model: "all-minilm",
          baseUrl: server.url,
          maxRetries: 0,
          truncate: true,
        });
        const documents = TEXTS.map((pageContent, index) => new Document({ pageContent, metadata: { index } }));
        const ranked = await new EmbeddingSimilarityReranker({ embeddings, topN: 2 }).compressDocuments(
          documents,
          QUERY,
        );
        expect(ranked.map(({ metadata }) => metadata.index)).toEqual([2, 1]);
        for (const { metadata } of ranked)
          expect(metadata.sim).toBeCloseTo(COSINES[metadata.index as number] as number, 3);
      });

      it("the web search example embeds with it", async () => {
        if (!existsSync(join(EXAMPLES, "node_modules"))) await run("npm", ["ci"], { cwd: EXAMPLES });
        const program = join(EXAMPLES, "web-search-rerank/web-search-rerank.js");
        const engines = { SEARXNG_URL: undefined, TAVILY_API_KEY: undefined, BRAVE_API_KEY: undefined };
        const env = { ...process.env, ...engines, OLLAMA_HOST: server.url, OLLAMA_MODEL: "all-minilm" };
        const { stdout } = await run(process.execPath, [program, "--json"], { env });
        const { model, best, spreads } = JSON.parse(stdout);
        expect(model).toBe("all-minilm (Ollama)");
        const sims = best.map(({ sim }: { sim: number }) => sim);
        expect(sims).toHaveLength(5);
        expect(sims).toEqual(sims.toSorted((a: number, b: number) => b - a));
        expect(spreads).toHaveLength(3);
        expect(spreads[0].answers.median).toBeGreaterThan(spreads[0].others.median);
      });

      it("is refused as a yes/no reranker with a clear error", async () => {
        const scorer = new OllamaCrossEncoder({ model: "all-minilm", baseUrl: server.url });
        await expect(scorer.score("q", ["d"])).rejects.toMatchObject({
          name: "BackendError",
          message: /does not support generate/,
        });
      });
    },
  );
});

it("OllamaEmbeddings as the examples have it gives up after one try when the server is down", async () => {
  let connections = 0;
  const port = await freePort();
  const dead = createServer((socket) => {
    connections++;
    socket.resetAndDestroy();
  }).listen(port, "127.0.0.1");
  const embeddings = new OllamaEmbeddings({ model: "all-minilm", baseUrl: `http://127.0.0.1:${port}`, maxRetries: 0 });
  const reranker = new EmbeddingSimilarityReranker({ embeddings });
  await expect(reranker.compressDocuments([new Document({ pageContent: "d" })], "q")).rejects.toThrow();
  dead.close();
  // One for the query, one for the documents.
  expect(connections).toBeLessThanOrEqual(2);
});
