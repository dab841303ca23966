const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A score as trec_eval's tools write it, including infinities. Undefined for anything else, including NaN. */
export function parseScore(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const infinity = INFINITY.exec(text);
  return infinity ? Number(`${infinity[1]}Infinity`) : undefined;
}

/** A grade: an integer, also written as `1.0`. Undefined for anything else. */
export function parseGrade(text: string): number | undefined {
  return /^[+-]?\d+(\.0*)?$/.test(text) ? Number(text) : undefined;
}
