import type { ModelEntry } from "../types.js";
import { QWEN3_EMBEDDING_QUERY_PREFIX } from "./prompts.js";

type Facts = Partial<ModelEntry> & Pick<ModelEntry, "family" | "description" | "parameters" | "dimensions">;

/** An English mean-pooling model with a free license and full-precision weights, in the repository of its name, unless `facts` differ. */
function embedding(name: string, facts: Facts): ModelEntry {
  return {
    name,
    kind: "embedding",
    runtime: "onnx",
    repository: name,
    files: { fp32: { path: "onnx/model.onnx" } },
    languages: ["en"],
    maxLength: 512,
    license: "Apache-2.0",
    commercial: true,
    pooling: "mean",
    source: "card",
    ...facts,
  };
}

const FULL = { path: "onnx/model.onnx" } as const;
const QUANTIZED = { path: "onnx/model_quantized.onnx" } as const;

function bge(size: string, parameters: number, dimensions: number): ModelEntry {
  return embedding(`Xenova/bge-${size}-en-v1.5`, {
    aliases: [`BAAI/bge-${size}-en-v1.5`],
    family: "bert",
    description: `English embeddings, ${size}.`,
    files: { fp32: FULL, q8: QUANTIZED },
    parameters,
    license: "MIT",
    pooling: "cls",
    queryPrefix: "Represent this sentence for searching relevant passages: ",
    dimensions,
  });
}

/** Embedding models for a first stage or for `EmbeddingSimilarityReranker`. */
export const EMBEDDINGS: readonly ModelEntry[] = [
  embedding("Xenova/all-MiniLM-L6-v2", {
    aliases: ["sentence-transformers/all-MiniLM-L6-v2"],
    family: "bert",
    description: "Small English sentence embeddings.",
    files: {
      fp32: FULL,
      q8: {
        ...QUANTIZED,
        bytes: 22_972_370,
        sha256: "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1",
      },
    },
    parameters: 22.7,
    maxLength: 256,
    dimensions: 384,
  }),
  bge("small", 33.4, 384),
  bge("base", 109, 768),
  bge("large", 335, 1024),
  embedding("intfloat/multilingual-e5-small", {
    aliases: ["Xenova/multilingual-e5-small"],
    family: "xlm-roberta",
    description: "Small embeddings for a hundred languages.",
    files: { fp32: FULL, q8: { path: "onnx/model_qint8_avx512_vnni.onnx" } },
    parameters: 118,
    languages: ["multilingual"],
    license: "MIT",
    queryPrefix: "query: ",
    documentPrefix: "passage: ",
    dimensions: 384,
  }),
  embedding("nomic-ai/nomic-embed-text-v1.5", {
    family: "nomic-bert",
    description: "English embeddings for long passages.",
    revision: "e9b6763023c676ca8431644204f50c2b100d9aab",
    files: {
      fp32: { ...FULL, sha256: "147d5aa88c2101237358e17796cf3a227cead1ec304ec34b465bb08e9d952965" },
      q8: QUANTIZED,
      q4: { path: "onnx/model_q4.onnx" },
    },
    parameters: 137,
    maxLength: 2048,
    queryPrefix: "search_query: ",
    documentPrefix: "search_document: ",
    dimensions: 768,
  }),
  embedding("jinaai/jina-embeddings-v2-small-en", {
    family: "jina-bert",
    description: "Small English embeddings with 8,192 tokens of context.",
    files: {},
    parameters: 33,
    maxLength: 8192,
    dimensions: 512,
    source: "unverified",
  }),
  embedding("jinaai/jina-embeddings-v2-base-en", {
    family: "jina-bert",
    description: "English embeddings with 8,192 tokens of context.",
    files: {},
    parameters: 137,
    maxLength: 8192,
    dimensions: 768,
    source: "unverified",
  }),
  embedding("onnx-community/Qwen3-Embedding-0.6B-ONNX", {
    aliases: ["Qwen/Qwen3-Embedding-0.6B"],
    family: "qwen3",
    description: "Language-model embeddings for a hundred languages; queries take an instruction. Slow on a CPU.",
    files: { fp32: { ...FULL, external: ["onnx/model.onnx_data"] }, q8: QUANTIZED },
    parameters: 596,
    languages: ["multilingual"],
    maxLength: 8192,
    pooling: "last",
    queryPrefix: QWEN3_EMBEDDING_QUERY_PREFIX,
    dimensions: 1024,
  }),
  embedding("sirasagi62/ruri-v3-30m-ONNX", {
    aliases: ["cl-nagoya/ruri-v3-30m"],
    family: "modernbert",
    description: "Small Japanese embeddings.",
    files: { q8: QUANTIZED },
    parameters: 37,
    languages: ["ja"],
    maxLength: 8192,
    queryPrefix: "検索クエリ: ",
    documentPrefix: "検索文書: ",
    dimensions: 256,
    source: "unverified",
  }),
];
