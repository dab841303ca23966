import type { EmbeddingsInterface } from "@langchain/core/embeddings";

/** An embedder of this package: it takes a signal, which LangChain's interface does not have. */
interface BundledEmbeddings extends EmbeddingsInterface {
  embedDocuments(texts: string[], options?: { signal?: AbortSignal }): Promise<number[][]>;
  embedQuery(text: string, options?: { signal?: AbortSignal }): Promise<number[]>;
}

/** The static embeddings that ship with the package, loaded on first use and once for all who ask. */
class LazyStaticEmbeddings implements BundledEmbeddings {
  readonly model = "static-en-v1";
  #loading: Promise<BundledEmbeddings> | undefined;

  async embedDocuments(texts: string[], options?: { signal?: AbortSignal }): Promise<number[][]> {
    return (await this.#load()).embedDocuments(texts, options);
  }

  async embedQuery(text: string, options?: { signal?: AbortSignal }): Promise<number[]> {
    return (await this.#load()).embedQuery(text, options);
  }

  #load(): Promise<BundledEmbeddings> {
    this.#loading ??= import("langchain-rerank/static").then(({ StaticEmbeddings }) => new StaticEmbeddings());
    return this.#loading;
  }
}

export const bundledEmbeddings: EmbeddingsInterface = new LazyStaticEmbeddings();
