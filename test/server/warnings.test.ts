import { expect, it } from "vitest";
import { rerankerAsScorer } from "../../src/apps/server/reranker-scorer.js";
import { HybridReranker } from "../../src/index.js";
import type { RelevanceScorer, ScorerReport } from "../../src/scorers/relevance-scorer.js";
import { post, start } from "./fixtures.js";

const LANGUAGE = "The model does not read Greek.";
const DOCUMENTS = ["first text", "second text", "third text"];

/** Scores texts by their length and reports what it is given. */
function reporting(report: ScorerReport): RelevanceScorer {
  return {
    score: async (_, texts, options = {}) => {
      options.onReport?.(report);
      return texts.map((text) => text.length);
    },
  };
}

const hybridOver = (scorer: RelevanceScorer) =>
  rerankerAsScorer(
    new HybridReranker({
      firstStage: { score: async (_, texts) => texts.map(() => 0) },
      model: scorer,
    }),
    "hybrid",
  );

it.each(["/v1/rerank", "/v2/rerank"])("%s passes the warnings of a model and of a hybrid over it on", async (path) => {
  const scorer = reporting({ warnings: [LANGUAGE] });
  const server = await start({
    rerankers: new Map([
      ["plain", scorer],
      ["hybrid", hybridOver(scorer)],
    ]),
  });
  for (const model of ["plain", "hybrid"]) {
    const { body } = await post(server.url + path, { model, query: "q", documents: DOCUMENTS });
    expect(body.meta.warnings).toEqual([LANGUAGE]);
  }
  await server.close();
});

it("a cut query is a warning", async () => {
  const server = await start({ rerankers: new Map([["plain", reporting({ queryTruncated: true })]]) });
  const { body } = await post(`${server.url}/v2/rerank`, { query: "q", documents: DOCUMENTS });
  expect(body.meta.warnings).toEqual(["The query is longer than the model can read and was truncated."]);
  await server.close();
});

it("an answer without warnings has no field for them", async () => {
  const server = await start({ rerankers: new Map([["hybrid", hybridOver(reporting({ tokens: 7 }))]]) });
  const { body } = await post(`${server.url}/v1/rerank`, { query: "q", documents: DOCUMENTS });
  expect(body.meta).toEqual({ api_version: { version: "1" } });
  expect(body.usage.total_tokens).toBe(7);
  await server.close();
});

it("a hybrid's report reaches the server: what ran, what was cut, and the time that its model took", async () => {
  const report: ScorerReport = {
    runtime: "wasm",
    truncated: [false, true, false],
    retries: 2,
    milliseconds: { request: 12 },
    usage: { searchUnits: 1 },
  };
  let seen: ScorerReport = {};
  await hybridOver(reporting(report)).score("q", DOCUMENTS, {
    onReport: (reported) => {
      seen = reported;
    },
  });
  expect(seen).toMatchObject({ ...report, model: "hybrid" });
});

it("refuses a text that a hybrid cut, if the request forbids it", async () => {
  const server = await start({
    rerankers: new Map([["hybrid", hybridOver(reporting({ truncated: [false, false, true] }))]]),
  });
  const texts = { query: "q", texts: DOCUMENTS };
  const { status, body } = await post(`${server.url}/rerank`, { ...texts, truncate: false });
  expect({ status, param: body.error.param }).toEqual({ status: 422, param: "texts[2]" });
  expect((await post(`${server.url}/rerank`, { ...texts, truncate: true })).status).toBe(200);
  await server.close();
});

it("refuses a query that was cut, if the request forbids it", async () => {
  const server = await start({ rerankers: new Map([["plain", reporting({ queryTruncated: true })]]) });
  const texts = { query: "q", texts: DOCUMENTS };
  const { status, body } = await post(`${server.url}/rerank`, { ...texts, truncate: false });
  expect({ status, param: body.error.param }).toEqual({ status: 422, param: "query" });
  expect((await post(`${server.url}/rerank`, texts)).status).toBe(200);
  await server.close();
});

it.each([false, true])(
  "warns once of a language that a model does not read (as part of a hybrid: %s)",
  async (hybrid) => {
    const scorer = { ...reporting({}), model: "english", languages: ["en"] };
    const served = hybrid ? hybridOver(scorer) : scorer;
    const server = await start({ rerankers: new Map([["model", served]]) });
    const { body } = await post(`${server.url}/v2/rerank`, {
      query: "日本の山について教えてください",
      documents: DOCUMENTS,
    });
    expect(body.meta.warnings).toEqual([expect.stringContaining("english")]);
    await server.close();
  },
);
