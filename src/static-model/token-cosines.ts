import { MOST_COSINES } from "./static-kernel.js";
import type { StaticTable } from "./static-table.js";

/**
 * Cosines between the tokens of one query and the tokens of texts. The vector of a token does not depend on its neighbors, so each token is
 * compared once, however many texts contain it.
 */
export class TokenCosines {
  /** Number of different tokens in the query. A token that occurs again only weighs more. */
  readonly count: number;
  readonly #table: StaticTable;
  /** Unit vectors of these tokens, one after the other. */
  readonly #query: Float32Array;
  /** The same, multiplied by the table's scales. */
  readonly #scaled: Float32Array;
  /** Weights of these tokens in the mean. Their sum is 1. */
  readonly #weights: readonly number[];
  /** Without the kernel: the cosines of each row that has been compared. */
  readonly #cosines = new Map<number, Float32Array>();

  /** @param rows The query's tokens, at least one. */
  constructor(table: StaticTable, rows: Int32Array) {
    this.#table = table;
    const weights = new Map<number, number>();
    for (const row of rows) weights.set(row, (weights.get(row) ?? 0) + table.weight(row));
    this.count = weights.size;
    this.#query = new Float32Array(weights.size * table.dimensions);
    for (const [i, row] of [...weights.keys()].entries()) this.#query.set(table.direction(row), i * table.dimensions);
    this.#scaled = this.#query.map((value, i) => value * table.scales[i % table.dimensions]!);
    const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
    this.#weights = Array.from(weights.values(), (weight) => weight / sum);
  }

  /** Weighted mean, over the query's tokens, of the best cosine with a token of a text. 0 for a text without tokens. */
  maxSim(rows: Int32Array): number {
    return rows.length === 0 ? 0 : this.mean(this.#best(rows));
  }

  /** Raises the best cosine of each different token of the query by those with a part of a text. */
  improve(best: Float32Array, rows: Int32Array): void {
    const cosines = this.#best(rows);
    for (let i = 0; i < best.length; i++) if (cosines[i]! > best[i]!) best[i] = cosines[i]!;
  }

  /** Weighted mean of the best cosines. */
  mean(best: Float32Array): number {
    return this.#weights.reduce((sum, weight, i) => sum + weight * best[i]!, 0);
  }

  #best(rows: Int32Array): Float32Array {
    return this.#table.kernel ? this.#table.kernel.best(this.#scaled, rows) : this.#plainBest(rows);
  }

  #plainBest(rows: Int32Array): Float32Array {
    const best = new Float32Array(this.count).fill(-1);
    for (const row of rows) {
      const cosines = this.#cosinesOf(row);
      for (let i = 0; i < best.length; i++) if (cosines[i]! > best[i]!) best[i] = cosines[i]!;
    }
    return best;
  }

  #cosinesOf(row: number): Float32Array {
    let cosines = this.#cosines.get(row);
    if (cosines) return cosines;
    if (this.#cosines.size * this.count > MOST_COSINES) this.#cosines.clear();
    cosines = new Float32Array(this.count);
    const direction = this.#table.direction(row);
    for (let i = 0, at = 0; i < this.count; i++) {
      let cosine = 0;
      for (let j = 0; j < direction.length; j++, at++) cosine += this.#query[at]! * direction[j]!;
      cosines[i] = cosine;
    }
    this.#cosines.set(row, cosines);
    return cosines;
  }
}
