import { CALIBRATIONS } from "../bundled.js";
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

/** PyLate's markers. Queries are not expanded. */
const PYLATE: LateInteractionFormat = { queryMarker: "[Q] ", documentMarker: "[D] " };

/** A ModernBERT model of PyLate that could not be run here. */
const MODERN = { ...DEFAULTS, family: "modernbert", license: "Apache-2.0", source: "unverified" } as const;

function mxbaiEdge(size: string, parameters: number, dimensions: number): ModelEntry {
  const name = `mixedbread-ai/mxbai-edge-colbert-v0-${size}`;
  return {
    ...MODERN,
    name,
    description: `Small English late interaction on an Ettin encoder of ${size} parameters, ${dimensions} dimensions per token.`,
    repository: name,
    files: {},
    parameters,
    dimensions,
    lateInteraction: { ...PYLATE, queryLength: 48, documentLength: 512, skipWords: PUNCTUATION },
  };
}

/** Models with one vector per token, so that document vectors can be cached. The first bundled one is the default of its kind. */
export const LATE_INTERACTION: readonly ModelEntry[] = [
  {
    ...DEFAULTS,
    name: "late-en-v1",
    aliases: ["langchain-rerank/late-en-v1"],
    also: ["embedding"],
    description: "Ships with the package: English token vectors and text vectors, nothing to download.",
    bundled: true,
    files: { q8: { path: "onnx/model_int8.onnx", external: ["onnx/model_int8.onnx_data"], bytes: 28_953_206 } },
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
  {
    ...MODERN,
    name: "lightonai/LateOn",
    description: "English late interaction on ModernBERT, texts of up to 300 tokens.",
    repository: "lightonai/LateOn",
    revision: "6bb4488a7a1f1769f7a69fa1ff0c74c6a7b98cbd",
    files: { fp32: { path: "model.onnx" } },
    parameters: 149,
    maxLength: 8192,
    dimensions: 128,
    lateInteraction: { ...PYLATE, queryLength: 300, documentLength: 300, skipWords: PUNCTUATION },
  },
  {
    ...MODERN,
    name: "lightonai/mLateOn",
    description: "Late interaction for nine languages and code, long passages.",
    repository: "lightonai/mLateOn",
    revision: "1a3f1d70415f80515ee4611ce3ba96ea7f5816ca",
    files: { fp32: { path: "model.onnx" } },
    parameters: 307,
    languages: ["ar", "de", "en", "fr", "it", "nb", "pt", "es", "sv"],
    maxLength: 8192,
    dimensions: 128,
    lateInteraction: PYLATE,
  },
  {
    ...MODERN,
    name: "lightonai/LateOn-Code-edge",
    description: "Small late interaction for source code and questions about it.",
    repository: "lightonai/LateOn-Code-edge",
    revision: "07ef20f406c86badca122464808f4cac2f6e4b25",
    files: {
      fp32: { path: "model.onnx" },
      q8: {
        path: "model_int8.onnx",
        sha256: "eac35bdaa862e2762e6455337f7a3e704b05dbc4259f00929fcc8e10207f11c7",
      },
    },
    parameters: 16.8,
    maxLength: 7999,
    dimensions: 48,
    lateInteraction: { ...PYLATE, queryLength: 256, documentLength: 2048, skipWords: PUNCTUATION },
  },
  mxbaiEdge("17m", 17, 48),
  mxbaiEdge("32m", 32, 64),
];
