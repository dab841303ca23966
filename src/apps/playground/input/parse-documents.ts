import { guessFormat, splitText, type TextFormat } from "../../../text-sources/split-text.js";
import { TextSourceError } from "../../../text-sources/text-source-error.js";

/** How the editor's text is cut into documents. */
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

export const DOCUMENT_FORMATS = ["auto", "lines", "paragraphs", "rules", "json"] as const;

/** The documents of a text and the format that was used, which is never `auto`. */
export interface ParsedDocuments {
  documents: string[];
  format: TextFormat;
}

/** What is written between documents, by format. */
const SEPARATORS = { lines: "\n", paragraphs: "\n\n", rules: "\n\n---\n\n" } as const;

/**
 * Cuts the editor's text into documents.
 *
 * @throws TextSourceError when JSON cannot be read.
 * @example parseDocuments("tea\ncoffee", "auto"); // { documents: ["tea", "coffee"], format: "lines" }
 */
export function parseDocuments(text: string, format: DocumentFormat): ParsedDocuments {
  const used = format === "auto" ? guessFormat(text) : format;
  return { documents: splitText(text, used, { name: "documents" }).map((document) => document.text), format: used };
}

/**
 * The plainest text from which {@link parseDocuments} reads these documents again; `auto` where the format need not be named.
 *
 * @example formatDocuments(["tea", "coffee"]); // { text: "tea\ncoffee", format: "auto" }
 */
export function formatDocuments(documents: readonly string[]): { text: string; format: DocumentFormat } {
  for (const name of ["lines", "paragraphs", "rules"] as const) {
    const text = documents.join(SEPARATORS[name]);
    for (const format of ["auto", name] as const) if (reads(text, format, documents)) return { text, format };
  }
  const items = documents.map((document) => `  ${JSON.stringify(document)}`);
  return { text: `[\n${items.join(",\n")}\n]`, format: "json" };
}

function reads(text: string, format: DocumentFormat, documents: readonly string[]): boolean {
  try {
    const read = parseDocuments(text, format).documents;
    return read.length === documents.length && read.every((document, index) => document === documents[index]);
  } catch (error) {
    if (error instanceof TextSourceError) return false;
    throw error;
  }
}
