import type { DocumentFormat } from "./input/parse-documents.js";

/** Which reranker is chosen on the page. */
export type RerankerChoice = "cross-encoder" | "embedding" | "hybrid";

/** Everything on the page that decides its result: what a link carries. Keys are never part of it. */
export interface PlaygroundState {
  query: string;
  /** The documents as they stand in the editor. */
  text: string;
  format: DocumentFormat;
  reranker: RerankerChoice;
  /** Absent: the backend's first. */
  model?: string;
  embeddings?: string;
  alpha: number;
  topK: number;
}

/** `HybridReranker`'s own defaults. */
export const DEFAULT_STATE: PlaygroundState = {
  query: "",
  text: "",
  format: "auto",
  reranker: "cross-encoder",
  alpha: 0.7,
  topK: 20,
};

export const RERANKERS: readonly RerankerChoice[] = ["cross-encoder", "embedding", "hybrid"];

/** Most documents that the slider for `topK` goes to. */
export const MOST_TOP_K = 100;
