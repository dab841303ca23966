import { ModelIntegrityError } from "../../../errors.js";
import type { TokenVectors } from "../../../inference/protocol.js";
import { lengthsOf } from "../../../kernel/max-sim.js";

/** `langchain_rerank.query_offset` in a model's `config.json`. */
interface QueryOffset {
  constant: number;
  /** Factor of the natural logarithm of the query's number of tokens. */
  log_tokens: number;
  /** Factors of the mean direction of the query's tokens, one per dimension. */
  direction: readonly number[];
}

/**
 * Reads what a model adds to the scores of all texts of a query. Some questions score high with any text, others low even with their
 * answer; without this, one calibration could not fit both. It depends on the query alone, so that the order of texts stays as it is.
 *
 * @param readText Reads one of the model's files.
 * @returns A function from an encoded query to the offset: `constant + log_tokens * ln(tokens) + direction · (mean unit vector of the tokens)`;
 * 0 for models that state none.
 * @throws ModelIntegrityError if the numbers are invalid; from the returned function, if the vectors have another dimension.
 */
export async function readQueryOffset(
  model: string,
  readText: (file: string) => Promise<string>,
): Promise<(query: TokenVectors) => number> {
  const text = await readText("config.json").catch(() => "{}");
  const config = JSON.parse(text) as { langchain_rerank?: { query_offset?: unknown } } | null;
  const stated = config?.langchain_rerank?.query_offset;
  if (stated === undefined || stated === null) return () => 0;
  const { constant, log_tokens, direction } = stated as QueryOffset;
  const fault = (problem: string) =>
    new ModelIntegrityError(model, `its query offset is invalid: ${problem}.`, { file: "config.json" });
  if (![constant, log_tokens].every(Number.isFinite)) throw fault("`constant` and `log_tokens` must be finite numbers");
  if (!Array.isArray(direction) || !direction.every(Number.isFinite))
    throw fault("`direction` must be a list of finite numbers");
  return (query) => {
    if (direction.length !== query.dimension)
      throw fault(`\`direction\` has ${direction.length} numbers for vectors of ${query.dimension} dimensions`);
    const mean = meanDirection(query);
    return mean.reduce(
      (sum, value, i) => sum + direction[i]! * value,
      constant + log_tokens * Math.log(tokensOf(query)),
    );
  };
}

/** Number of tokens of an encoded query. */
export function tokensOf({ dimension, passages }: TokenVectors): number {
  return passages[0]!.values.length / dimension;
}

/** The mean of the unit vectors of a query's tokens. */
export function meanDirection(query: TokenVectors): number[] {
  const { dimension, passages } = query;
  const { values } = passages[0]!;
  const lengths = lengthsOf(values, dimension);
  const mean = new Array<number>(dimension).fill(0);
  for (let i = 0; i < values.length; i++)
    mean[i % dimension]! += values[i]! / (lengths[Math.floor(i / dimension)]! * lengths.length);
  return mean;
}
