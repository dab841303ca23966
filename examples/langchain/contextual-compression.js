// @ts-check
/**
 * A retriever that finds twenty documents and returns the best three: LangChain's ContextualCompressionRetriever around any retriever.
 * The trace shows what LangSmith or any other tracer would get: the reranker is one run, a child of the retriever's.
 */
import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
// LangChain 0.3: import { ContextualCompressionRetriever } from "langchain/retrievers/contextual_compression";
import { CrossEncoderReranker } from "langchain-rerank";
import { runAsProgram } from "../lib/program.js";
import { found, loadStore, printFound } from "./handbook.js";
import { RunRecorder } from "./run-recorder.js";

const QUESTION = "light at the back goes on and off";

export async function main() {
  const store = await loadStore();
  const reranker = new CrossEncoderReranker({ topN: 3 }); // the bundled model
  const retriever = new ContextualCompressionRetriever({
    baseCompressor: reranker,
    baseRetriever: store.asRetriever(20),
  });

  const recorder = new RunRecorder();
  const documents = await retriever.invoke(QUESTION, { callbacks: [recorder] });

  const firstStage = await store.asRetriever(20).invoke(QUESTION);
  await reranker.dispose();
  return { firstStage: found(firstStage), documents: found(documents), runs: await recorder.runs() };
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ firstStage, documents, runs }) {
  printFound(`“${QUESTION}”, first three of the vector store's ${firstStage.length}:`, firstStage.slice(0, 3));
  printFound("Reranked:", documents);
  console.log("\nTrace:");
  for (const { depth, type, name, report } of runs) {
    const did = report ? `: ${report.model}, ${report.documents} → ${report.returned} documents` : "";
    console.log(`  ${"  ".repeat(depth)}${type} ${name}${did}`);
  }
}

await runAsProgram(import.meta.url, main, print);
