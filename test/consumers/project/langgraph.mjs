// A reranker as a node of a graph and as a tool, and what a checkpoint keeps of its documents.
import { writeFile } from "node:fs/promises";
import { Document } from "@langchain/core/documents";
import { Annotation, END, MemorySaver, START, StateGraph } from "@langchain/langgraph";
import { tool } from "langchain";
import { CrossEncoderReranker } from "langchain-rerank";
import { z } from "zod";

const TEXTS = ["Bread rises in a warm kitchen.", "Bees see ultraviolet light.", "The ferry leaves at seven."];
const query = "which light do bees see?";
const documents = TEXTS.map((pageContent) => new Document({ pageContent }));

const reranker = new CrossEncoderReranker({ topN: 2 });
const State = Annotation.Root({ query: Annotation(), documents: Annotation() });
const graph = new StateGraph(State)
  .addNode("rerank", async (state, config) => ({ documents: await reranker.asRunnable().invoke(state, config) }))
  .addEdge(START, "rerank")
  .addEdge("rerank", END)
  .compile({ checkpointer: new MemorySaver() });
const config = { configurable: { thread_id: "1" } };
const result = await graph.invoke({ query, documents }, config);
const { values } = await graph.getState(config);

const search = tool(
  async ({ question }, options) => {
    const [best] = await reranker.compressDocuments(documents, question, options.callbacks);
    return best.pageContent;
  },
  { name: "search", description: "Finds a text.", schema: z.object({ question: z.string() }) },
);
const answer = await search.invoke({ question: query });

const seen = (list) => list.map(({ pageContent, metadata }) => ({ text: pageContent, sim: metadata.sim }));
await reranker.dispose();
await writeFile(
  process.argv[2],
  JSON.stringify({ result: seen(result.documents), kept: seen(values.documents), answer }),
);
