import type { StaticTable } from "./static-table.js";

/**
 * Cosines between the tokens of one query and the tokens of its texts. A token's vector does not depend on what stands around it, so
 * that each is compared once, however many texts it is in.
 */
export class TokenCosines {
  readonly #table: StaticTable;
  readonly #count: number;
  /** Unit vectors of the query's tokens, one after the other. */
  readonly #query: Float32Array;
  /** Shares of the query's tokens in the mean; their sum is 1. */
  readonly #shares: readonly number[];
  readonly #best: Float32Array;
  /** Where the cosines of a row begin, by row. */
  readonly #places = new Map<number, number>();
  #cosines = new Float32Array(1024);
  #used = 0;

  /** @param rows The query's tokens, one at least. */
  constructor(table: StaticTable, rows: readonly number[]) {
    this.#table = table;
    this.#count = rows.length;
    this.#best = new Float32Array(rows.length);
    this.#query = new Float32Array(rows.length * table.dimensions);
    rows.forEach((row, i) => {
      this.#query.set(table.direction(row), i * table.dimensions);
    });
    const weights = rows.map((row) => table.weight(row));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.#shares = weights.map((weight) => weight / sum);
  }

  /** Weighted mean over the query's tokens of the best cosine with a token of a text; 0 for a text without tokens. */
  maxSim(rows: readonly number[]): number {
    if (rows.length === 0) return 0;
    const best = this.#best.fill(-1);
    for (const row of rows) {
      const place = this.#placeOf(row);
      const cosines = this.#cosines;
      for (let i = 0; i < best.length; i++) if (cosines[place + i]! > best[i]!) best[i] = cosines[place + i]!;
    }
    return this.#shares.reduce((sum, share, i) => sum + share * best[i]!, 0);
  }

  #placeOf(row: number): number {
    const known = this.#places.get(row);
    if (known !== undefined) return known;
    const place = this.#used;
    this.#places.set(row, place);
    this.#used += this.#count;
    if (this.#used > this.#cosines.length) {
      const larger = new Float32Array(2 * this.#used);
      larger.set(this.#cosines);
      this.#cosines = larger;
    }
    const direction = this.#table.direction(row);
    const query = this.#query;
    for (let i = 0, at = 0; i < this.#count; i++) {
      let cosine = 0;
      for (let j = 0; j < direction.length; j++, at++) cosine += query[at]! * direction[j]!;
      this.#cosines[place + i] = cosine;
    }
    return place;
  }
}
