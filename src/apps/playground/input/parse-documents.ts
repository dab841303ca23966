/** How the editor's text is cut into documents. */
export type DocumentFormat = "auto" | "lines" | "paragraphs" | "rules" | "json";

export const DOCUMENT_FORMATS: readonly DocumentFormat[] = ["auto", "lines", "paragraphs", "rules", "json"];

/** The documents of a text, and the format that was used: never `auto`. */
export interface ParsedDocuments {
  documents: string[];
  format: Exclude<DocumentFormat, "auto">;
}

/** The text cannot be read in the format that was chosen, or that it clearly has. */
export class DocumentFormatError extends Error {
  override name = "DocumentFormatError" as const;
}

/** Fields that hold a record's text, the first that is there counts. */
const TEXT_FIELDS = ["text", "pageContent", "page_content", "content", "passage", "body", "document"];

/** What stands between documents, by format. */
const SEPARATORS = {
  rules: { pattern: /^[^\S\n]*-{3,}[^\S\n]*$/m, written: "\n\n---\n\n" },
  paragraphs: { pattern: /\n[^\S\n]*\n/, written: "\n\n" },
  lines: { pattern: /\n/, written: "\n" },
} as const;

/**
 * Cuts a text into documents. `auto`: a JSON array where the text is one, else at lines of dashes where there are any, else paragraphs where
 * there are blank lines, else lines. Blank lines and paragraphs are no documents; an empty string in a JSON array is one.
 *
 * @throws DocumentFormatError
 * @example parseDocuments("tea\ncoffee", "auto"); // { documents: ["tea", "coffee"], format: "lines" }
 */
export function parseDocuments(text: string, format: DocumentFormat): ParsedDocuments {
  const normal = text.replace(/\r\n?/g, "\n");
  switch (format) {
    case "json":
      return { documents: parseJson(normal), format };
    case "auto":
      if (looksLikeJson(normal)) return { documents: parseJson(normal), format: "json" };
      if (SEPARATORS.rules.pattern.test(normal)) return parseDocuments(normal, "rules");
      return parseDocuments(normal, /\S\s*?\n[^\S\n]*\n\s*\S/.test(normal) ? "paragraphs" : "lines");
    default:
      return { documents: split(normal, SEPARATORS[format].pattern), format };
  }
}

/**
 * The text that {@link parseDocuments} reads back as these documents, written in the plainest way that can hold them; `auto` where it
 * finds out by itself.
 *
 * @example formatDocuments(["tea", "coffee"]); // { text: "tea\ncoffee", format: "auto" }
 */
export function formatDocuments(documents: readonly string[]): { text: string; format: DocumentFormat } {
  for (const name of ["lines", "paragraphs", "rules"] as const) {
    const text = documents.join(SEPARATORS[name].written);
    for (const format of ["auto", name] as const) if (reads(text, format, documents)) return { text, format };
  }
  const items = documents.map((document) => `  ${JSON.stringify(document)}`);
  return { text: `[\n${items.join(",\n")}\n]`, format: "json" };
}

/** The text of a record: a string, or an object with one of the usual fields; a title goes before it. */
export function textOfRecord(record: unknown): string | undefined {
  if (typeof record === "string") return record;
  if (typeof record !== "object" || record === null) return undefined;
  const fields = record as Record<string, unknown>;
  const text = TEXT_FIELDS.map((name) => fields[name]).find((value) => typeof value === "string");
  if (typeof text !== "string") return undefined;
  const { title } = fields;
  return typeof title === "string" && title.trim() !== "" ? `${title}\n${text}` : text;
}

/** What {@link textOfRecord} reads, for messages. */
export const RECORD_HINT = `a string, or an object with one of ${TEXT_FIELDS.join(", ")}`;

function looksLikeJson(text: string): boolean {
  return /^\s*\[\s*(?:["{]|\]\s*$)/.test(text);
}

function parseJson(text: string): string[] {
  if (text.trim() === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DocumentFormatError(`The documents look like JSON but are not: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (!Array.isArray(value)) throw new DocumentFormatError("The JSON must be an array of documents.");
  return value.map((item: unknown, index) => {
    const document = textOfRecord(item);
    if (document === undefined) throw new DocumentFormatError(`Document ${index + 1} must be ${RECORD_HINT}.`);
    return document;
  });
}

function split(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function reads(text: string, format: DocumentFormat, documents: readonly string[]): boolean {
  try {
    const read = parseDocuments(text, format).documents;
    return read.length === documents.length && read.every((document, index) => document === documents[index]);
  } catch (error) {
    if (error instanceof DocumentFormatError) return false;
    throw error;
  }
}
