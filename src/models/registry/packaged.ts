import type { ModelEntry } from "../types.js";

/** Models of this project that are too large for this package and come as npm packages of their own. */
export const PACKAGED: readonly ModelEntry[] = [
  {
    name: "late-multilingual-v1",
    aliases: ["langchain-rerank-multilingual"],
    kind: "late-interaction",
    also: ["embedding"],
    family: "bert",
    description:
      "An npm package of its own: Japanese, Chinese and European languages, token vectors and sentence vectors.",
    package: "langchain-rerank-multilingual",
    files: { q8: { path: "onnx/model_int8.onnx", bytes: 30_153_731 } },
    parameters: 50.3,
    languages: ["ja", "zh", "en", "de", "es", "ro"],
    maxLength: 512,
    license: "MIT",
    commercial: true,
    pooling: "mean",
    dimensions: 128,
    lateInteraction: {},
    source: "card",
  },
];
