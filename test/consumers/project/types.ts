/** What an application's types rest on: every line must compile, and those marked must not. */
import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { Document, type DocumentInterface } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import { RunnablePassthrough } from "@langchain/core/runnables";
import {
  BaseReranker,
  type Candidates,
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  isRerankError,
  type RelevanceScorer,
  type RerankReport,
} from "langchain-rerank";
import { AiSdkCrossEncoder } from "langchain-rerank/ai-sdk";
import { evaluate, measureRun } from "langchain-rerank/evaluation";
import { HttpCrossEncoder } from "langchain-rerank/http";
import { getModel, listModels } from "langchain-rerank/models";
import { OllamaCrossEncoder } from "langchain-rerank/ollama";
import { OnnxCrossEncoder, OnnxEmbeddings } from "langchain-rerank/onnx";
import { StaticEmbeddings, StaticLateInteraction } from "langchain-rerank/static";

class Lengths extends Embeddings {
  embedQuery = async (text: string): Promise<number[]> => [text.length, 1];
  embedDocuments = async (texts: string[]): Promise<number[][]> => texts.map((text) => [text.length, 1]);
}

class ShortestFirst extends BaseReranker {
  protected readonly model = "shortest-first";

  protected async lowestScore(): Promise<number> {
    return -Number.MAX_VALUE;
  }

  protected async score({ texts }: Candidates) {
    return { scores: texts.map((text) => -text.length) };
  }
}

export async function application(signal: AbortSignal): Promise<DocumentInterface[]> {
  const embeddings = new Lengths({});
  const scorer: RelevanceScorer = new OnnxCrossEncoder({ maxLength: 256 });
  const rerankers = [
    new CrossEncoderReranker({ model: scorer, topN: 3, threshold: 0.1, text: (doc) => doc.pageContent }),
    new CrossEncoderReranker({
      model: new HttpCrossEncoder({ provider: "localai", baseUrl: "http://127.0.0.1:1", model: "m" }),
    }),
    new CrossEncoderReranker({ model: new OllamaCrossEncoder({ model: "m" }) }),
    new CrossEncoderReranker({ model: new StaticLateInteraction(), topN: 3 }),
    new EmbeddingSimilarityReranker({ embeddings: new StaticEmbeddings(), topN: 5, threshold: 0.5 }),
    new HybridReranker({ embeddings: new OnnxEmbeddings({ model: "m" }), topK: 20, alpha: 0.7, topN: 10 }),
    new ShortestFirst({ onError: "keep-order", details: true }),
  ];
  const store = await MemoryVectorStore.fromDocuments([new Document({ pageContent: "a" })], embeddings);
  const retriever = new ContextualCompressionRetriever({
    baseCompressor: rerankers[0]!,
    baseRetriever: store.asRetriever(),
  });
  const chain = RunnablePassthrough.assign({ documents: rerankers[0]!.asRunnable() });
  await chain.invoke({ query: "q", documents: [] }, { signal });
  const { documents, report } = await rerankers[0]!.rerank([], "q", { signal, timeout: 1000, topN: 2 });
  const milliseconds: number | undefined = report.milliseconds.total;
  const whole: RerankReport = report;
  const ndcg = measureRun({ q: { a: 1 } }, { q: { a: 1 } }, ["nDCG@10"]).get("nDCG@10");
  // @ts-expect-error topN is a number
  new CrossEncoderReranker({ topN: "3" });
  // @ts-expect-error embeddings are needed to compare embeddings
  new EmbeddingSimilarityReranker({ topN: 3 });
  // @ts-expect-error not an option
  new HybridReranker({ embeddings, beta: 1 });
  const error: unknown = whole.error;
  if (isRerankError(error)) throw error;
  return [milliseconds, ndcg, evaluate, listModels, getModel, AiSdkCrossEncoder].length > 0
    ? [...documents, ...(await retriever.invoke("q"))]
    : [];
}
