import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { EmbedCallOptions } from "../../embeddings/call-options.js";

/** An embedder that may take a signal, report the tokens it read, and hold threads or sockets. */
export interface ServedEmbedder extends EmbeddingsInterface {
  embedDocuments(texts: string[], options?: EmbedCallOptions): Promise<number[][]>;
  embedQuery(text: string, options?: EmbedCallOptions): Promise<number[]>;
  dispose?(): Promise<void>;
}
