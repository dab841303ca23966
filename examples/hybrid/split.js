import { InvalidInputError } from "langchain-rerank";

/** @typedef {import("langchain-rerank/evaluation").Dataset} Dataset */

/**
 * @param {Dataset} data
 * @param {string | undefined} count how many of its queries to keep; all when left out
 */
export function firstQueries(data, count) {
  if (count === undefined) return data;
  const wanted = Number(count);
  if (!Number.isInteger(wanted) || wanted < 4)
    throw new InvalidInputError("--queries", "must be an integer of 4 or more");
  return withQueries(data, [...data.queries.keys()].slice(0, wanted));
}

/**
 * Every other query tunes, the rest measure: a setting looks better than it is on the questions that chose it.
 * @param {Dataset} data
 */
export function halves(data) {
  const ids = [...data.queries.keys()];
  if (ids.length < 4)
    throw new InvalidInputError(
      "the data set",
      `must have four queries or more to tune on one half and measure on the other; ${data.name} has ${ids.length}`,
    );
  return {
    train: withQueries(
      data,
      ids.filter((_, index) => index % 2 === 0),
    ),
    test: withQueries(
      data,
      ids.filter((_, index) => index % 2 === 1),
    ),
  };
}

/**
 * @param {Dataset} data
 * @param {string[]} ids
 * @returns {Dataset}
 */
function withQueries(data, ids) {
  const kept = new Set(ids);
  /** @template T @param {ReadonlyMap<string, T>} map */
  const only = (map) => new Map([...map].filter(([id]) => kept.has(id)));
  return { ...data, queries: only(data.queries), qrels: only(data.qrels), ...(data.run && { run: only(data.run) }) };
}
