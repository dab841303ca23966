const { writeFileSync } = require("node:fs");
const { ContextualCompressionRetriever } = require("@langchain/classic/retrievers/contextual_compression");
const { MemoryVectorStore } = require("@langchain/classic/vectorstores/memory");
const { BaseCallbackHandler } = require("@langchain/core/callbacks/base");
const { awaitAllCallbacks } = require("@langchain/core/callbacks/promises");
const { Document } = require("@langchain/core/documents");
const { Embeddings } = require("@langchain/core/embeddings");
const { RunnablePassthrough } = require("@langchain/core/runnables");
const { BaseTracer } = require("@langchain/core/tracers/base");
const {
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  ModelNotFoundError,
} = require("langchain-rerank");
const scenario = require("./scenario.cjs");

scenario({
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
    subpaths: {
      "ai-sdk": require("langchain-rerank/ai-sdk"),
      decisions: require("langchain-rerank/decisions"),
      evaluation: require("langchain-rerank/evaluation"),
      http: require("langchain-rerank/http"),
      models: require("langchain-rerank/models"),
      ollama: require("langchain-rerank/ollama"),
      onnx: require("langchain-rerank/onnx"),
      static: require("langchain-rerank/static"),
    },
  },
}).then((seen) => writeFileSync(process.argv[2], JSON.stringify(seen)));
