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
];
