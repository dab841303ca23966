import type { ModelFigure } from "../types.js";

/** Where the figures of the tables come from. Figures compare within one source only. */
export const SOURCES = {
  ettin: "Hugging Face blog, Introducing the Ettin Reranker Family, 2026",
  sbert: "sbert.net, Cross-Encoder pretrained models",
  hotchpotch: "hotchpotch model cards, Japanese rerankers v1 and v2",
  ruri: "cl-nagoya/ruri-v3 model cards",
} as const;

/** MTEB(eng, v2) Retrieval (top 100, mean of six first stages) and NanoBEIR, nDCG@10, of one and the same protocol. */
export function ettinFigures(mteb: number, nanoBeir?: number): ModelFigure[] {
  const mtebFigure = { benchmark: "MTEB(eng, v2) Retrieval", measure: "nDCG@10", value: mteb, from: SOURCES.ettin };
  if (nanoBeir === undefined) return [mtebFigure];
  return [mtebFigure, { benchmark: "NanoBEIR", measure: "nDCG@10", value: nanoBeir, from: SOURCES.ettin }];
}

/** TREC DL 2019 (nDCG@10) and MS MARCO dev (MRR@10). */
export function msMarcoFigures(ndcg: number, mrr: number): ModelFigure[] {
  return [
    { benchmark: "TREC DL 2019", measure: "nDCG@10", value: ndcg, from: SOURCES.sbert },
    { benchmark: "MS MARCO dev", measure: "MRR@10", value: mrr, from: SOURCES.sbert },
  ];
}

/** The four Japanese sets of the hotchpotch cards, nDCG@10. */
export function japaneseFigures(jqara: number, jacwir: number, miracl: number, jsquad: number): ModelFigure[] {
  const values = { JQaRA: jqara, JaCWIR: jacwir, "MIRACL (ja)": miracl, JSQuAD: jsquad };
  return Object.entries(values).map(([benchmark, value]) => ({
    benchmark,
    measure: "nDCG@10",
    value,
    from: SOURCES.hotchpotch,
  }));
}
