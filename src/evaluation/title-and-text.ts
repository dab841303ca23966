import type { CorpusDocument } from "./types.js";

/** A document's title and text together. */
export function titleAndText({ title, text }: CorpusDocument): string {
  return title ? `${title}\n${text}` : text;
}
