import { Document } from "@langchain/core/documents";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RerankServer } from "../../src/apps/server/listen.js";
import type { ServedEmbedder } from "../../src/apps/server/served-model.js";
import { CrossEncoderReranker, createScorer } from "../../src/index.js";
import { OnnxEmbeddings } from "../../src/onnx.js";
import type { RelevanceScorer } from "../../src/scorers/relevance-scorer.js";
import { StaticLateInteraction } from "../../src/static.js";
import { golden, post, start, tinyCrossEncoder, tinyEmbeddings } from "./fixtures.js";

const [QUERY] = golden.pairs[0] as [string, string];
/** Documents of several pairs against one query: the tiny model's own scores, unlike a pair's golden one. */
const DOCUMENTS = golden.pairs.slice(0, 6).map(([, document]) => document);
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

let server: RerankServer;
let logits: number[];

beforeAll(async () => {
  const crossEncoder = tinyCrossEncoder();
  server = await start({
    rerankers: new Map([["tiny", crossEncoder]]),
    embedders: new Map([["tiny-embedder", tinyEmbeddings()]]),
  });
  await crossEncoder.score(QUERY, DOCUMENTS, {
    onReport: (report) => {
      logits = [...(report.raw as number[])];
    },
  });
});
afterAll(() => server.close());

/** Positions of the documents, best first. */
const order = () => logits.map((_, index) => index).sort((a, b) => (logits[b] as number) - (logits[a] as number));

it("a golden pair comes back with its reference logit, through the whole server", async () => {
  for (const [index, [query, document]] of golden.pairs.slice(0, 8).entries()) {
    if (document.trim() === "" || query.trim() === "") continue;
    const { body } = await post(`${server.url}/v1/rerank`, { query, documents: [document], raw_scores: true });
    expect(body.results[0].relevance_score).toBeCloseTo(golden.logits[index]?.[0] as number, 3);
  }
});

it("lets the default model read less for top_n, for the same best documents", async () => {
  const scorer = createScorer();
  const calls: { texts: number; topN: number | undefined }[] = [];
  const watched: RelevanceScorer = {
    readsLessForTopN: true,
    score(query, texts, options) {
      calls.push({ texts: texts.length, topN: options?.topN });
      return scorer.score(query, texts, options);
    },
  };
  const served = await start({ rerankers: new Map([["late-en-v1", watched]]), maxDocuments: 300 });
  const rerank = async (documents: readonly string[], limits: object) => {
    calls.length = 0;
    const { body } = await post(`${served.url}/v1/rerank`, { query: "how do bees fly?", documents, ...limits });
    return body.results;
  };
  const documents = Array.from({ length: 60 }, (_, index) =>
    index % 20 === 2 ? `Bee ${index} beats its wings.` : `Ferry number ${index} leaves at seven.`,
  );
  const all = await rerank(documents, {});
  expect(calls.length).toBeGreaterThan(1);
  expect(await rerank(documents, { top_n: 3 })).toEqual(all.slice(0, 3));
  expect(calls).toEqual([{ texts: 60, topN: 3 }]);
  // Many texts are read in turns, so that other requests get theirs.
  await rerank(Array.from({ length: 4 }, () => documents).flat(), { top_n: 3 });
  expect(calls.length).toBeGreaterThan(1);
  expect(calls.every(({ topN }) => topN === undefined)).toBe(true);
  await served.close();
  await scorer.dispose?.();
});

describe("rerank formats", () => {
  it("answers in the formats of Jina and Cohere v1", async () => {
    const { status, body } = await post(`${server.url}/v1/rerank`, {
      model: "tiny",
      query: QUERY,
      documents: DOCUMENTS.map((text, index) => (index % 2 ? { text } : text)),
      top_n: 3,
      return_documents: true,
      max_chunks_per_doc: 1,
    });
    expect(status).toBe(200);
    expect(body.results.map((result: { index: number }) => result.index)).toEqual(order().slice(0, 3));
    for (const { index, relevance_score, document } of body.results) {
      expect(relevance_score).toBeCloseTo(sigmoid(logits[index] as number), 5);
      expect(document).toEqual({ text: DOCUMENTS[index] });
    }
    expect(body).toMatchObject({ object: "list", model: "tiny", usage: { total_tokens: expect.any(Number) } });
  });

  it("Cohere v2 never echoes documents", async () => {
    const { body } = await post(`${server.url}/v2/rerank`, {
      query: QUERY,
      documents: DOCUMENTS,
      return_documents: true,
    });
    expect(body.results).toHaveLength(DOCUMENTS.length);
    expect(Object.keys(body.results[0])).toEqual(["index", "relevance_score"]);
    expect(body.meta.api_version.version).toBe("2");
  });

  it("recognizes TEI requests by `texts`, and returns logits on request", async () => {
    const plain = await post(`${server.url}/rerank`, { query: QUERY, texts: DOCUMENTS, return_text: true });
    expect(plain.body.map((result: { index: number }) => result.index)).toEqual(order());
    expect(plain.body[0].text).toBe(DOCUMENTS[plain.body[0].index]);
    const raw = await post(`${server.url}/rerank`, { query: QUERY, texts: DOCUMENTS, raw_scores: true });
    for (const { index, score } of raw.body) expect(score).toBeCloseTo(logits[index] as number, 5);
    const documents = await post(`${server.url}/rerank`, { query: QUERY, documents: DOCUMENTS });
    expect(documents.body.results).toHaveLength(DOCUMENTS.length);
  });

  it("refuses a text that does not fit if a TEI request forbids truncation", async () => {
    const body = { query: QUERY, texts: ["short", "word ".repeat(500)], truncate: false };
    expect(await post(`${server.url}/rerank`, body)).toMatchObject({
      status: 422,
      body: { error: { param: "texts[1]" } },
    });
    expect((await post(`${server.url}/rerank`, { ...body, truncate: true })).status).toBe(200);
  });

  it("blank documents come last with the lowest score", async () => {
    const { body } = await post(`${server.url}/v1/rerank`, { query: QUERY, documents: ["", DOCUMENTS[0], " \n"] });
    expect(body.results.map((result: { index: number }) => result.index)).toEqual([1, 0, 2]);
    expect(body.results[2].relevance_score).toBe(0);
  });

  it("equal documents keep their order, and more than all is all", async () => {
    const { body } = await post(`${server.url}/v1/rerank`, {
      query: QUERY,
      documents: ["same", "same", "same"],
      top_n: 99,
    });
    expect(body.results.map((result: { index: number }) => result.index)).toEqual([0, 1, 2]);
  });

  it("a model with a calibration answers with probabilities, as rerankers write them to sim, or with raw scores", async () => {
    const scorer = new StaticLateInteraction();
    const calibrated = await start({ rerankers: new Map([["static", scorer]]) });
    const documents = ["Bees see ultraviolet light.", "The ferry leaves at seven.", " "];
    const body = { query: "what light do bees see?", documents };
    const byIndex = async (more: object) => {
      const answer = await post(`${calibrated.url}/v1/rerank`, { ...body, ...more });
      const scores: number[] = [];
      for (const { index, relevance_score } of answer.body.results) scores[index] = relevance_score;
      return scores;
    };
    const reranker = new CrossEncoderReranker({ model: scorer });
    const ranked = await reranker.compressDocuments(
      documents.map((pageContent, index) => new Document({ pageContent, metadata: { index } })),
      body.query,
    );
    const sims: number[] = [];
    for (const { metadata } of ranked) sims[metadata.index] = metadata.sim;
    expect(await byIndex({})).toEqual(sims);
    const scored = await byIndex({ raw_scores: true });
    await scorer.score(body.query, documents.slice(0, 2), {
      onReport: ({ raw }) => expect(scored.slice(0, 2)).toEqual(raw),
    });
    expect.assertions(2);
    await calibrated.close();
  });

  it("a server may answer with logits by default", async () => {
    const raw = await start({ rerankers: new Map([["tiny", tinyCrossEncoder()]]), rawScores: true });
    const { body } = await post(`${raw.url}/v1/rerank`, { query: QUERY, documents: DOCUMENTS });
    for (const { index, relevance_score } of body.results)
      expect(relevance_score).toBeCloseTo(logits[index] as number, 5);
    await raw.close();
  });
});

describe("embeddings", () => {
  it("floats and base64 say the same, in the order sent", async () => {
    const input = DOCUMENTS.slice(0, 3);
    const floats = await post(`${server.url}/v1/embeddings`, { model: "tiny-embedder", input });
    const direct = await tinyEmbeddings().embedDocuments(input);
    expect(floats.body.data.map((row: { index: number }) => row.index)).toEqual([0, 1, 2]);
    floats.body.data.forEach((row: { embedding: number[] }, index: number) => {
      row.embedding.forEach((value, at) => {
        expect(value).toBeCloseTo(direct[index]?.[at] as number, 5);
      });
    });
    const base64 = await post(`${server.url}/v1/embeddings`, { input: input[0], encoding_format: "base64" });
    const bytes = Buffer.from(base64.body.data[0].embedding, "base64");
    const decoded = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
    expect(decoded).toEqual((floats.body.data[0].embedding as number[]).map(Math.fround));
  });

  it("usage has the tokens of all texts, and the metrics count them; without a count there is no usage", async () => {
    const input = DOCUMENTS.slice(0, 3);
    let expected = 0;
    const onReport = ({ tokens }: { tokens: number }) => {
      expected += tokens;
    };
    await tinyEmbeddings().embedDocuments(input, { onReport });
    const silent = { embedQuery: async () => [1], embedDocuments: async (texts: string[]) => texts.map(() => [1]) };
    const embedders = new Map<string, ServedEmbedder>([
      ["tiny", tinyEmbeddings()],
      ["silent", silent],
    ]);
    const counting = await start({ rerankers: new Map(), embedders });
    for (const more of [{}, { input_type: "query" }]) {
      const { body } = await post(`${counting.url}/v1/embeddings`, { input, ...more });
      expect(body.usage).toEqual({ prompt_tokens: expected, total_tokens: expected });
    }
    const { body } = await post(`${counting.url}/v1/embeddings`, { input, model: "silent" });
    expect(body).not.toHaveProperty("usage");
    const metrics = await (await fetch(`${counting.url}/metrics`)).text();
    expect(metrics).toContain(`langchain_rerank_tokens_total ${2 * expected}\n`);
    await counting.close();
  });

  it("distinguishes queries from documents", async () => {
    const embedder = new OnnxEmbeddings({
      model: new URL("../fixtures/tiny-models/bert-encoder", import.meta.url).pathname,
      queryPrefix: "query: ",
    });
    const asymmetric = await start({ rerankers: new Map(), embedders: new Map([["e", embedder]]) });
    const embed = async (more: object) =>
      (await post(`${asymmetric.url}/v1/embeddings`, { input: "how do bees fly?", ...more })).body.data[0].embedding;
    const [plain, passage, query] = [
      await embed({}),
      await embed({ input_type: "passage" }),
      await embed({ input_type: "query" }),
    ];
    expect(passage).toEqual(plain);
    expect(query).toEqual(await embedder.embedQuery("how do bees fly?"));
    expect(query).not.toEqual(plain);
    await asymmetric.close();
  });

  it.each<[object, string]>([
    [{ input: "a", input_type: "image" }, "input_type"],
    [{ input: [] }, "input"],
    [{ input: [1, 2, 3] }, "input[0]"],
    [{ input: ["a", ""] }, "input[1]"],
    [{ input: "" }, "input"],
    [{ input: "a", encoding_format: "int8" }, "encoding_format"],
    [{ input: "a", dimensions: 7 }, "dimensions"],
    [{}, "input"],
  ])("%j is refused", async (body, param) => {
    expect(await post(`${server.url}/v1/embeddings`, body)).toMatchObject({ status: 400, body: { error: { param } } });
  });
});

describe("what else there is", () => {
  it("reports its health, its models and its metrics", async () => {
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: "ok" });
    const models = await (await fetch(`${server.url}/v1/models`)).json();
    expect(models.data.map((model: { id: string }) => model.id)).toEqual(["tiny", "tiny-embedder"]);
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await response.text();
    expect(text).toMatch(/^langchain_rerank_requests_total\{route="\/v1\/rerank",status="200"\} \d+$/m);
    expect(text).toMatch(/^langchain_rerank_request_duration_seconds_bucket\{route="\/rerank",le="\+Inf"\} \d+$/m);
    expect(text).toMatch(/^langchain_rerank_documents_total [1-9]\d*$/m);
    expect(text).toMatch(/^langchain_rerank_tokens_total [1-9]\d*$/m);
  });

  it("answers to any model name while it serves a single reranker", async () => {
    const body = { model: "rerank-v3.5", query: "q", documents: ["d"] };
    expect(await post(`${server.url}/v1/rerank`, body)).toMatchObject({ status: 200, body: { model: "tiny" } });
    const embedded = await post(`${server.url}/v1/embeddings`, { model: "text-embedding-3-small", input: "d" });
    expect(embedded).toMatchObject({ status: 200, body: { model: "tiny-embedder" } });
  });

  it("answers 404 to the name of a model of the other kind", async () => {
    const body = { model: "tiny-embedder", query: "q", documents: ["d"] };
    expect(await post(`${server.url}/v1/rerank`, body)).toMatchObject({
      status: 404,
      body: { error: { param: "model", code: "model_not_found", message: /"tiny"/ } },
    });
  });

  it("says how to start a server with embeddings if it has none", async () => {
    const without = await start({ rerankers: new Map([["one", { score: async () => [1] }]]) });
    expect(await post(`${without.url}/v1/embeddings`, { input: "d" })).toMatchObject({
      status: 404,
      body: { error: { message: "model: this server has no embedding model; start it with --embeddings NAME" } },
    });
  });

  it("answers 404 to an unknown name while it serves several, unless it is an alias", async () => {
    const scorer = (score: number) => ({
      score: async (_: string, texts: readonly string[]) => texts.map(() => score),
    });
    const several = await start({
      rerankers: new Map([
        ["one", scorer(1)],
        ["two", scorer(2)],
      ]),
      aliases: new Map([["rerank-v3.5", "two"]]),
    });
    const ask = (model?: string) => post(`${several.url}/v1/rerank`, { model, query: "q", documents: ["d"] });
    expect(await ask("other")).toMatchObject({ status: 404, body: { error: { message: /"one", "two"/ } } });
    expect(await ask()).toMatchObject({ status: 200, body: { model: "one" } });
    expect(await ask("rerank-v3.5")).toMatchObject({ status: 200, body: { model: "two" } });
    const { data } = await (await fetch(`${several.url}/v1/models`)).json();
    expect(data.map(({ id }: { id: string }) => id)).toEqual(["one", "two", "rerank-v3.5"]);
    await several.close();
  });

  it("answers unknown paths and methods with errors in JSON", async () => {
    expect(await post(`${server.url}/v3/rerank`, {})).toMatchObject({
      status: 404,
      body: { error: { code: "not_found" } },
    });
    const response = await fetch(`${server.url}/v1/rerank`);
    expect(response.status).toBe(405);
    expect(await response.json()).toMatchObject({ error: { code: "method_not_allowed" } });
  });
});
