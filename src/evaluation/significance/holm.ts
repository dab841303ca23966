/**
 * Holm's step-down correction (1979): p-values that can be held against one level however many comparisons were made.
 *
 * @param pValues - 0–1; NaN stays NaN and does not count
 * @returns corrected p-values in the order given, none below the one given, none above 1
 *
 * @example
 * holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).filter((index) => !Number.isNaN(pValues[index]!));
  order.sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = pValues.map(() => Number.NaN);
  let highest = 0;
  order.forEach((index, place) => {
    highest = Math.max(highest, Math.min(1, pValues[index]! * (order.length - place)));
    corrected[index] = highest;
  });
  return corrected;
}
