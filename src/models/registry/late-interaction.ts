import { CALIBRATIONS } from "../calibrations.js";
import { PUNCTUATION } from "../late-interaction.js";
import type { LateInteractionFormat, ModelEntry } from "../types.js";

const DEFAULTS = {
  kind: "late-interaction",
  runtime: "onnx",
  family: "bert",
  languages: ["en"],
  maxLength: 512,
  license: "MIT",
  commercial: true,
  source: "card",
} as const satisfies Partial<ModelEntry>;

/** The values in the checkpoints' `artifact.metadata`. */
const COLBERT: LateInteractionFormat = {
  queryMarker: "[unused0]",
  documentMarker: "[unused1]",
  queryLength: 32,
  expandQueries: true,
  skipWords: PUNCTUATION,
};

/** Models with one vector per token, so that document vectors can be cached. The first bundled one is the default of its kind. */
export const LATE_INTERACTION: readonly ModelEntry[] = [
  {
    ...DEFAULTS,
    name: "late-en-v1",
    aliases: ["langchain-rerank/late-en-v1"],
    also: ["embedding"],
    description: "Ships with the package: English token vectors and text vectors, nothing to download.",
    bundled: true,
    files: { q8: { path: "onnx/model_int8.onnx", external: ["onnx/model_int8.onnx_data"], bytes: 28_953_145 } },
    parameters: 33.4,
    pooling: "cls",
    dimensions: 128,
    lateInteraction: {},
    calibration: CALIBRATIONS["late-en-v1"],
  },
  {
    ...DEFAULTS,
    name: "late-multilingual-v1",
    aliases: ["langchain-rerank-multilingual"],
    also: ["embedding"],
    description: "A separate npm package: Japanese, Chinese and European languages, token vectors and text vectors.",
    package: "langchain-rerank-multilingual",
    files: { q8: { path: "onnx/model_int8.onnx", external: ["onnx/model_int8.onnx_data"], bytes: 37_670_007 } },
    parameters: 50.3,
    languages: ["ja", "zh", "en", "de", "es", "ro"],
    pooling: "mean",
    dimensions: 128,
    lateInteraction: {},
    calibration: { model: "late-multilingual-v1", slope: 33.68, intercept: -29, positives: 123, negatives: 1027 },
  },
  {
    ...DEFAULTS,
    name: "answerdotai/answerai-colbert-small-v1",
    description: "Small English ColBERT, 96 dimensions per token.",
    repository: "answerdotai/answerai-colbert-small-v1",
    files: { fp32: { path: "vespa_colbert.onnx" }, q8: { path: "model_int8.onnx" } },
    parameters: 33,
    license: "Apache-2.0",
    dimensions: 96,
    lateInteraction: COLBERT,
  },
  {
    ...DEFAULTS,
    name: "colbert-ir/colbertv2.0",
    description: "The English ColBERTv2, 128 dimensions per token.",
    repository: "colbert-ir/colbertv2.0",
    files: { fp32: { path: "model.onnx" } },
    parameters: 110,
    dimensions: 128,
    lateInteraction: COLBERT,
  },
  {
    ...DEFAULTS,
    name: "jinaai/jina-colbert-v2",
    family: "xlm-roberta",
    description: "ColBERT for many languages and long passages; non-commercial.",
    repository: "jinaai/jina-colbert-v2",
    files: { fp32: { path: "onnx/model.onnx" } },
    parameters: 559,
    languages: ["multilingual"],
    maxLength: 8192,
    license: "CC-BY-NC-4.0",
    commercial: false,
    dimensions: 128,
    lateInteraction: {
      queryMarker: "[QueryMarker]",
      documentMarker: "[DocumentMarker]",
      queryLength: 32,
      expandQueries: true,
      attendToExpansion: true,
      skipWords: PUNCTUATION,
    },
    source: "unverified",
  },
];
