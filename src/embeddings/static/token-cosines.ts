import type { StaticTable } from "./static-table.js";

/**
 * Cosines between the tokens of one query and the tokens of its texts. A token's vector does not depend on what stands around it, so
 * that each is compared once, however many texts it is in.
 */
export class TokenCosines {
  readonly #table: StaticTable;
  readonly #query: readonly Float32Array[];
  /** Shares of the query's tokens in the mean; their sum is 1. */
  readonly #shares: readonly number[];
  /** Where the cosines of a row begin, by row. */
  readonly #places = new Map<number, number>();
  #cosines = new Float32Array(1024);
  #used = 0;

  /** @param rows The query's tokens, one at least. */
  constructor(table: StaticTable, rows: readonly number[]) {
    this.#table = table;
    this.#query = rows.map((row) => table.direction(row));
    const weights = rows.map((row) => table.weight(row));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.#shares = weights.map((weight) => weight / sum);
  }

  /** Weighted mean over the query's tokens of the best cosine with a token of a text; 0 for a text without tokens. */
  maxSim(rows: readonly number[]): number {
    if (rows.length === 0) return 0;
    const count = this.#query.length;
    const best = new Float32Array(count).fill(-1);
    for (const row of rows) {
      const place = this.#placeOf(row);
      for (let i = 0; i < count; i++) {
        const cosine = this.#cosines[place + i]!;
        if (cosine > best[i]!) best[i] = cosine;
      }
    }
    return this.#shares.reduce((sum, share, i) => sum + share * best[i]!, 0);
  }

  #placeOf(row: number): number {
    const known = this.#places.get(row);
    if (known !== undefined) return known;
    const place = this.#used;
    this.#used += this.#query.length;
    if (this.#used > this.#cosines.length) {
      const larger = new Float32Array(2 * this.#used);
      larger.set(this.#cosines);
      this.#cosines = larger;
    }
    const direction = this.#table.direction(row);
    this.#query.forEach((token, i) => {
      let cosine = 0;
      for (let j = 0; j < direction.length; j++) cosine += token[j]! * direction[j]!;
      this.#cosines[place + i] = cosine;
    });
    this.#places.set(row, place);
    return place;
  }
}
