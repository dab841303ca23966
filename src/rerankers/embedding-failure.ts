import { errorNames } from "../error-names.js";
import { BackendError } from "../errors.js";
import { className } from "../model-name.js";

/**
 * Wraps what embeddings threw in an error that names them and says what to do. Messages and fields of the original error are left out,
 * because clients put keys, addresses with credentials and whole requests into them; its name, code and HTTP status are kept.
 *
 * @param name The model's name.
 * @param texts How many texts were to be embedded besides the query.
 */
export function embeddingFailure(embeddings: object, name: string, texts: number, error: unknown): BackendError {
  const embedder = className(embeddings);
  const subject = embedder === name || embedder === "Object" ? "it" : embedder;
  const status = findStatus(error);
  const reason = errorNames(error) + (status === undefined ? "" : `: HTTP status ${status}`);
  return new BackendError(
    name,
    `${subject} could not embed the query and ${texts} ${texts === 1 ? "text" : "texts"} (${reason}). Check that its ` +
      "server is running and that address, API key and model name are right. The original message is left out because it may contain " +
      "secrets; call `embedQuery` directly to see it.",
    status === undefined ? {} : { status },
  );
}

/** The HTTP status, under the names that LangChain's integrations use. */
function findStatus(error: unknown): number | undefined {
  const fields = (error ?? {}) as Record<string, unknown>;
  return [fields.status, fields.statusCode, fields.status_code].find((value) => typeof value === "number") as
    | number
    | undefined;
}
