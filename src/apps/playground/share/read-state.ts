import { DOCUMENT_FORMATS } from "../input/parse-documents.js";
import { MOST_TOP_K, type PlaygroundState, RERANKERS } from "../settings.js";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isName: Check = (value) => value === undefined || (typeof value === "string" && value.length <= 500);

/** What each field must be; a link has these fields and no others. */
const CHECKS: Readonly<Record<keyof PlaygroundState, Check>> = {
  query: isText,
  text: isText,
  format: (value) => DOCUMENT_FORMATS.some((format) => format === value),
  reranker: (value) => RERANKERS.some((reranker) => reranker === value),
  model: isName,
  embeddings: isName,
  alpha: (value) => typeof value === "number" && value >= 0 && value <= 1,
  topK: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_TOP_K,
};

/** The value as a state, or a description of what is wrong with it. */
export function readState(value: unknown): PlaygroundState | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it holds no settings.";
  const fields = value as Record<string, unknown>;
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(CHECKS, name));
  if (unknown !== undefined) return "it holds a setting that this page does not know.";
  for (const [name, check] of Object.entries(CHECKS)) {
    if (!check(fields[name])) return `its setting "${name}" cannot be used.`;
  }
  return value as PlaygroundState;
}
