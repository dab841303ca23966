/**
 * Cuts texts into chunks of work for several threads: longest first, so that the last chunks to run are small ones and all threads
 * end together.
 *
 * @param lengths Characters of each text, a cheap stand-in for tokens.
 * @param budget Characters of one chunk, about.
 */
export function cutChunks(lengths: readonly number[], budget: number): number[][] {
  const order = lengths.map((_, index) => index).sort((a, b) => lengths[b]! - lengths[a]!);
  const chunks: number[][] = [];
  let chunk: number[] = [];
  let size = 0;
  for (const index of order) {
    if (chunk.length > 0 && size + lengths[index]! > budget) {
      chunks.push(chunk);
      chunk = [];
      size = 0;
    }
    chunk.push(index);
    size += lengths[index]!;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
