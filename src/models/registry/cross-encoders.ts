import { CALIBRATIONS } from "../calibrations.js";
import type { ModelEntry } from "../types.js";
import { PINNED_FILES } from "./pinned-files.js";
import { QWEN3_RERANKER_PROMPT } from "./prompts.js";
import { PUBLISHED_METRICS } from "./published-metrics.js";

type Facts = Partial<ModelEntry> & Pick<ModelEntry, "family" | "description" | "parameters">;

/** An English model with one sigmoid logit, full-precision weights and a free license, in the repository of its name, unless `facts` differ. */
function crossEncoder(name: string, facts: Facts): ModelEntry {
  const pinned = PINNED_FILES[name];
  const metrics = PUBLISHED_METRICS[name];
  return {
    name,
    kind: "cross-encoder",
    runtime: "onnx",
    ...(facts.bundled ? {} : { repository: name }),
    files: { fp32: { path: "onnx/model.onnx" } },
    ...(pinned && { pinned }),
    languages: ["en"],
    maxLength: 512,
    license: "Apache-2.0",
    commercial: true,
    head: { type: "logit" },
    activation: "sigmoid",
    source: "card",
    ...(metrics && { metrics }),
    ...facts,
  };
}

const QUANTIZED = { path: "onnx/model_quantized.onnx" } as const;

/** BERT cross-encoders of sentence-transformers, trained on MS MARCO. Their `sim` is the raw logit, about −11 to 11. */
function msMarco(size: string, upstream: string, parameters: number, facts: Partial<ModelEntry> = {}): ModelEntry {
  const name = `Xenova/ms-marco-${size}-v2`;
  return crossEncoder(name, {
    aliases: [`cross-encoder/ms-marco-${upstream}-v2`, `Xenova/ms-marco-${upstream}-v2`],
    family: "bert",
    description: `English reranker trained on MS MARCO (${size}-v2).`,
    files: { fp32: { path: "onnx/model.onnx" }, q8: QUANTIZED },
    parameters,
    activation: "identity",
    ...facts,
  });
}

/**
 * The Ettin rerankers (2026). The published ONNX file ends before the head, which is read from its modules. Their 8-bit files are named by
 * instruction set and rank worse, so `auto` takes fp32.
 */
function ettin(size: string, parameters: number, facts: Partial<ModelEntry> = {}): ModelEntry {
  return crossEncoder(`cross-encoder/ettin-reranker-${size}-v1`, {
    family: "modernbert",
    description: `English reranker on a ModernBERT encoder of ${size} parameters.`,
    parameters,
    maxLength: 7999,
    head: { type: "modules" },
    activation: "identity",
    lossy: ["q8"],
    ...facts,
  });
}

/** Japanese rerankers of hotchpotch: the second generation (2025) on ModernBERT, the first (2024) on MiniLM and BERT. */
function japanese(size: string, parameters: number, facts: Partial<ModelEntry> = {}): ModelEntry {
  const v1 = facts.family !== undefined;
  const name = v1 ? `japanese-reranker-cross-encoder-${size}-v1` : `japanese-reranker-${size}-v2`;
  return crossEncoder(`hotchpotch/${name}`, {
    family: "modernbert",
    description: v1 ? `Japanese reranker, ${size}, 2024.` : `Japanese reranker, ${size}, 2025; fast for its quality.`,
    files: {},
    parameters,
    languages: ["ja"],
    license: "MIT",
    source: "unverified",
    ...facts,
  });
}

/** Cross-encoders. The first bundled one is what a reranker without a `model` runs. */
export const CROSS_ENCODERS: readonly ModelEntry[] = [
  crossEncoder("rerank-en-v1", {
    aliases: ["langchain-rerank/rerank-en-v1"],
    family: "bert",
    description: "Ships with the package: English, nothing to download.",
    bundled: true,
    files: { q8: { path: "onnx/model_int8.onnx", external: ["onnx/model_int8.onnx_data"], bytes: 23_669_257 } },
    parameters: 22.7,
    calibration: CALIBRATIONS["rerank-en-v1"],
  }),
  msMarco("TinyBERT-L-2", "TinyBERT-L2", 4.4),
  msMarco("MiniLM-L-2", "MiniLM-L2", 15.6),
  msMarco("MiniLM-L-4", "MiniLM-L4", 19.2, {}),
  msMarco("MiniLM-L-6", "MiniLM-L6", 22.7, {
    revision: "a09144355adeed5f58c8ed011d209bf8ee5a1fec",
    files: {
      fp32: { path: "onnx/model.onnx" },
      q8: {
        ...QUANTIZED,
        bytes: 23_143_499,
        sha256: "e9d8ebf845c413e981c175bfe49a3bfa9b3dcce2a3ba54875ee5df5a58639fbe",
      },
    },
  }),
  msMarco("MiniLM-L-12", "MiniLM-L12", 33.4, {}),
  ettin("17m", 17, {
    revision: "9e4aa35321a6dd1a43ca313f500c4b4f7cfb5cc6",
  }),
  ettin("32m", 32),
  ettin("68m", 68),
  ettin("150m", 150),
  crossEncoder("BAAI/bge-reranker-base", {
    aliases: ["Xenova/bge-reranker-base"],
    family: "xlm-roberta",
    description: "Chinese and English reranker on XLM-RoBERTa base.",
    parameters: 278,
    languages: ["zh", "en"],
    license: "MIT",
  }),
  crossEncoder("Xenova/bge-reranker-large", {
    aliases: ["BAAI/bge-reranker-large"],
    family: "xlm-roberta",
    description: "Chinese and English reranker on XLM-RoBERTa large.",
    files: { q8: QUANTIZED },
    parameters: 560,
    languages: ["zh", "en"],
    license: "MIT",
  }),
  crossEncoder("onnx-community/bge-reranker-v2-m3-ONNX", {
    aliases: ["BAAI/bge-reranker-v2-m3"],
    family: "xlm-roberta",
    description: "Reranker for a hundred languages and long passages.",
    files: {
      fp32: { path: "onnx/model.onnx", external: ["onnx/model.onnx_data"] },
      q8: { path: "onnx/model_int8.onnx", sha256: "912fc1215c2dbff6499700534bd8d31253af01573861abbfc43afd1fab6cce5d" },
    },
    lossy: ["q4"],
    parameters: 568,
    languages: ["multilingual"],
    maxLength: 8192,
  }),
  crossEncoder("jinaai/jina-reranker-v1-tiny-en", {
    family: "jina-bert",
    description: "English reranker with 8,192 tokens of context, four layers.",
    revision: "aca45de6945b5dc6399abcd2a9c55ded5dc9111f",
    files: {
      fp32: { path: "onnx/model.onnx", sha256: "e0e743251c7566e2b1e4f5ad091c681a700d7d7a3d85541ea56ca3acf43d1afa" },
    },
    parameters: 33,
    maxLength: 8192,
  }),
  crossEncoder("jinaai/jina-reranker-v1-turbo-en", {
    family: "jina-bert",
    description: "English reranker with 8,192 tokens of context, six layers.",
    parameters: 37.8,
    maxLength: 8192,
  }),
  crossEncoder("jinaai/jina-reranker-v2-base-multilingual", {
    family: "xlm-roberta",
    description: "Reranker for a hundred languages, code and tables; non-commercial.",
    files: { fp32: { path: "onnx/model.onnx" }, q8: { path: "onnx/model_int8.onnx" } },
    parameters: 278,
    languages: ["multilingual"],
    maxLength: 1024,
    license: "CC-BY-NC-4.0",
    commercial: false,
  }),
  crossEncoder("mixedbread-ai/mxbai-rerank-xsmall-v1", {
    family: "deberta-v2",
    description: "English reranker on DeBERTa-v3 xsmall.",
    revision: "b5c6e9da73abc3711f593f705371cdbe9e0fe422",
    files: { fp32: { path: "onnx/model.onnx" }, q8: QUANTIZED },
    parameters: 70.8,
  }),
  crossEncoder("mixedbread-ai/mxbai-rerank-base-v1", {
    family: "deberta-v2",
    description: "English reranker on DeBERTa-v3 base.",
    files: { fp32: { path: "onnx/model.onnx" }, q8: QUANTIZED },
    parameters: 184,
  }),
  crossEncoder("Alibaba-NLP/gte-reranker-modernbert-base", {
    family: "modernbert",
    description: "English reranker on ModernBERT base, long passages and code.",
    revision: "f7481e6055501a30fb19d090657df9ec1f79ab2c",
    files: {
      fp32: {
        path: "onnx/model.onnx",
        bytes: 598_803_940,
        sha256: "c6d3226502addbcd4d2cf273802957ebf8a2a6bf94037dcb9b1d95bfc01e5d93",
      },
      q8: { path: "onnx/model_int8.onnx" },
    },
    parameters: 150,
    maxLength: 8192,
  }),
  crossEncoder("cross-encoder/mmarco-mMiniLMv2-L12-H384-v1", {
    family: "xlm-roberta",
    description: "Small reranker for the fourteen languages of mMARCO.",
    files: {},
    parameters: 118,
    languages: ["multilingual"],
    activation: "identity",
    source: "unverified",
  }),
  crossEncoder("Qwen/Qwen3-Reranker-0.6B", {
    aliases: ["onnx-community/Qwen3-Reranker-0.6B-ONNX"],
    family: "qwen3",
    description: "Language-model reranker for a hundred languages and code; takes an instruction. Slow on a CPU.",
    repository: "onnx-community/Qwen3-Reranker-0.6B-ONNX",
    files: { q8: QUANTIZED, q4: { path: "onnx/model_q4.onnx" } },
    parameters: 596,
    languages: ["multilingual"],
    maxLength: 8192,
    head: { type: "yes-no", yes: "yes", no: "no" },
    prompt: QWEN3_RERANKER_PROMPT,
  }),
  crossEncoder("shawnw3i/Qwen3-Reranker-0.6B-seq-cls-ONNX", {
    aliases: ["tomaarsen/Qwen3-Reranker-0.6B-seq-cls"],
    family: "qwen3",
    description: "Qwen3-Reranker 0.6B with one logit instead of the vocabulary; takes an instruction. Slow on a CPU.",
    files: { fp16: { path: "model.onnx", bytes: 1_192_779_696 } },
    parameters: 596,
    languages: ["multilingual"],
    maxLength: 8192,
    prompt: QWEN3_RERANKER_PROMPT,
  }),
  japanese("tiny", 27),
  japanese("xsmall", 37),
  japanese("small", 70),
  japanese("base", 130),
  japanese("xsmall", 107, {
    family: "xlm-roberta",
    revision: "8547ac84ae5aee35387aad7000b379bd1b968dc6",
  }),
  japanese("small", 118, { family: "xlm-roberta" }),
  japanese("base", 111, { family: "bert" }),
  japanese("large", 337, { family: "bert" }),
];
