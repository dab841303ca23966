import type { DataWarning, WarningHandler } from "./types.js";

/** The default warning handler. */
export const warnOnConsole: WarningHandler = (warning) => console.warn(`langchain-rerank: ${warning.message}`);

/** Reports ids as one warning; does nothing if there are none. */
export function warnIds(
  code: DataWarning["code"],
  ids: readonly string[],
  message: (count: number) => string,
  onWarning: WarningHandler,
): void {
  if (ids.length === 0) return;
  onWarning({
    code,
    count: ids.length,
    message: `${message(ids.length)} (${listExamples(ids)})`,
    examples: ids.slice(0, 5),
  });
}

/** Up to five ids, with an ellipsis if there are more. */
export function listExamples(ids: readonly string[]): string {
  return ids.slice(0, 5).join(", ") + (ids.length > 5 ? ", …" : "");
}
