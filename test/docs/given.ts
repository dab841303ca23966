/** What pages speak of without making it: `given documents, query` in a check. The values serve the blocks that are run. */

import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { Document } from "@langchain/core/documents";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import type { BaseRetriever } from "@langchain/core/retrievers";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import type { VectorStore } from "@langchain/core/vectorstores";
import { CrossEncoderReranker } from "langchain-rerank";
import { readBeir, readRun } from "langchain-rerank/evaluation";
import { StaticEmbeddings } from "langchain-rerank/static";

export const query = "how do solar panels work?";

const TEXTS = [
  "Solar panels turn sunlight into electricity: light frees electrons in the silicon of their cells, and a current flows.",
  "A bicycle chain should be cleaned and oiled every few hundred kilometres.",
  "The inverter of a solar plant turns the panels' direct current into alternating current for the house.",
  "Bread rises because yeast makes carbon dioxide, which the dough holds.",
  "Panels work best when they face the sun; snow, dust and shade cost yield.",
];

/** Documents as a loader or a web search gives them. */
export const documents = TEXTS.map((pageContent, index) => new Document({ pageContent, id: `d${index}` }));

/** Documents as a vector store or BM25 gives them: best first, with a score. */
export const candidates = TEXTS.map(
  (pageContent, index) => new Document({ pageContent, id: `d${index}`, metadata: { score: 5 - index } }),
);

export const signal = AbortSignal.timeout(60_000);

/** Any LangChain embeddings. */
export const embeddings = new StaticEmbeddings();

/** Any vector store, with the documents in it. */
export const store: VectorStore = await MemoryVectorStore.fromDocuments(documents, embeddings);
export const retriever: BaseRetriever = store.asRetriever(20);
export const retrievers: BaseRetriever[] = [retriever, store.asRetriever(5)];

/** Any chat model, and a prompt with the question and numbered notes. */
export const model: BaseChatModel = new FakeListChatModel({ responses: ["Cells turn sunlight into electricity [1]."] });
export const prompt = ChatPromptTemplate.fromTemplate("Answer {query} from these notes: {notes}");

/** Any reranker. */
export const reranker = new CrossEncoderReranker({ topN: 3 });

/** The data set that ships with the package: queries, documents, judgments and a first-stage run. */
export const data = await readBeir("node_modules/langchain-rerank/examples/data/bicycle");
export const qrels = data.qrels;

/** Runs of three systems over {@link data}. */
export const bm25 = await readRun("node_modules/langchain-rerank/examples/data/bicycle/bm25.trec");
export const reranked = bm25;
export const hybrid = bm25;
