import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { BackendError } from "../errors.js";
import { createRedact, type Redact, redactError } from "../scorers/remote/redact.js";

/** Names of fields and environment variables whose values nobody is to see. */
const SECRET_NAME = /(key|token|secret|password|authorization|credentials?)$/i;

/** Values of environment variables below this length are settings that happen to have such a name, as `USE_TOKEN=true`. */
const SHORTEST_VARIABLE = 8;

/** How deep an embedder's fields are looked through: clients keep keys in `clientConfig.defaultHeaders.authorization` and the like. */
const DEPTH = 3;

/** Characters of what the embedder said that stand in the message. */
const EXCERPT = 300;

/**
 * What embeddings threw, as an error that says which ones they were, on how much, and what to do. The cause is what was thrown; where that
 * shows a secret, or carries objects, which with some clients are the whole request, a copy of its name, message and code stands for it.
 *
 * @param name The embedder's model, as reports have it.
 * @param texts How many texts were to be embedded beside the query.
 */
export function embeddingFailure(
  embeddings: EmbeddingsInterface,
  name: string,
  texts: number,
  error: unknown,
): BackendError {
  const secrets = [...fieldSecrets(embeddings, DEPTH), ...environmentSecrets()];
  const withoutSecrets = createRedact(secrets.flatMap((secret) => [secret, ...secret.split(" ").slice(1)]));
  const redact: Redact = (text) => withoutSecrets(text).replace(/\/\/[^\s/@]+@/g, "//[redacted]@");
  const className = embeddings.constructor?.name ?? "Object";
  const who = className === name || className === "Object" ? "" : `${className} `;
  const said = reasons(redactError(error, redact)).slice(0, EXCERPT);
  const status = statusOf(error);
  return new BackendError(
    name,
    `${who}could not embed the query and ${texts} ${texts === 1 ? "text" : "texts"} (${said}). Is the server that it asks running, ` +
      "and are its address, its key and the model's name right? `cause` is what it threw.",
    {
      cause: isHarmless(error, redact) ? error : redactError(error, redact),
      ...(status === undefined ? {} : { status }),
    },
  );
}

/** Name and message, and those of what lies below: fetch says "fetch failed" and keeps what happened inside. */
function reasons(error: Error): string {
  const messages: string[] = [];
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause)
    messages.push(inner.message || (inner as { code?: string }).code || inner.name);
  const plain = error.name === "Error" || messages[0] === error.name;
  return [...(plain ? [] : [error.name]), ...messages].join(": ");
}

/** The HTTP status under the names that LangChain's integrations give it. */
function statusOf(error: unknown): number | undefined {
  const fields = (error ?? {}) as Record<string, unknown>;
  return [fields.status, fields.statusCode, fields.status_code].find((value) => typeof value === "number") as
    | number
    | undefined;
}

/** An error of plain values alone, down to its innermost cause, none of which shows a secret. */
function isHarmless(error: unknown, redact: Redact, depth = DEPTH): boolean {
  if (!(error instanceof Error) || depth < 0) return false;
  return Reflect.ownKeys(error).every((field) => {
    const value = (error as unknown as Record<PropertyKey, unknown>)[field];
    if (typeof value === "string") return redact(value) === value;
    if (field === "errors" && Array.isArray(value)) return value.every((each) => isHarmless(each, redact, depth - 1));
    if (typeof value !== "object" || value === null) return typeof value !== "function";
    return isHarmless(value, redact, depth - 1);
  });
}

/** Strings under telling names, in the embedder and in the objects that hang on it. */
function fieldSecrets(value: unknown, depth: number, telling = false): string[] {
  if (typeof value === "string") return telling ? [value] : [];
  if (typeof value !== "object" || value === null || depth < 0) return [];
  return Object.entries(value).flatMap(([field, inner]) => fieldSecrets(inner, depth - 1, SECRET_NAME.test(field)));
}

function environmentSecrets(): string[] {
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {};
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.length >= SHORTEST_VARIABLE && SECRET_NAME.test(name) ? [value] : [],
  );
}
