import { z } from "zod";
import type { PlaygroundRequest } from "../shared/playground-protocol.js";
import { parseRequest, requiredCount, requiredText, stringItem, texts } from "./fields.js";

const method = z.discriminatedUnion(
  "reranker",
  [
    z.strictObject({ reranker: z.literal("cross-encoder"), model: requiredText() }),
    z.strictObject({ reranker: z.literal("embedding"), embeddings: requiredText() }),
    z.strictObject({
      reranker: z.literal("hybrid"),
      model: requiredText(),
      embeddings: requiredText(),
      alpha: z.number("must be from 0 to 1").min(0, "must be from 0 to 1").max(1, "must be from 0 to 1"),
      topK: requiredCount(),
    }),
  ],
  { error: 'must be an object whose `reranker` is "cross-encoder", "embedding" or "hybrid"' },
);

const body = (limit: number) =>
  z.strictObject({ query: requiredText(), documents: texts(stringItem(), limit), method });

/** Makes a function that reads a request of the playground page. It throws HttpError 400 or 413, naming the field. */
export function playgroundRequestReader(limit: number): (request: object) => PlaygroundRequest {
  const schema = body(limit);
  return (request) => parseRequest(schema, request);
}
