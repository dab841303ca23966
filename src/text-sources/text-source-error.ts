/** A text that cannot be read in the format it is said to have. The message names the file and the line or item. */
export class TextSourceError extends Error {
  override name = "TextSourceError" as const;
}
