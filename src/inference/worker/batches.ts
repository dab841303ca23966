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
