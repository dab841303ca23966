// @ts-check
/**
 * Several queries, several indexes, one order: a chat model rephrases the question, each version goes to a keyword search and a vector
 * store, and the reranker puts the union in order of the question as it was asked.
 */
import { EnsembleRetriever } from "@langchain/classic/retrievers/ensemble";
import { MultiQueryRetriever } from "@langchain/classic/retrievers/multi_query";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { CrossEncoderReranker } from "langchain-rerank";
import { runAsProgram } from "../lib/program.js";
import { chatModel } from "./chat-model.js";
import { found, KeywordRetriever, loadNotes, loadStore, printFound } from "./handbook.js";

const QUESTION = "why does the motor not help when I go fast";

const WORDINGS = `<questions>
At what speed does the motor of an electric bicycle stop helping?
speed limit of motor support, km/h
Why does the support of an e-bike end on fast rides?
</questions>`;

export async function main() {
  const ensemble = new EnsembleRetriever({
    retrievers: [new KeywordRetriever(await loadNotes(), 8), (await loadStore()).asRetriever(8)],
    weights: [0.5, 0.5],
  });
  const reranker = new CrossEncoderReranker({ topN: 3 });
  const retriever = MultiQueryRetriever.fromLLM({
    llm: await chatModel(new FakeListChatModel({ responses: [WORDINGS] })),
    retriever: ensemble,
    queryCount: 3,
    documentCompressor: reranker,
  });

  const alone = await ensemble.invoke(QUESTION);
  const documents = await retriever.invoke(QUESTION);
  await reranker.dispose();
  return { alone: found(alone), documents: found(documents) };
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ alone, documents }) {
  printFound(`“${QUESTION}”, keywords and vectors fused by rank, first three of ${alone.length}:`, alone.slice(0, 3));
  printFound("Three more wordings, and reranked:", documents);
}

await runAsProgram(import.meta.url, main, print);
