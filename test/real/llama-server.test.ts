import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { HttpCrossEncoder } from "../../src/http.js";
import { OnnxCrossEncoder } from "../../src/onnx.js";
import { expectedPairs, fixture, noRealQueries, realQueries } from "./data.js";
import { type RunningServer, startLlamaServer } from "./processes.js";
import { compareRankings } from "./same-order.js";

const { "llama-server": installed } = inject("installed");
/** The server multiplies in half precision. */
const TOLERANCE = 0.02;

const start = (more: readonly string[]) =>
  startLlamaServer(installed.path ?? "", fixture("tiny-xlm-roberta/model.gguf"), more);

describe.skipIf(installed.reason)(`llama-server${installed.reason ? ` (${installed.reason})` : ""}`, () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await start(["--reranking"]);
  });
  afterAll(() => server?.stop());

  const scorerFor = () => new HttpCrossEncoder({ provider: "llamacpp", baseUrl: server.url });

  it("gives the raw logits of transformers for an XLM-R-shaped cross-encoder", async () => {
    for (const { query, document, logit } of expectedPairs("tiny-xlm-roberta")) {
      if (document.trim() === "") continue;
      const [score] = await scorerFor().score(query, [document]);
      expect(Math.abs((score as number) - logit)).toBeLessThan(TOLERANCE);
    }
  });

  it("answers TEI's shape too", async () => {
    const [{ query, document, logit }] = expectedPairs("tiny-xlm-roberta") as [
      { query: string; document: string; logit: number },
    ];
    const scorer = new HttpCrossEncoder({ provider: "tei", baseUrl: server.url });
    const scores = await scorer.score(query, [document, "another text"]);
    expect(Math.abs((scores[0] as number) - logit)).toBeLessThan(TOLERANCE);
  });

  it("a text longer than its batch is an error with its words", async () => {
    const call = new HttpCrossEncoder({ provider: "llamacpp", baseUrl: server.url, retries: 0 }).score("q", [
      "word ".repeat(2000),
    ]);
    await expect(call).rejects.toMatchObject({ name: "BackendError", message: /too large|exceed/i });
  });

  it("a server without --reranking says so, once", async () => {
    const plain = await start([]);
    try {
      const call = new HttpCrossEncoder({ provider: "llamacpp", baseUrl: plain.url }).score("q", ["d"]);
      await expect(call).rejects.toMatchObject({ name: "BackendError", status: 501, message: /rerank/i });
    } finally {
      await plain.stop();
    }
  });

  it.skipIf(noRealQueries)(
    `the local engine gives the same order on 100 real queries${noRealQueries ? ` (${noRealQueries})` : ""}`,
    async () => {
      const queries = realQueries(100, 5).map(({ query, documents }) => ({
        query,
        documents: documents.map((text) => text.slice(0, 300)),
      }));
      const engine = new OnnxCrossEncoder({ model: fixture("tiny-xlm-roberta"), activation: "identity" });
      const report = await compareRankings(queries, engine, scorerFor());
      console.warn(`llama-server compared with the local engine: ${JSON.stringify(report)}`);
      expect(report.largestDifference).toBeLessThan(TOLERANCE);
      expect(report.swappedBeyond(TOLERANCE)).toBe(0);
      await engine.dispose();
    },
  );
});
