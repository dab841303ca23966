import type { ModelConfig } from "../formats/model-config.js";
import { halfToNumber } from "../formats/safetensors.js";
import type { Encoded } from "../tokenizer/sequences.js";
import { cacheOutput, emptyCache, type Head, type HeadParts, isCacheInput } from "./graph-head.js";
import type { Platform, RuntimeSession, RuntimeTensor } from "./session.js";

/** Shared prefixes below this number of tokens are not worth a separate forward pass. */
const LEAST_SHARED = 8;

/**
 * Tokens per pass. The graph computes logits over the whole vocabulary for every token, so that a long document in one pass would take
 * gigabytes.
 */
const TOKENS_PER_PASS = 128;

/** The answers whose logits are compared. */
interface Answers {
  yes: number;
  no: number;
}

/**
 * A head for rerankers that are language models: logit(yes) − logit(no).
 *
 * @param words The two answers.
 * @throws Error if an answer is not a single token.
 */
export function causalLmHead(
  { platform, session, tokenizer, config }: HeadParts,
  words: { yes: string; no: string },
): Head {
  const [yes, no] = [tokenizer.idOf(words.yes), tokenizer.idOf(words.no)];
  if (yes === undefined || no === undefined) {
    throw new Error(`"${words.yes}" and "${words.no}" must each be a single token of tokenizer.json`);
  }
  const reader = new YesNoReader(platform, session, config, { yes, no });
  return {
    output: "logits",
    async run(batch) {
      const { logits, tokens } = await reader.read(batch);
      return { values: logits, dims: [batch.length, 1], tokens, release: () => {} };
    },
  };
}

/**
 * Reads logit(yes) − logit(no) at the last position. Sequences run one at a time: there is no padding that could change a score, and the
 * logits over a large vocabulary take enough memory for one sequence. If the graph has a key–value cache, the prefix that the prompts of a
 * request share is computed once.
 */
class YesNoReader {
  readonly #platform: Platform;
  readonly #session: RuntimeSession;
  readonly #config: ModelConfig;
  readonly #answers: Answers;
  readonly #cacheInputs: readonly string[];
  #tokens = 0;
  #shared: { ids: readonly number[]; cache: Record<string, RuntimeTensor> } | undefined;

  constructor(platform: Platform, session: RuntimeSession, config: ModelConfig, answers: Answers) {
    this.#platform = platform;
    this.#session = session;
    this.#config = config;
    this.#answers = answers;
    this.#cacheInputs = session.inputNames.filter(isCacheInput);
  }

  /** @returns One logit per sequence, and the number of tokens that went through the graph. */
  async read(batch: readonly Encoded[]): Promise<{ logits: Float32Array; tokens: number }> {
    this.#tokens = 0;
    const logits = new Float32Array(batch.length);
    for (const [row, sequence] of batch.entries()) logits[row] = await this.#logit(sequence);
    return { logits, tokens: this.#tokens };
  }

  async #logit({ ids, shared = 0 }: Encoded): Promise<number> {
    let { cache, length } = await this.#startCache(ids, Math.min(shared, ids.length - 1));
    let previous: Record<string, RuntimeTensor> | undefined;
    while (this.#cacheInputs.length > 0 && ids.length - length > TOKENS_PER_PASS) {
      cache = await this.#extend(cache, ids.slice(length, length + TOKENS_PER_PASS), length);
      dispose(previous);
      previous = cache;
      length += TOKENS_PER_PASS;
    }
    const { logits } = await this.#run(ids.slice(length), length, cache, ["logits"]);
    dispose(previous);
    const [, positions = 1, vocabulary = 1] = logits!.dims;
    const last = (positions - 1) * vocabulary;
    const score = valueAt(logits!, last + this.#answers.yes) - valueAt(logits!, last + this.#answers.no);
    logits!.dispose?.();
    return score;
  }

  /** The cache after the prefix that the sequence shares with the others of its request. */
  async #startCache(
    ids: readonly number[],
    shared: number,
  ): Promise<{ cache: Record<string, RuntimeTensor>; length: number }> {
    if (this.#cacheInputs.length === 0 || shared < LEAST_SHARED) return { cache: this.#emptyCache(), length: 0 };
    const prefix = ids.slice(0, shared);
    const known = this.#shared?.ids;
    if (known?.length !== shared || !prefix.every((id, index) => known[index] === id)) {
      const cache = await this.#extend(this.#emptyCache(), prefix, 0);
      dispose(this.#shared?.cache);
      this.#shared = { ids: prefix, cache };
    }
    return { cache: this.#shared!.cache, length: shared };
  }

  #emptyCache(): Record<string, RuntimeTensor> {
    return emptyCache(this.#platform, this.#session, this.#config, 1);
  }

  async #extend(
    cache: Record<string, RuntimeTensor>,
    ids: readonly number[],
    start: number,
  ): Promise<Record<string, RuntimeTensor>> {
    const present = await this.#run(ids, start, cache, this.#cacheInputs.map(cacheOutput));
    return Object.fromEntries(this.#cacheInputs.map((name) => [name, present[cacheOutput(name)]!]));
  }

  #run(ids: readonly number[], start: number, cache: Record<string, RuntimeTensor>, outputs: string[]) {
    this.#tokens += ids.length;
    const positions = ids.map((_, index) => start + index);
    const inputs: Record<string, () => RuntimeTensor> = {
      input_ids: () => this.#integers(ids, [1, ids.length]),
      attention_mask: () => this.#integers(new Array(start + ids.length).fill(1), [1, start + ids.length]),
      position_ids: () => this.#integers(positions, [1, ids.length]),
      num_logits_to_keep: () => this.#integers([1], []),
    };
    const filled = this.#session.inputNames
      .filter((name) => name in inputs)
      .map((name) => [name, inputs[name]!()] as const);
    return this.#session.run({ ...Object.fromEntries(filled), ...cache }, outputs);
  }

  #integers(values: readonly number[], dims: readonly number[]): RuntimeTensor {
    return this.#platform.tensor("int64", BigInt64Array.from(values, BigInt), dims);
  }
}

function dispose(tensors: Record<string, RuntimeTensor> | undefined): void {
  for (const tensor of Object.values(tensors ?? {})) tensor.dispose?.();
}

/** One value of a tensor, without converting the others. */
function valueAt({ data, type }: RuntimeTensor, index: number): number {
  const value = (data as ArrayLike<number>)[index]!;
  return type === "float16" && data instanceof Uint16Array ? halfToNumber(value) : Number(value);
}
