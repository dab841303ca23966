/** Longest chain of causes that is followed. */
const DEPTH = 5;

/**
 * Names or codes of what was thrown and of its causes, such as `TypeError: ECONNREFUSED`, outermost first. Messages of other libraries are
 * left out, because clients put keys, addresses with credentials and whole requests into them.
 */
export function errorNames(error: unknown): string {
  const found: string[] = [];
  let inner = error;
  for (let depth = 0; depth < DEPTH && inner instanceof Error; depth++, inner = inner.cause) {
    const { code } = inner as { code?: unknown };
    found.push(safeWord(code) ?? safeWord(inner.name) ?? "Error");
  }
  return found.join(": ") || `${typeof error === "undefined" ? "undefined" : `a ${typeof error}`} was thrown`;
}

/** Names and codes are single words such as `TypeError` or `ECONNREFUSED`; anything else could be free text. */
function safeWord(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Z][A-Za-z_]{1,40}$/.test(value) ? value : undefined;
}
