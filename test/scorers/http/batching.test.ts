import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HttpCrossEncoder } from "../../../src/http.js";
import type { ScorerReport } from "../../../src/scorers/relevance-scorer.js";
import { estimateTokens, splitTexts } from "../../../src/scorers/remote/texts.js";
import { cohereAnswer, overlap, type RerankServer, sendJson, soon, startServer } from "../remote/rerank-server.js";

const QUERY = "tea ceremony";
let server: RerankServer;

beforeEach(async () => {
  server = await startServer(cohereAnswer);
});
afterEach(() => server.close());

const teiAnswer = (texts: string[]) =>
  texts.map((text, index) => ({ index, score: overlap(QUERY, text) })).sort((a, b) => b.score - a.score);

it("sends TEI at most 32 texts per request and gives every text its score", async () => {
  server.answer(({ body }, response) => {
    if (body.texts.length > 32) sendJson(response, 422, { error: "batch size > maximum allowed batch size 32" });
    else return teiAnswer(body.texts);
  });
  const texts = Array.from({ length: 100 }, (_, index) => `tea ${"x".repeat(index)}`);
  const reports: ScorerReport[] = [];
  const scorer = new HttpCrossEncoder({ provider: "tei", baseUrl: server.url });
  const scores = await scorer.score(QUERY, texts, { onReport: (report) => reports.push(report) });
  expect(scores).toEqual(texts.map((text) => overlap(QUERY, text)));
  expect(server.received.map(({ body }) => body.texts.length)).toEqual([25, 25, 25, 25]);
  expect(reports).toHaveLength(1);
  expect(reports[0]?.batches).toBe(4);
});

it("never asks the server to cut the list", async () => {
  await new HttpCrossEncoder({ provider: "cohere", baseUrl: server.url }).score(QUERY, ["a", "b"]);
  expect(server.received[0]?.body).not.toHaveProperty("top_n");
});

it("sends at most `maxConcurrency` requests at a time over all calls", async () => {
  let now = 0;
  let most = 0;
  server.answer(async (received) => {
    most = Math.max(most, ++now);
    // The first three wait for one another, so that they are under way together on the slowest machine too.
    await soon(() => expect(most).toBeGreaterThanOrEqual(3));
    now--;
    return cohereAnswer(received);
  });
  const scorer = new HttpCrossEncoder({ provider: "cohere", baseUrl: server.url, maxBatchSize: 1, maxConcurrency: 3 });
  await Promise.all([scorer.score(QUERY, ["a", "b", "c", "d"]), scorer.score(QUERY, ["e", "f", "g"])]);
  expect(server.received).toHaveLength(7);
  expect(most).toBe(3);
});

it("aborts the other requests of a call if one fails", async () => {
  server.answer(({ body }, response) => {
    if (body.documents[0] === "bad") sendJson(response, 400, { message: "bad text" });
    else return new Promise(() => undefined);
  });
  const scorer = new HttpCrossEncoder({ provider: "cohere", baseUrl: server.url, maxBatchSize: 1, maxConcurrency: 2 });
  await expect(scorer.score(QUERY, ["good", "bad", "never sent"])).rejects.toMatchObject({ status: 400 });
  expect(server.received).toHaveLength(2);
  await soon(() => expect(server.received.find(({ body }) => body.documents[0] === "good")?.dropped).toBe(true));
});

it("adds up usage under the provider's names", async () => {
  server.answer((received) => ({
    ...cohereAnswer(received),
    meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: received.body.documents.length } },
  }));
  const reports: ScorerReport[] = [];
  const scorer = new HttpCrossEncoder({ provider: "cohere", baseUrl: server.url, maxBatchSize: 2 });
  await scorer.score(QUERY, ["a", "b", "c"], { onReport: (report) => reports.push(report) });
  expect(reports[0]?.usage).toEqual({ search_units: 2, input_tokens: 3 });
});

it("sends nothing for no texts or blank texts", async () => {
  const scorer = new HttpCrossEncoder({ provider: "cohere", baseUrl: server.url });
  expect(await scorer.score(QUERY, [])).toEqual([]);
  expect(await scorer.score(QUERY, ["", " \n"])).toEqual([0, 0]);
  expect(server.received).toHaveLength(0);
  expect(await scorer.score(QUERY, ["", "tea"])).toEqual([0, overlap(QUERY, "tea")]);
  expect(server.received[0]?.body.documents).toEqual(["tea"]);
});

it("refuses a blank query before anything is sent", async () => {
  const scorer = new HttpCrossEncoder({ provider: "cohere", baseUrl: server.url });
  await expect(scorer.score("  ", ["a"])).rejects.toMatchObject({ name: "InvalidInputError", input: "query" });
  await expect(scorer.score(QUERY, ["a", 7 as never])).rejects.toMatchObject({ input: "texts[1]" });
  expect(server.received).toHaveLength(0);
});

it("replaces half a character, which strict servers refuse", async () => {
  await new HttpCrossEncoder({ provider: "cohere", baseUrl: server.url }).score(QUERY, ["tea \ud83c", "🍵"]);
  expect(server.received[0]?.body.documents).toEqual(["tea \ufffd", "🍵"]);
});

it("splits texts in order, each exactly once, and within every limit", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 20 }));
  const limit = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 40 }), limit(60), limit(30), (all, maxTexts, maxBytes, maxTokens) => {
      const query = "tea";
      const requests = splitTexts(query, all, { maxTexts, maxBytes, maxTokens });
      expect(requests.flat()).toEqual(all);
      for (const request of requests) {
        expect(request.length).toBeGreaterThan(0);
        expect(request.length).toBeLessThanOrEqual(maxTexts);
        const bytes = request.map((text) => Buffer.byteLength(text));
        const total = bytes.reduce((sum, count) => sum + count, 0);
        const tokens = bytes.reduce((sum, count) => sum + estimateTokens(3) + estimateTokens(count), 0);
        if (request.length > 1) {
          expect(total).toBeLessThanOrEqual(maxBytes ?? Number.POSITIVE_INFINITY);
          expect(tokens).toBeLessThanOrEqual(maxTokens ?? Number.POSITIVE_INFINITY);
        }
      }
      if (maxBytes === undefined && maxTokens === undefined)
        expect(requests).toHaveLength(Math.ceil(all.length / maxTexts));
    }),
  );
});
