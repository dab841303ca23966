import type { DocumentFormat } from "./input/parse-documents.js";

/** Which reranker is chosen on the page. */
export type RerankerChoice = "cross-encoder" | "embedding" | "hybrid";

/** Everything on the page that affects the result, which is what a link carries. Keys are never part of it. */
export interface PlaygroundState {
  query: string;
  /** The text in the editor. */
  text: string;
  format: DocumentFormat;
  reranker: RerankerChoice;
  /** @default the backend's first */
  model?: string;
  embeddings?: string;
  alpha: number;
  topK: number;
}

/** The defaults of `HybridReranker`. */
export const DEFAULT_STATE: PlaygroundState = {
  query: "",
  text: "",
  format: "auto",
  reranker: "cross-encoder",
  alpha: 0.7,
  topK: 20,
};

export const RERANKERS: readonly RerankerChoice[] = ["cross-encoder", "embedding", "hybrid"];

/** Maximum of the slider for `topK`. */
export const MOST_TOP_K = 100;
