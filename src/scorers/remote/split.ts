/** A run of texts that goes into one request. */
export interface Chunk {
  /** Position of its first text. */
  start: number;
  texts: readonly string[];
}

/**
 * Cuts texts into as few requests as the limits allow, of even size, so that those sent side by side end together.
 *
 * @param maxTexts Most texts a request.
 * @param maxBytes Most UTF-8 bytes a request; a single text that is larger goes alone.
 */
export function splitTexts(texts: readonly string[], maxTexts: number, maxBytes = Number.POSITIVE_INFINITY): Chunk[] {
  const size = Math.ceil(texts.length / Math.ceil(texts.length / maxTexts));
  const chunks: Chunk[] = [];
  const encoder = new TextEncoder();
  let start = 0;
  let bytes = 0;
  texts.forEach((text, index) => {
    const length = Number.isFinite(maxBytes) ? encoder.encode(text).byteLength : 0;
    if (index > start && (index - start >= size || bytes + length > maxBytes)) {
      chunks.push({ start, texts: texts.slice(start, index) });
      start = index;
      bytes = 0;
    }
    bytes += length;
  });
  if (start < texts.length) chunks.push({ start, texts: texts.slice(start) });
  return chunks;
}
