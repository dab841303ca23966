/**
 * Document ids from best to worst in trec_eval's order: by score as a 32-bit float, descending; equal scores by document id, descending,
 * byte by byte. Two scores that differ only beyond seven digits are therefore tied, as they are in trec_eval.
 *
 * @param scores - score by document id
 */
export function trecOrder(scores: ReadonlyMap<string, number>): string[] {
  const rows = Array.from(scores, ([id, score]) => ({ id, score: Math.fround(score) }));
  rows.sort((a, b) => (a.score === b.score ? compareBytes(b.id, a.id) : b.score > a.score ? 1 : -1));
  return rows.map((row) => row.id);
}

/** Compares as `strcmp` does on UTF-8. JavaScript compares UTF-16 units, which puts characters beyond U+FFFF before U+E000–U+FFFF. */
function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return surrogatesLast(x) - surrogatesLast(y);
  }
  return a.length - b.length;
}

function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
