import { decodeUtf8, formatOfFile, guessFormat, splitText, TEXT_EXTENSIONS } from "../../../text-sources/split-text.js";
import { TextSourceError } from "../../../text-sources/text-source-error.js";

/** Largest file that is opened, in bytes: more than anyone ranks by hand, and as much as a browser's text field can handle. */
export const MOST_FILE_BYTES = 4 * 2 ** 20;

/**
 * Cuts a file into documents: paragraphs or lines of `.txt`, sections of `.md`, records of `.json`, `.jsonl`, `.csv` and `.tsv`.
 *
 * @throws TextSourceError naming the file, and the line or item where there is one.
 */
export function readFileDocuments(name: string, bytes: ArrayBuffer | Uint8Array): string[] {
  const format = formatOfFile(name);
  if (!format) throw new TextSourceError(`${name} cannot be opened. Choose one of ${TEXT_EXTENSIONS.join(", ")}.`);
  const text = decodeUtf8(bytes, name);
  const documents = splitText(text, format === "guess" ? guessFormat(text) : format, { name });
  if (documents.length === 0) throw new TextSourceError(`${name} holds no text.`);
  return documents.map((document) => document.text);
}
