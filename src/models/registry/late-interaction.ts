import { PUNCTUATION } from "../late-interaction.js";
import type { LateInteractionFormat, ModelEntry } from "../types.js";

/** As the checkpoints' `artifact.metadata` has it. */
const COLBERT: LateInteractionFormat = {
  queryMarker: "[unused0]",
  documentMarker: "[unused1]",
  queryLength: 32,
  expandQueries: true,
  skipWords: PUNCTUATION,
};

/** ColBERT-style models: one vector a token, documents' vectors can be kept. */
export const LATE_INTERACTION: readonly ModelEntry[] = [
  {
    name: "answerdotai/answerai-colbert-small-v1",
    kind: "late-interaction",
    family: "bert",
    description: "Small English ColBERT, 96 numbers a token.",
    repository: "answerdotai/answerai-colbert-small-v1",
    files: { fp32: { path: "vespa_colbert.onnx" }, q8: { path: "model_int8.onnx" } },
    parameters: 33,
    languages: ["en"],
    maxLength: 512,
    license: "Apache-2.0",
    commercial: true,
    dimensions: 96,
    lateInteraction: COLBERT,
    source: "card",
  },
  {
    name: "colbert-ir/colbertv2.0",
    kind: "late-interaction",
    family: "bert",
    description: "The English ColBERTv2, 128 numbers a token.",
    repository: "colbert-ir/colbertv2.0",
    files: { fp32: { path: "model.onnx" } },
    parameters: 110,
    languages: ["en"],
    maxLength: 512,
    license: "MIT",
    commercial: true,
    dimensions: 128,
    lateInteraction: COLBERT,
    source: "card",
  },
  {
    name: "jinaai/jina-colbert-v2",
    kind: "late-interaction",
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
