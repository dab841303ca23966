/** How reports and the command line print numbers. */

/** A metric with three digits: more would be finer than the intervals allow. */
export const formatMetric = (value: number): string => value.toFixed(3);

/** A difference of metrics, with its sign. */
export const formatDifference = (value: number): string =>
  `${value > 0 ? "+" : value < 0 ? "−" : "±"}${formatMetric(Math.abs(value))}`;

/** A p-value; very small ones as a bound, "–" for NaN. */
export const formatPValue = (p: number): string => (Number.isNaN(p) ? "–" : p < 0.001 ? "< 0.001" : p.toFixed(3));

/** A duration with three significant digits in the unit that people would choose: "0.42 ms", "123 ms", "1.27 s", "3 min 20 s". */
export function formatDuration(seconds: number): string {
  if (Number.isNaN(seconds)) return "–";
  if (seconds < 0.9995) return `${threeDigits(1000 * seconds)} ms`;
  if (seconds < 99.95) return `${threeDigits(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Never in exponential notation, and without trailing zeros. */
function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
