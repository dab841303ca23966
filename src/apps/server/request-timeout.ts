import { invalidField } from "./http-error.js";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000 };

/**
 * Milliseconds that a client gives for its request: `X-Request-Timeout: 500`, `500ms` or `2s`; never more than the server's own limit.
 *
 * @throws HttpError 400 for anything else.
 */
export function readTimeout(header: string | undefined, limit: number): number {
  if (header === undefined) return limit;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s)?\s*$/i.exec(header);
  const milliseconds = Number(match?.[1]) * (UNITS[match?.[2]?.toLowerCase() ?? "ms"] as number);
  if (!(milliseconds > 0)) {
    throw invalidField("x-request-timeout", 'must be a number of milliseconds, such as "500", "500ms" or "2s"');
  }
  return Math.min(milliseconds, limit);
}
