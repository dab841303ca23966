import { distance, similarity } from "ml-distance";

/** Name of a vector similarity. */
export type Similarity = "cosine" | "dot" | "euclidean";

type Vector = ArrayLike<number>;

interface Definition {
  /** Prepares the query's vector once, and returns a function that compares a document's vector with it. */
  to(query: Vector): (document: Vector) => number;
  /** The lowest score there is. */
  readonly lowest: number;
}

/** How similar two vectors are; higher is more similar. */
export const SIMILARITIES = {
  /** −1 to 1; 0 for a zero vector, which has no direction. */
  cosine: { to: cosineTo, lowest: -1 },
  dot: { to: plain(distance.innerProduct), lowest: -(2 ** 100) },
  /** The negative distance, so that higher is more similar here too. */
  euclidean: { to: plain((a, b) => 0 - distance.euclidean(a, b)), lowest: -(2 ** 100) },
} as const satisfies Record<Similarity, Definition>;

function plain(compare: (a: number[], b: number[]) => number): Definition["to"] {
  return (query) => {
    const own = Array.from(query);
    return (document) => compare(own, Array.from(document));
  };
}

/** Where squares overflow or underflow, the vectors are scaled first, which does not change their cosine. */
function cosineTo(query: Vector): (document: Vector) => number {
  const own = Array.from(query);
  const scaled = unitPeak(own);
  return (document) => {
    const other = Array.from(document);
    const direct = similarity.cosine(own, other);
    if (direct !== 0 && Math.abs(direct) < 1.5) return direct;
    return similarity.cosine(scaled, unitPeak(other)) || 0;
  };
}

/** The vector scaled so that its largest value is ±1; a zero vector stays unchanged. */
function unitPeak(vector: readonly number[]): number[] {
  const peak = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return vector.map((value) => (peak > 0 ? value / peak : 0));
}
