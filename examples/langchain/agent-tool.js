// @ts-check
/**
 * An agent of LangChain 1.x whose search tool reranks. The model reads the passages as text; the documents with their scores travel beside
 * it as the tool message's artifact, where your code finds them. Your own model: OLLAMA_CHAT_MODEL=qwen3:4b node agent-tool.js
 */
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import { fakeModel } from "@langchain/core/testing";
import { tool } from "@langchain/core/tools";
import { createAgent } from "langchain";
import { CrossEncoderReranker } from "langchain-rerank";
import { z } from "zod";
import { runAsProgram } from "../lib/program.js";
import { chatModel } from "./chat-model.js";
import { found, loadStore, printFound } from "./handbook.js";

const QUESTION = "The left pedal will not come off. Which way do I turn it?";

export async function main() {
  const store = await loadStore();
  const reranker = new CrossEncoderReranker({ topN: 3, timeout: 10_000 });

  const search = tool(
    async ({ query }, config) => {
      const candidates = await store.asRetriever(20).invoke(query, config);
      const { signal, callbacks } = config;
      const { documents } = await reranker.rerank(candidates, query, { signal, callbacks });
      const text = documents.map(({ pageContent }, index) => `[${index + 1}] ${pageContent}`).join("\n\n");
      return [text, documents];
    },
    {
      name: "search_notes",
      description: "Searches notes on the care and repair of bicycles.",
      schema: z.object({ query: z.string().describe("what to search for, in a few words") }),
      responseFormat: "content_and_artifact",
    },
  );

  const scripted = fakeModel()
    .respondWithTools([{ name: "search_notes", args: { query: "remove the left pedal" } }])
    .respond((messages) => new AIMessage(`The notes say: ${messages.at(-1)?.text.split("\n")[0]}`));
  const agent = createAgent({ model: await chatModel(scripted), tools: [search] });
  const { messages } = await agent.invoke({ messages: [{ role: "user", content: QUESTION }] });

  const results = messages.filter((message) => ToolMessage.isInstance(message));
  await reranker.dispose();
  return {
    answer: messages.at(-1)?.text ?? "",
    read: results.map(({ text }) => text), // what the model reads: no scores
    documents: found(results.flatMap(({ artifact }) => artifact ?? [])), // what your code gets: documents with `sim`
  };
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ answer, documents }) {
  console.log(`${QUESTION}\n\n${answer}`);
  printFound("What the tool found, for your code:", documents);
}

await runAsProgram(import.meta.url, main, print);
