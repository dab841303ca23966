const INFINITIES: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A score as trec_eval's tools write it, infinities included; undefined for anything else, NaN among it. */
export function parseScore(text: string): number | undefined {
  return DECIMAL.test(text) ? Number(text) : INFINITIES[text.toLowerCase()];
}

/** A grade: an integer, also written as `1.0`; undefined for anything else. */
export function parseGrade(text: string): number | undefined {
  return /^[+-]?\d+(\.0*)?$/.test(text) ? Number(text) : undefined;
}
