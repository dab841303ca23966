import type { ModelEntry } from "../types.js";

/** Models that ship inside this package, in order of preference: the first is what a reranker without a `model` runs. */
export const BUNDLED: readonly ModelEntry[] = [
  {
    name: "rerank-en-v0",
    aliases: ["langchain-rerank/rerank-en-v0"],
    kind: "cross-encoder",
    family: "bert",
    description: "Ships with the package: English, nothing to download.",
    bundled: "rerank-en-v0",
    files: { q8: { path: "onnx/model_int8.onnx" } },
    parameters: 22.7,
    languages: ["en"],
    maxLength: 512,
    license: "Apache-2.0",
    commercial: true,
    head: { type: "logit" },
    activation: "sigmoid",
    source: "card",
  },
  {
    name: "late-en-v1",
    aliases: ["langchain-rerank/late-en-v1"],
    kind: "embedding",
    family: "bert",
    description: "Ships with the package: English sentence vectors, nothing to download.",
    bundled: "late-en-v1",
    files: { q8: { path: "onnx/model_int8.onnx" } },
    parameters: 22.7,
    languages: ["en"],
    maxLength: 512,
    license: "Apache-2.0",
    commercial: true,
    pooling: "mean",
    dimensions: 384,
    source: "card",
  },
];
