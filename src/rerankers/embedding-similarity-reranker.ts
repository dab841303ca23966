import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { distance, similarity } from "ml-distance";
import { InvalidOptionError, InvalidResponseError, isRerankError } from "../errors.js";
import { checkOneOf } from "../options.js";
import { BaseReranker, type Candidates, type Scored } from "./base-reranker.js";
import { embeddingFailure } from "./embedding-failure.js";
import type { BaseRerankerInput } from "./types.js";

type Vector = readonly number[];

/** Cosine by `ml-distance`; where squares overflow or vanish, of the same directions at a scale where they do not. */
function cosine(a: Vector, b: Vector): number {
  const direct = similarity.cosine([...a], [...b]);
  if (direct !== 0 && Math.abs(direct) < 1.5) return direct;
  return similarity.cosine(unitPeak(a), unitPeak(b)) || 0;
}

/** The vector with its largest value at ±1; a zero vector stays as it is. */
function unitPeak(vector: Vector): number[] {
  const peak = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Array.from(vector, (value) => (peak > 0 ? value / peak : 0));
}

/** Name of a vector similarity. */
export type Similarity = "cosine" | "dot" | "euclidean";

/** How alike two vectors are; higher is more alike, `lowest` is the least that can come out. */
const SIMILARITIES = {
  /** −1 to 1; 0 for a zero vector, which has no direction. */
  cosine: { of: cosine, lowest: -1 },
  dot: { of: (a: Vector, b: Vector) => distance.innerProduct([...a], [...b]), lowest: -Number.MAX_VALUE },
  /** Negative distance, so that higher is better here too. */
  euclidean: { of: (a: Vector, b: Vector) => 0 - distance.euclidean([...a], [...b]), lowest: -Number.MAX_VALUE },
} as const satisfies Record<Similarity, object>;

/** Options of {@link EmbeddingSimilarityReranker}. */
export interface EmbeddingSimilarityRerankerInput extends BaseRerankerInput {
  /** Any LangChain `Embeddings`: Ollama, OpenAI, `OnnxEmbeddings`, `StaticEmbeddings`, … */
  embeddings: EmbeddingsInterface;
  /** `"cosine"` −1 to 1, `"dot"`, or `"euclidean"` (the negative distance). @default "cosine" */
  similarity?: Similarity | undefined;
}

/**
 * Orders documents by the similarity of their embedding to the query's: a bi-encoder over whatever was just fetched, with no vector
 * database. The useful `threshold` differs from model to model.
 *
 * @example
 * const reranker = new EmbeddingSimilarityReranker({
 *   embeddings: new OllamaEmbeddings({ model: "nomic-embed-text", maxRetries: 1 }),
 *   topN: 5,
 * });
 * const best = await reranker.compressDocuments(pages, "who built the first lighthouse?");
 */
export class EmbeddingSimilarityReranker extends BaseReranker {
  readonly #embeddings: EmbeddingsInterface;
  readonly #similarity: Similarity;

  constructor(options: EmbeddingSimilarityRerankerInput) {
    super(options, ["embeddings", "similarity"]);
    checkEmbeddings(options?.embeddings);
    checkOneOf("similarity", options.similarity, Object.keys(SIMILARITIES));
    this.#embeddings = options.embeddings;
    this.#similarity = options.similarity ?? "cosine";
  }

  protected override get model(): string {
    return embeddingsName(this.#embeddings);
  }

  protected override async lowestScore(): Promise<number> {
    return SIMILARITIES[this.#similarity].lowest;
  }

  protected override async score({ query, texts, signal }: Candidates): Promise<Scored> {
    const started = performance.now();
    const scores = await embeddingScores(this.#embeddings, query, texts, signal, this.#similarity);
    return {
      scores,
      details: scores.map((embedding) => ({ scores: { embedding } })),
      report: { milliseconds: { embed: performance.now() - started } },
    };
  }
}

/**
 * Similarity of each text's embedding to the query's.
 *
 * @throws BackendError when the embedder fails; errors of this package pass as they are. InvalidResponseError when vectors are missing, of
 * several lengths, or hold something that is no finite number. The signal's reason.
 */
export async function embeddingScores(
  embeddings: EmbeddingsInterface,
  query: string,
  texts: readonly string[],
  signal: AbortSignal,
  by: Similarity = "cosine",
): Promise<number[]> {
  const name = embeddingsName(embeddings);
  const [queryVector, vectors] = await embed(embeddings as SignalAware, name, query, texts, signal);
  if (!Array.isArray(vectors) || vectors.length !== texts.length) {
    throw new InvalidResponseError(
      name,
      `${texts.length} texts were embedded, ${vectors?.length ?? "no"} vectors came back.`,
    );
  }
  checkVector(name, "the query", queryVector, queryVector?.length ?? 0);
  return vectors.map((vector, index) => {
    checkVector(name, `text ${index}`, vector, queryVector.length);
    return SIMILARITIES[by].of(queryVector, vector);
  });
}

async function embed(
  embeddings: SignalAware,
  name: string,
  query: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<[number[], number[][]]> {
  try {
    return await Promise.all([
      embeddings.embedQuery(query, { signal }),
      embeddings.embedDocuments([...texts], { signal }),
    ]);
  } catch (error) {
    signal.throwIfAborted();
    throw isRerankError(error) ? error : embeddingFailure(embeddings, name, texts.length, error);
  }
}

/** LangChain's interface has no signal; embedders of this package take one as a second argument, others ignore it. */
interface SignalAware extends EmbeddingsInterface {
  embedQuery(text: string, options?: { signal: AbortSignal }): Promise<number[]>;
  embedDocuments(texts: string[], options?: { signal: AbortSignal }): Promise<number[][]>;
}

function checkVector(name: string, what: string, vector: Vector, length: number): void {
  if (!Array.isArray(vector) && !ArrayBuffer.isView(vector))
    throw new InvalidResponseError(name, `the vector of ${what} is no array of numbers.`);
  if (vector.length === 0 || vector.length !== length) {
    throw new InvalidResponseError(
      name,
      `the vector of ${what} has ${vector.length} dimensions, the query's ${length}.`,
    );
  }
  if (!vector.every((value) => Number.isFinite(value))) {
    throw new InvalidResponseError(name, `the vector of ${what} holds a value that is no finite number.`);
  }
}

/** Refuses what is no LangChain `Embeddings`. */
export function checkEmbeddings(embeddings: EmbeddingsInterface | undefined): void {
  if (typeof embeddings?.embedQuery !== "function" || typeof embeddings.embedDocuments !== "function") {
    throw new InvalidOptionError(
      "embeddings",
      embeddings,
      "a LangChain Embeddings (with embedQuery and embedDocuments)",
    );
  }
}

/** An embedder's model name where it tells one, else its class. */
export function embeddingsName(embeddings: EmbeddingsInterface): string {
  const { model, modelName } = embeddings as { model?: unknown; modelName?: unknown };
  const name = model ?? modelName;
  return typeof name === "string" && name !== "" ? name : embeddings.constructor.name;
}
