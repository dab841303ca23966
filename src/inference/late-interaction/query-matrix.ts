import type { TokenVectors } from "../protocol.js";
import { SPREAD_SCALE, spreadHalves } from "./half-precision.js";

/** A query's vectors, ready to be compared with many documents. */
export interface QueryMatrix {
  tokens: number;
  dimension: number;
  /** Token by token, in double precision, multiplied by {@link SPREAD_SCALE}. */
  values: Float64Array;
}

/** Reads a query from its stored form. */
export function queryMatrix({ dimension, passages }: TokenVectors): QueryMatrix {
  const halves = passages[0]?.values ?? new Uint16Array();
  const spread = new Int32Array(halves.length);
  spreadHalves(halves, 0, spread);
  // Once for the query's spread values, once more for those of the documents.
  const values = Float64Array.from(new Float32Array(spread.buffer), (value) => value * SPREAD_SCALE * SPREAD_SCALE);
  return { tokens: halves.length / dimension, dimension, values };
}
