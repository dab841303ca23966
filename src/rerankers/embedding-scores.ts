import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { EmbedCallOptions, EmbeddingReport } from "../embeddings/call-options.js";
import { InvalidOptionError, InvalidResponseError, isRerankError } from "../errors.js";
import { modelName } from "../model-name.js";
import type { RelevanceScorer } from "../scorers/relevance-scorer.js";
import { embeddingFailure } from "./embedding-failure.js";
import { SIMILARITIES, type Similarity } from "./similarity.js";

/**
 * Similarity of each text's embedding to the query's embedding, and what the embeddings warn of.
 *
 * @throws BackendError if the embeddings fail; errors of this package pass unchanged. InvalidResponseError if vectors are missing, empty,
 * of different lengths, or contain something that is not a finite number. An abort rejects with the signal's reason.
 */
export async function embeddingScores(
  embeddings: EmbeddingsInterface,
  query: string,
  texts: readonly string[],
  signal: AbortSignal,
  by: Similarity = "cosine",
): Promise<{ scores: number[]; warnings: readonly string[] }> {
  const name = modelName(embeddings);
  let warnings: readonly string[] = [];
  const onReport = (report: EmbeddingReport) => {
    warnings = report.warnings ?? [];
  };
  const [queryVector, vectors] = await embed(embeddings, name, query, texts, signal, onReport);
  if (!Array.isArray(vectors) || vectors.length !== texts.length) {
    const found = Array.isArray(vectors) ? vectors.length : "no";
    throw new InvalidResponseError(name, `${texts.length} texts were embedded, but ${found} vectors came back.`);
  }
  checkVector(name, "the query", queryVector);
  const compare = SIMILARITIES[by].to(queryVector);
  const scores = vectors.map((vector, index) => {
    checkVector(name, `text ${index}`, vector, queryVector.length);
    return compare(vector);
  });
  return { scores, warnings };
}

/** LangChain's interface has no signal. Embeddings of this package take options as a second argument; others ignore them. */
interface SignalAware {
  embedQuery(text: string, options?: EmbedCallOptions): Promise<number[]>;
  embedDocuments(texts: string[], options?: { signal: AbortSignal }): Promise<number[][]>;
}

async function embed(
  embeddings: SignalAware,
  name: string,
  query: string,
  texts: readonly string[],
  signal: AbortSignal,
  onReport: (report: EmbeddingReport) => void,
): Promise<[number[], number[][]]> {
  try {
    return await Promise.all([
      embeddings.embedQuery(query, { signal, onReport }),
      // What it throws before it returns a promise must not leave the query's promise without a handler.
      (async () => embeddings.embedDocuments([...texts], { signal }))(),
    ]);
  } catch (error) {
    signal.throwIfAborted();
    throw isRerankError(error) ? error : embeddingFailure(embeddings, name, texts.length, error);
  }
}

function checkVector(name: string, of: string, vector: ArrayLike<number>, length?: number): void {
  if (!Array.isArray(vector) && !ArrayBuffer.isView(vector))
    throw new InvalidResponseError(name, `the vector of ${of} is not an array of numbers.`);
  const { length: own } = vector as ArrayLike<number>;
  if (own === 0) throw new InvalidResponseError(name, `the vector of ${of} is empty.`);
  if (length !== undefined && own !== length)
    throw new InvalidResponseError(name, `the vector of ${of} has ${own} dimensions, but the query's has ${length}.`);
  if (!(vector as readonly number[]).every((value) => Number.isFinite(value)))
    throw new InvalidResponseError(name, `the vector of ${of} contains a value that is not a finite number.`);
}

/** Whether a value is a LangChain `Embeddings`. */
export function isEmbeddings(value: unknown): value is EmbeddingsInterface {
  const embeddings = value as Partial<EmbeddingsInterface> | null | undefined;
  return typeof embeddings?.embedQuery === "function" && typeof embeddings.embedDocuments === "function";
}

/** @throws InvalidOptionError unless the value is a LangChain `Embeddings`. */
export function checkEmbeddings(option: string, value: unknown): asserts value is EmbeddingsInterface {
  if (!isEmbeddings(value))
    throw new InvalidOptionError(
      option,
      value,
      "a LangChain `Embeddings` object with `embedQuery` and `embedDocuments`",
    );
}

/** Version of the model, where the embeddings know it. Those of this package that run on this machine do. */
export async function embeddingsVersion(
  embeddings: object,
  options: { signal?: AbortSignal },
): Promise<string | undefined> {
  const known = embeddings as Pick<RelevanceScorer, "modelVersion">;
  return typeof known.modelVersion === "function" ? known.modelVersion(options) : undefined;
}
