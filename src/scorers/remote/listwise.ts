import { InvalidInputError } from "../../errors.js";

/** Models that read all texts of a request together, so that each score depends on the other texts. */
const LISTWISE_MODELS = /jina-reranker-v3|listconranker/i;

/** True if the scores of a model may be compared within one request only. */
export function isListwise(model: string | undefined): boolean {
  return model !== undefined && LISTWISE_MODELS.test(model);
}

/** @throws InvalidInputError if texts for a listwise model need more than one request, whose scores could not be compared. */
export function refuseSplit(model: string, texts: number, requests: number): void {
  if (requests <= 1) return;
  throw new InvalidInputError(
    "texts",
    `${texts} texts need ${requests} requests, but the scores of ${model} may be compared within one request only. ` +
      "Score fewer or shorter texts at a time (lower `topK`), raise `maxBatchSize` if the server allows it, or use a pointwise model.",
  );
}
