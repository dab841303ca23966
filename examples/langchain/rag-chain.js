// @ts-check
/**
 * A question, twenty candidates, the best four, an answer that is streamed and cites them. The reranker is a step of the chain, so that
 * the chain's signal and callbacks reach it. With your own model: OLLAMA_CHAT_MODEL=qwen3:4b node rag-chain.js
 */
import { setMaxListeners } from "node:events";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { RunnablePassthrough } from "@langchain/core/runnables";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { CrossEncoderReranker } from "langchain-rerank";
import { runAsProgram } from "../lib/program.js";
import { chatModel } from "./chat-model.js";
import { loadStore } from "./handbook.js";

/** @typedef {import("@langchain/core/documents").DocumentInterface} DocumentInterface */

const QUESTION = "My rear light goes on and off. What do I check first?";
const ANSWER = "Check the plugs for corrosion first [1]; the note after it is about something else [2].";

export async function main() {
  const store = await loadStore();
  const reranker = new CrossEncoderReranker({ topN: 4 });
  const model = await chatModel(new FakeListChatModel({ responses: [ANSWER] }));
  const prompt = ChatPromptTemplate.fromMessages([
    ["system", "Answer from these notes alone. Cite each note that you use by its number, as in [1].\n\n{notes}"],
    ["human", "{query}"],
  ]);

  const chain = RunnablePassthrough.assign({
    documents: (/** @type {{ query: string }} */ { query }) => store.asRetriever(20).invoke(query),
  })
    .pipe(RunnablePassthrough.assign({ documents: reranker.asRunnable() }))
    .pipe(RunnablePassthrough.assign({ notes: ({ documents }) => numbered(documents) }))
    .pipe(RunnablePassthrough.assign({ answer: prompt.pipe(model).pipe(new StringOutputParser()) }));

  // Stops the reranker and the model alike. Streaming chains listen to it more than ten times, of which Node would warn.
  const signal = AbortSignal.timeout(120_000);
  setMaxListeners(0, signal);
  /** @type {DocumentInterface[]} */
  let documents = [];
  /** @type {string[]} */
  const pieces = [];
  // The documents come first, then the answer piece by piece: send each on to the browser as it comes.
  for await (const part of await chain.stream({ query: QUESTION }, { signal })) {
    if (part.documents) documents = part.documents;
    if (part.answer) pieces.push(part.answer);
  }
  await reranker.dispose();
  const answer = pieces.join("");
  return { answer, pieces: pieces.length, documents: documents.length, citations: citations(answer, documents) };
}

/** @param {DocumentInterface[]} documents */
function numbered(documents) {
  return documents.map(({ pageContent }, index) => `[${index + 1}] ${pageContent}`).join("\n\n");
}

/**
 * Resolves each [n] of an answer to its document. A number without a document is reported as unknown, because models invent them.
 *
 * @param {string} answer
 * @param {DocumentInterface[]} documents
 */
function citations(answer, documents) {
  const numbers = new Set([...answer.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number)));
  return [...numbers].map((number) => {
    const { metadata } = documents[number - 1] ?? {};
    return metadata ? { number, source: metadata.source, title: metadata.title, sim: metadata.sim } : { number };
  });
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ answer, citations }) {
  console.log(`${QUESTION}\n\n${answer}\n`);
  for (const { number, title, source, sim } of citations)
    console.log(`[${number}] ${title ? `${title} (${source}, sim ${sim.toFixed(3)})` : "is not among the notes"}`);
}

await runAsProgram(import.meta.url, main, print);
