// @ts-check
/**
 * Middleware for LangChain 1.x agents that reranks what any tool finds: a tool that returns documents as its artifact (of your own, of an
 * MCP server, of somebody else's package) gets its result put in order and cut, without a change to the tool.
 */
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import { fakeModel } from "@langchain/core/testing";
import { tool } from "@langchain/core/tools";
import { createAgent, createMiddleware } from "langchain";
import { CrossEncoderReranker } from "langchain-rerank";
import { z } from "zod";
import { runAsProgram } from "../lib/program.js";
import { chatModel } from "./chat-model.js";
import { found, loadStore, printFound } from "./handbook.js";

/** @typedef {import("@langchain/core/documents").DocumentInterface} DocumentInterface */

const QUESTION = "My brakes howl when I stop. Why?";

/** @param {import("langchain-rerank").BaseReranker} reranker */
function rerankTools(reranker) {
  return createMiddleware({
    name: "RerankTools",
    async wrapToolCall(request, handler) {
      const result = await handler(request);
      if (!ToolMessage.isInstance(result) || !isDocuments(result.artifact)) return result;
      // Tools name their question as they like: it is the first string among their arguments.
      const query = Object.values(request.toolCall.args).find((value) => typeof value === "string" && value.trim());
      if (query === undefined) return result;
      const { documents } = await reranker.rerank(result.artifact, query, { signal: request.runtime.signal });
      return new ToolMessage({
        ...result,
        content: documents.map(({ pageContent }) => pageContent).join("\n\n"),
        artifact: documents,
      });
    },
  });
}

export async function main() {
  const store = await loadStore();
  // A tool that knows nothing of rerankers: twelve documents in the vector store's order.
  const search = tool(
    async ({ query }) => {
      const documents = await store.asRetriever(12).invoke(query);
      return [documents.map(({ pageContent }) => pageContent).join("\n\n"), documents];
    },
    {
      name: "search_notes",
      description: "Searches notes on the care and repair of bicycles.",
      schema: z.object({ query: z.string() }),
      responseFormat: "content_and_artifact",
    },
  );
  const clock = tool(async () => "noon", { name: "clock", description: "Tells the time.", schema: z.object({}) });

  const scripted = fakeModel()
    .respondWithTools([
      { name: "search_notes", args: { query: "loud noise when I pull the brakes" } },
      { name: "clock", args: {} },
    ])
    .respond(
      (messages) => new AIMessage(`Results: ${messages.filter((message) => ToolMessage.isInstance(message)).length}`),
    );

  const reranker = new CrossEncoderReranker({ topN: 3, timeout: 10_000, onError: "keep-order" });
  const middleware = [rerankTools(reranker)];
  const agent = createAgent({ model: await chatModel(scripted), tools: [search, clock], middleware });
  const { messages } = await agent.invoke({ messages: [{ role: "user", content: QUESTION }] });

  await reranker.dispose();
  const results = messages.filter((message) => ToolMessage.isInstance(message));
  return results.map(({ name, artifact, text }) => ({ name, text, documents: found(artifact ?? []) }));
}

/**
 * @param {unknown} artifact
 * @returns {artifact is DocumentInterface[]}
 */
function isDocuments(artifact) {
  return (
    Array.isArray(artifact) && artifact.length > 0 && artifact.every((item) => typeof item?.pageContent === "string")
  );
}

/** @param {Awaited<ReturnType<typeof main>>} results */
function print(results) {
  for (const { name, text, documents } of results) printFound(`${name}: ${text.slice(0, 60)}`, documents);
}

await runAsProgram(import.meta.url, main, print);
