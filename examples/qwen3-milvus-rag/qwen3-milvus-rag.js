/**
 * Retrieval-augmented generation in two stages: Qwen3 embeddings in Milvus find ten sections, Qwen3-Reranker picks three, a chat model answers
 * from them. Runs on the bundled models and in memory until variables name something else; README.md has them.
 */
import { fileURLToPath } from "node:url";
import { runAsProgram } from "../lib/program.js";
import { openChat, openEmbeddings, openReranker } from "./models.js";
import { readSections } from "./sections.js";
import { openStore } from "./store.js";

const CANDIDATES = 10;
const SHOWN = 3;
const BUNDLED = "bundled English model";

export async function main() {
  const question = process.env.QUESTION ?? "Where are loans stored?";
  const folder = process.env.DOCUMENTS ?? fileURLToPath(new URL("documents", import.meta.url));
  const embeddings = await openEmbeddings();
  const chat = await openChat();
  const reranker = await openReranker();

  const sections = await readSections(folder);
  const store = await openStore();
  try {
    await store.add(sections, await embeddings.embedDocuments(sections.map(({ pageContent }) => pageContent)));
    const candidates = await store.search(await embeddings.embedQuery(question), CANDIDATES);
    const { documents: best } = await reranker.rerank(candidates, question);

    const messages = askFrom(best, question);
    const answer = chat && (await chat.invoke(messages)).text;
    return {
      question,
      used: {
        embeddings: process.env.EMBEDDINGS || BUNDLED,
        reranker: process.env.RERANKER || BUNDLED,
        store: store.name,
      },
      sections: sections.length,
      candidates: candidates.map(({ metadata }) => ({ heading: metadata.heading, score: metadata.score })),
      best: best.map(({ metadata: { heading, sim, rerank } }) => ({ heading, sim, firstRank: rerank.firstRank })),
      messages,
      answer,
    };
  } finally {
    await store.close();
    await reranker.dispose();
  }
}

/**
 * @param {import("@langchain/core/documents").DocumentInterface[]} documents
 * @param {string} question
 */
function askFrom(documents, question) {
  const passages = documents.map(
    ({ pageContent, metadata }, index) => `[${index + 1}] ${metadata.source}\n${pageContent}`,
  );
  return [
    {
      role: "system",
      content:
        "Answer from the numbered passages alone and cite them, as [1]. Say so when they do not hold the answer.",
    },
    { role: "user", content: `${passages.join("\n\n")}\n\nQuestion: ${question}` },
  ];
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ question, used, sections, candidates, best, messages, answer }) {
  console.log(
    `${sections} sections. Embeddings: ${used.embeddings}. Reranker: ${used.reranker}. Vectors in ${used.store}.`,
  );
  console.log(`\n“${question}”\n\nFirst by embeddings:`);
  for (const { heading, score } of candidates.slice(0, SHOWN)) console.log(`  ${score.toFixed(4)}  ${heading}`);
  console.log("First after reranking:");
  for (const { heading, sim, firstRank } of best) console.log(`  ${sim.toFixed(4)}  ${heading} (was ${firstRank}.)`);
  if (answer) return console.log(`\n${answer}`);
  console.log("\nNo chat model (set OLLAMA_CHAT_MODEL). It would be sent:\n");
  for (const { role, content } of messages) console.log(`${role}: ${content}\n`);
}

await runAsProgram(import.meta.url, main, print);
