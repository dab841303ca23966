import type { PublishedMetric } from "../types.js";

/** Sources of the metrics. Metrics compare only within one source. */
const SOURCES = {
  ettin: "Hugging Face blog, Introducing the Ettin Reranker Family, 2026",
  sbert: "sbert.net, Cross-Encoder pretrained models",
  hotchpotch: "hotchpotch model cards, Japanese rerankers v1 and v2",
  ruri: "cl-nagoya/ruri-v3 model cards",
} as const;

function ndcg10(benchmark: string, value: number, from: string): PublishedMetric {
  return { benchmark, measure: "nDCG@10", value, from };
}

/** MTEB(eng, v2) Retrieval (top 100, mean over six first stages) and NanoBEIR, from one evaluation protocol. */
function ettin(mteb: number, nanoBeir?: number): PublishedMetric[] {
  return [
    ndcg10("MTEB(eng, v2) Retrieval", mteb, SOURCES.ettin),
    ...(nanoBeir === undefined ? [] : [ndcg10("NanoBEIR", nanoBeir, SOURCES.ettin)]),
  ];
}

function msMarco(dl2019: number, mrr: number): PublishedMetric[] {
  return [
    ndcg10("TREC DL 2019", dl2019, SOURCES.sbert),
    { benchmark: "MS MARCO dev", measure: "MRR@10", value: mrr, from: SOURCES.sbert },
  ];
}

/** The four Japanese data sets of the hotchpotch cards. */
function japanese(jqara: number, jacwir: number, miracl: number, jsquad: number): PublishedMetric[] {
  const values = { JQaRA: jqara, JaCWIR: jacwir, "MIRACL (ja)": miracl, JSQuAD: jsquad };
  return Object.entries(values).map(([benchmark, value]) => ndcg10(benchmark, value, SOURCES.hotchpotch));
}

/** Quality as published, by model. */
export const PUBLISHED_METRICS: Readonly<Record<string, readonly PublishedMetric[]>> = {
  "Xenova/ms-marco-TinyBERT-L-2-v2": msMarco(69.84, 32.56),
  "Xenova/ms-marco-MiniLM-L-2-v2": msMarco(71.01, 34.85),
  "Xenova/ms-marco-MiniLM-L-4-v2": [...msMarco(73.04, 37.7), ...ettin(0.4979, 0.6298)],
  "Xenova/ms-marco-MiniLM-L-6-v2": [...msMarco(74.3, 39.01), ...ettin(0.5082, 0.6312)],
  "Xenova/ms-marco-MiniLM-L-12-v2": [...msMarco(74.31, 39.02), ...ettin(0.5066, 0.6369)],
  "cross-encoder/ettin-reranker-17m-v1": ettin(0.5576, 0.6746),
  "cross-encoder/ettin-reranker-32m-v1": ettin(0.5779, 0.6825),
  "cross-encoder/ettin-reranker-68m-v1": ettin(0.5915, 0.6915),
  "cross-encoder/ettin-reranker-150m-v1": ettin(0.5994, 0.7086),
  "BAAI/bge-reranker-base": [...ettin(0.489, 0.6027), ...japanese(0.2445, 0.4905, 0.6792, 0.5757)],
  "Xenova/bge-reranker-large": japanese(0.4718, 0.7332, 0.7666, 0.7081),
  "onnx-community/bge-reranker-v2-m3-ONNX": [...ettin(0.5526, 0.6971), ...japanese(0.673, 0.9343, 0.8374, 0.9599)],
  "mixedbread-ai/mxbai-rerank-xsmall-v1": ettin(0.4968, 0.6136),
  "mixedbread-ai/mxbai-rerank-base-v1": ettin(0.4865, 0.6231),
  "Alibaba-NLP/gte-reranker-modernbert-base": ettin(0.5843, 0.7017),
  "Qwen/Qwen3-Reranker-0.6B": ettin(0.594),
  "hotchpotch/japanese-reranker-xsmall-v2": japanese(0.7403, 0.9409, 0.8206, 0.9776),
  "hotchpotch/japanese-reranker-cross-encoder-xsmall-v1": japanese(0.6136, 0.9376, 0.7411, 0.9602),
  "hotchpotch/japanese-reranker-cross-encoder-small-v1": japanese(0.6247, 0.939, 0.7776, 0.9604),
  "hotchpotch/japanese-reranker-cross-encoder-base-v1": japanese(0.6711, 0.9337, 0.818, 0.9708),
  "hotchpotch/japanese-reranker-cross-encoder-large-v1": japanese(0.7099, 0.9364, 0.8406, 0.9773),
  "sirasagi62/ruri-v3-30m-ONNX": [{ benchmark: "JMTEB", measure: "mean", value: 72.95, from: SOURCES.ruri }],
};
