/** Stands in for a secret wherever a value would be shown. */
export const HIDDEN = "[hidden]";

/** Removes every known secret from a text. */
export type Redact = (text: string) => string;

/** Shorter ones would blank out ordinary words, and nobody is authorised by them. */
const SHORTEST_SECRET = 4;

/** A function that replaces the given secrets, also as they look inside a URL or a JSON string. */
export function createRedact(secrets: readonly string[]): Redact {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  const unique = [...new Set(forms)]
    .filter((form) => form.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  return (text) => unique.reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), text);
}

/**
 * A copy of an error, and of what caused it, that holds its name, message and code without secrets. Foreign errors are never passed on
 * themselves: some keep the whole request, key included, in their fields.
 */
export function redactError(error: unknown, redact: Redact, depth = 3): Error {
  if (!(error instanceof Error)) return new Error(redact(String(error)));
  const cause =
    error.cause !== undefined && depth > 0 ? { cause: redactError(error.cause, redact, depth - 1) } : undefined;
  const copy = new Error(redact(error.message), cause);
  copy.name = error.name;
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string") Object.assign(copy, { code: redact(code) });
  return copy;
}
