import { Document } from "@langchain/core/documents";
import { afterAll, expect, it } from "vitest";
import { createRerankingModel } from "../../src/ai-sdk.js";
import { HttpCrossEncoder } from "../../src/http.js";
import { CrossEncoderReranker } from "../../src/index.js";
import { post, start } from "../server/fixtures.js";
import { startServer } from "./remote/rerank-server.js";

/** A server of a kind that sends 0 to 1, started so that it sends logits. */
const logits = await startServer(({ body }) => ({
  results: (body.documents as string[]).map((_, index) => ({ index, relevance_score: -1 - index })),
}));
afterAll(logits.close);

const TEXTS = ["tea", " ", "milk"];
const scorer = () => new HttpCrossEncoder({ provider: "vllm", baseUrl: logits.url });

it("blank texts are below the texts of a server that sends logits where its kind sends probabilities", async () => {
  const scores = await scorer().score("q", TEXTS);
  expect(scores[1]).toBeLessThan(Math.min(scores[0]!, scores[2]!));

  const documents = TEXTS.map((pageContent) => new Document({ pageContent }));
  const ranked = await new CrossEncoderReranker({ model: scorer() }).compressDocuments(documents, "q");
  expect(ranked.map(({ pageContent }) => pageContent)).toEqual(["tea", "milk", " "]);
  expect(ranked.at(-1)!.metadata.sim).toBeLessThan(-2);

  const { ranking } = await createRerankingModel({ model: scorer() }).doRerank({
    documents: { type: "text", values: TEXTS },
    query: "q",
  });
  expect(ranking.map(({ index }) => index)).toEqual([0, 2, 1]);

  const served = await start({ rerankers: new Map([["logits", scorer()]]) });
  const { body } = await post(`${served.url}/v1/rerank`, { query: "q", documents: TEXTS });
  await served.close();
  expect(body.results.map(({ index }: { index: number }) => index)).toEqual([0, 2, 1]);
});

it("blank texts have the lowest score that a server of their kind sends, as long as no text is below it", async () => {
  await using probabilities = await startServer(({ body }) => ({
    results: (body.documents as string[]).map((_, index) => ({ index, relevance_score: 0.5 })),
  }));
  const model = new HttpCrossEncoder({ provider: "vllm", baseUrl: probabilities.url });
  expect(await model.score("q", TEXTS)).toEqual([0.5, 0, 0.5]);
});
