/**
 * Holm's step-down correction (1979): makes p-values of several comparisons safe to compare with one significance level.
 *
 * @param pValues - between 0 and 1; NaN stays NaN and does not count
 * @returns Corrected p-values in the order given, never below the original and never above 1.
 *
 * @example
 * holm([0.01, 0.04, 0.03]); //=> [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).filter((index) => !Number.isNaN(pValues[index]!));
  order.sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = pValues.map(() => Number.NaN);
  let highest = 0;
  order.forEach((index, rank) => {
    highest = Math.max(highest, Math.min(1, pValues[index]! * (order.length - rank)));
    corrected[index] = highest;
  });
  return corrected;
}
