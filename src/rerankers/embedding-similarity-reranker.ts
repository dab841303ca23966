import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { languageWarning } from "../language.js";
import { modelName } from "../model-name.js";
import { anything, oneOf } from "../options.js";
import { BaseReranker } from "./base-reranker.js";
import { checkEmbeddings, embeddingScores, embeddingsVersion } from "./embedding-scores.js";
import { SIMILARITIES, type Similarity } from "./similarity.js";
import type { BaseRerankerInput, Candidates, Scored } from "./types.js";

/** Options of {@link EmbeddingSimilarityReranker}. */
export interface EmbeddingSimilarityRerankerInput extends BaseRerankerInput {
  /** Any LangChain `Embeddings`: Ollama, OpenAI, `OnnxEmbeddings`, `StaticEmbeddings`, … */
  embeddings: EmbeddingsInterface;
  /** `"cosine"` (−1 to 1), `"dot"`, or `"euclidean"` (the negative distance). @default "cosine" */
  similarity?: Similarity | undefined;
}

/**
 * Sorts documents by the similarity of their embeddings to the query's embedding: a bi-encoder over documents that were just fetched,
 * without a vector database. Which `threshold` is useful depends on the model.
 *
 * @example
 * const reranker = new EmbeddingSimilarityReranker({
 *   embeddings: new OllamaEmbeddings({ model: "nomic-embed-text", maxRetries: 1 }),
 *   topN: 5,
 * });
 * const best = await reranker.compressDocuments(pages, "who built the first lighthouse?");
 */
export class EmbeddingSimilarityReranker extends BaseReranker {
  /** How vectors are compared. */
  readonly similarity: Similarity;
  readonly #embeddings: EmbeddingsInterface;

  /** @throws InvalidOptionError for an unknown option, a value that is not allowed, or missing embeddings. */
  constructor(options: EmbeddingSimilarityRerankerInput) {
    super(options, { embeddings: anything, similarity: oneOf(Object.keys(SIMILARITIES)) });
    const embeddings: unknown = options?.embeddings;
    checkEmbeddings("embeddings", embeddings);
    this.#embeddings = embeddings;
    this.similarity = options.similarity ?? "cosine";
  }

  protected override get model(): string {
    return modelName(this.#embeddings);
  }

  override async modelVersions(options: { signal?: AbortSignal }): Promise<unknown[]> {
    return [await embeddingsVersion(this.#embeddings, options)];
  }

  protected override async lowestScore(): Promise<number> {
    return SIMILARITIES[this.similarity].lowest;
  }

  protected override async score({ query, texts, signal }: Candidates): Promise<Scored> {
    const started = performance.now();
    const { scores, warnings } = await embeddingScores(this.#embeddings, query, texts, signal, this.similarity);
    const { languages } = this.#embeddings as { languages?: readonly string[] };
    const warning = languageWarning(this.model, languages, query, texts);
    const all = warning === undefined ? [...warnings] : [...warnings, warning];
    return {
      scores,
      details: scores.map((embedding) => ({ scores: { embedding } })),
      report: {
        milliseconds: { embed: performance.now() - started },
        ...(all.length > 0 && { warnings: all }),
      },
    };
  }
}
