/** Printed in place of a secret option. */
export const HIDDEN = "[hidden]";

/** Replaces every known secret in a text. */
export type Redact = (text: string) => string;

/** Shorter strings would blank out ordinary words, and no key is that short. */
const SHORTEST_SECRET = 4;

/** Makes a function that replaces the given secrets, also in the form that they have in a URL or a JSON string. */
export function createRedact(secrets: readonly string[]): Redact {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  const unique = [...new Set(forms)]
    .filter((form) => form.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  return (text) => unique.reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), text);
}

/**
 * Copies name, message, code and cause of an error, without secrets. Errors of other libraries are never passed on as they are, because
 * some keep the whole request in their fields, key included.
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
