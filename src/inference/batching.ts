/**
 * Cuts items into batches of similar length. Padding is the cost of a batch, so items are sorted by length first; and a batch whose
 * activations fit the core's cache runs faster than a larger one, so the budget is small.
 *
 * @param lengths Tokens of each item.
 * @param budget Padded tokens (longest × count) of one batch, at most; an item above it is a batch of its own.
 * @returns Places in `lengths`, longest first, every place once.
 */
export function cutBatches(lengths: readonly number[], budget: number): number[][] {
  const order = lengths.map((_, index) => index).sort((a, b) => lengths[b]! - lengths[a]!);
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const index of order) {
    const width = batch.length === 0 ? lengths[index]! : lengths[batch[0]!]!;
    if (batch.length > 0 && width * (batch.length + 1) > budget) {
      batches.push(batch);
      batch = [];
    }
    batch.push(index);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

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
