// @ts-check
/**
 * A retrieval graph that retries: retrieve → rerank → good enough? While the best score is below a threshold, the question is rephrased and
 * asked again. The threshold depends on the model and the data: choose yours with questions whose answers you know.
 */
import { StringOutputParser } from "@langchain/core/output_parsers";
import { PromptTemplate } from "@langchain/core/prompts";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { END, START, StateGraph } from "@langchain/langgraph";
import { CrossEncoderReranker } from "langchain-rerank";
import { z } from "zod";
import { runAsProgram } from "../lib/program.js";
import { chatModel } from "./chat-model.js";
import { found, loadStore, printFound } from "./handbook.js";

/** @typedef {import("@langchain/core/documents").DocumentInterface} DocumentInterface */

const QUESTION = "how often does the milk have to be topped up?";
const REWORDED = "when to add fresh sealant to tubeless tyres";
const GOOD_ENOUGH = 0.7;
const MOST_TRIES = 3;

const State = z.object({
  query: z.string(),
  documents: z.array(/** @type {z.ZodType<DocumentInterface>} */ (z.custom())).default([]),
  tries: z.number().default(0),
});

export async function main() {
  const store = await loadStore();
  const reranker = new CrossEncoderReranker({ topN: 3 });
  const reword = PromptTemplate.fromTemplate("Rephrase this search in plain technical terms, on one line: {query}")
    .pipe(await chatModel(new FakeListChatModel({ responses: [REWORDED] })))
    .pipe(new StringOutputParser());

  const graph = new StateGraph(State)
    .addNode("retrieve", async ({ query }, config) => ({
      documents: await store.asRetriever(10).invoke(query, config),
    }))
    // As a Runnable the reranker takes the graph's signal and callbacks from its config.
    .addNode("rerank", async ({ query, documents, tries }, config) => ({
      documents: await reranker.asRunnable().invoke({ query, documents }, config),
      tries: tries + 1,
    }))
    .addNode("reword", async ({ query }, config) => ({ query: await reword.invoke({ query }, config) }))
    .addEdge(START, "retrieve")
    .addEdge("retrieve", "rerank")
    .addConditionalEdges("rerank", ({ documents, tries }) => {
      const best = documents[0]?.metadata.sim ?? 0;
      return best >= GOOD_ENOUGH || tries >= MOST_TRIES ? END : "reword";
    })
    .addEdge("reword", "retrieve")
    .compile();

  /** @type {{ query: string, documents: import("./handbook.js").Found[] }[]} */
  const tries = [];
  let query = QUESTION;
  for await (const update of await graph.stream({ query }, { streamMode: "updates" })) {
    if (update.reword?.query) query = update.reword.query;
    if (update.rerank?.documents) tries.push({ query, documents: found(update.rerank.documents) });
  }
  await reranker.dispose();
  return tries;
}

/** @param {Awaited<ReturnType<typeof main>>} tries */
function print(tries) {
  for (const { query, documents } of tries) printFound(`“${query}”:`, documents);
}

await runAsProgram(import.meta.url, main, print);
