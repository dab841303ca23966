/** Scores below this are the stand-in for "no text to score". */
const NO_TEXT = -1e30;

/** A score for display: three decimals, or two digits and an exponent where those would be zeros. */
export function formatScore(score: number): string {
  if (score < NO_TEXT) return "no text";
  const size = Math.abs(score);
  if (size !== 0 && (size < 0.001 || size >= 10_000))
    return score.toExponential(1).replace("-", "−").replace("e-", "e−");
  return score.toFixed(3).replace("-", "−");
}

/** As "85 ms", "1.3 s". */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** As "1 document", "12 documents". */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** How far each score goes along a bar, 0–1: from zero, or from the lowest where there are negative ones, to 1 or the highest above it. */
export function barShares(scores: readonly number[]): number[] {
  const real = scores.filter((score) => score >= NO_TEXT);
  const low = real.reduce((least, score) => Math.min(least, score), 0);
  const inside = real.every((score) => score >= -1 && score <= 1);
  const high = real.reduce((most, score) => Math.max(most, score), inside || real.length === 0 ? 1 : low);
  return scores.map((score) => (high > low ? Math.max(0, (score - low) / (high - low)) : 1));
}
