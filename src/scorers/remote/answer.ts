import type { Redact } from "./redact.js";

/** The response to a request, parsed. */
export interface Answer {
  /** Name for errors. */
  backend: string;
  json: unknown;
  status: number;
  headers: Headers;
  /** Start of the body without secrets, for errors that are found later. */
  excerpt: () => string;
  redact: Redact;
}
