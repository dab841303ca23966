/** The texts of a list that are not blank, and a way back to the whole list. */
export interface FilledTexts {
  readonly texts: readonly string[];
  /** Index in the whole list of each of `texts`. */
  readonly indexes: readonly number[];
  /** Puts one value per text back at the indexes of the whole list, with `blank` for every blank text. */
  restore<T>(values: readonly T[], blank: T): T[];
}

/** Leaves out blank texts, which have no relevance and which some backends reject. */
export function dropBlanks(all: readonly string[]): FilledTexts {
  const indexes = [...all.keys()].filter((index) => all[index]!.trim() !== "");
  return {
    texts: indexes.map((index) => all[index]!),
    indexes,
    restore<T>(values: readonly T[], blank: T): T[] {
      const restored = new Array<T>(all.length).fill(blank);
      values.forEach((value, i) => {
        restored[indexes[i]!] = value;
      });
      return restored;
    },
  };
}
