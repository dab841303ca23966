import { writeFileSync } from "node:fs";
import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import { Document } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import { RunnablePassthrough } from "@langchain/core/runnables";
import { BaseTracer } from "@langchain/core/tracers/base";
import {
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  ModelNotFoundError,
} from "langchain-rerank";
import * as aiSdk from "langchain-rerank/ai-sdk";
import * as decisions from "langchain-rerank/decisions";
import * as evaluation from "langchain-rerank/evaluation";
import * as http from "langchain-rerank/http";
import * as models from "langchain-rerank/models";
import * as ollama from "langchain-rerank/ollama";
import * as onnx from "langchain-rerank/onnx";
import * as staticEmbeddings from "langchain-rerank/static";
import scenario from "./scenario.cjs";

const seen = await scenario({
  langchain: {
    awaitAllCallbacks,
    BaseCallbackHandler,
    BaseTracer,
    ContextualCompressionRetriever,
    Document,
    Embeddings,
    MemoryVectorStore,
    RunnablePassthrough,
  },
  rerank: {
    CrossEncoderReranker,
    EmbeddingSimilarityReranker,
    HybridReranker,
    ModelNotFoundError,
    subpaths: { "ai-sdk": aiSdk, decisions, evaluation, http, models, ollama, onnx, static: staticEmbeddings },
  },
});
writeFileSync(process.argv[2], JSON.stringify(seen));
