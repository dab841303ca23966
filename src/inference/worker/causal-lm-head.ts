import type { ModelConfig } from "../formats/model-config.js";
import type { Encoded } from "../tokenizer/pair-encoding.js";
import { emptyPast, pastInputs, presentOf } from "./kv-cache.js";
import { type Platform, type RuntimeSession, type RuntimeTensor, valueAt } from "./session.js";

/** Shorter beginnings are not worth a run of their own. */
const LEAST_SHARED = 8;

/**
 * Tokens of one pass. Graphs compute logits over the whole vocabulary for every token they are given, so that a long document at once would
 * take gigabytes; in parts it takes what one part does.
 */
const PART = 128;

/** Ids of the two answers. */
export interface Answers {
  yes: number;
  no: number;
}

/**
 * Reads logit(yes) − logit(no) off a causal language model's last position. Sequences run one at a time: without padding there is nothing that
 * padding could change, and the logits of one sequence over a large vocabulary are memory enough. What the prompts of a request share is
 * computed once, where the graph takes a cache.
 */
export class YesNoReader {
  readonly #platform: Platform;
  readonly #session: RuntimeSession;
  readonly #config: ModelConfig;
  readonly #answers: Answers;
  #tokens = 0;
  #shared: { ids: readonly number[]; past: Record<string, RuntimeTensor> } | undefined;

  constructor(platform: Platform, session: RuntimeSession, config: ModelConfig, answers: Answers) {
    this.#platform = platform;
    this.#session = session;
    this.#config = config;
    this.#answers = answers;
  }

  /** @returns One logit a sequence, and how many tokens went through the graph for them. */
  async read(batch: readonly Encoded[]): Promise<{ logits: Float32Array; tokens: number }> {
    this.#tokens = 0;
    const logits = new Float32Array(batch.length);
    for (const [row, sequence] of batch.entries()) logits[row] = await this.#logit(sequence);
    return { logits, tokens: this.#tokens };
  }

  async #logit({ ids, shared = 0 }: Encoded): Promise<number> {
    const names = pastInputs(this.#session);
    let { past, length } = await this.#past(ids, Math.min(shared, ids.length - 1));
    let own: Record<string, RuntimeTensor> | undefined;
    while (names.length > 0 && ids.length - length > PART) {
      const present = await this.#run(ids.slice(length, length + PART), length, past, names.map(presentOf));
      dispose(own);
      own = past = Object.fromEntries(names.map((name) => [name, present[presentOf(name)]!]));
      length += PART;
    }
    const { logits } = await this.#run(ids.slice(length), length, past, ["logits"]);
    dispose(own);
    const [, positions = 1, vocabulary = 1] = logits!.dims;
    const last = (positions - 1) * vocabulary;
    const score = valueAt(logits!, last + this.#answers.yes) - valueAt(logits!, last + this.#answers.no);
    logits!.dispose?.();
    return score;
  }

  /** The cache after the beginning that the sequence shares with the others of its request. */
  async #past(
    ids: readonly number[],
    shared: number,
  ): Promise<{ past: Record<string, RuntimeTensor>; length: number }> {
    const names = pastInputs(this.#session);
    if (names.length === 0 || shared < LEAST_SHARED) {
      return { past: emptyPast(this.#platform, this.#session, this.#config, 1), length: 0 };
    }
    const beginning = ids.slice(0, shared);
    const known = this.#shared?.ids;
    if (!known || known.length !== shared || !beginning.every((id, index) => known[index] === id)) {
      const empty = emptyPast(this.#platform, this.#session, this.#config, 1);
      const present = await this.#run(beginning, 0, empty, names.map(presentOf));
      this.release();
      this.#shared = {
        ids: beginning,
        past: Object.fromEntries(names.map((name) => [name, present[presentOf(name)]!])),
      };
    }
    return { past: this.#shared!.past, length: shared };
  }

  /** Frees the cache of the last request. */
  release(): void {
    dispose(this.#shared?.past);
    this.#shared = undefined;
  }

  #run(ids: readonly number[], start: number, past: Record<string, RuntimeTensor>, outputs: string[]) {
    this.#tokens += ids.length;
    const inputs: Record<string, () => RuntimeTensor> = {
      input_ids: () => this.#integers(ids, [1, ids.length]),
      attention_mask: () => this.#integers(new Array(start + ids.length).fill(1), [1, start + ids.length]),
      position_ids: () =>
        this.#integers(
          ids.map((_, index) => start + index),
          [1, ids.length],
        ),
      num_logits_to_keep: () => this.#integers([1], []),
    };
    const own = this.#session.inputNames
      .filter((name) => name in inputs)
      .map((name) => [name, inputs[name]!()] as const);
    return this.#session.run({ ...Object.fromEntries(own), ...past }, outputs);
  }

  #integers(values: readonly number[], dims: readonly number[]): RuntimeTensor {
    return this.#platform.tensor("int64", BigInt64Array.from(values, BigInt), dims);
  }
}

function dispose(tensors: Record<string, RuntimeTensor> | undefined): void {
  for (const tensor of Object.values(tensors ?? {})) tensor.dispose?.();
}
