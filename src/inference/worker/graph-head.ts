import type { ModelConfig } from "../formats/model-config.js";
import { halfToNumber } from "../formats/safetensors.js";
import type { ModelTokenizer } from "../tokenizer/model-tokenizer.js";
import type { Encoded } from "../tokenizer/sequences.js";
import type { Platform, RuntimeSession, RuntimeTensor } from "./session.js";

/** The numbers that one batch gives: one or two logits per row, or the vectors of each row. */
export interface BatchOutput {
  values: Float32Array;
  dims: readonly number[];
  /** Late interaction: one vector per row for the whole text, if the model has such an output. */
  pooled?: { values: Float32Array; dimension: number };
  /** Models with a pruning head: the probability to keep each token, as many per row as the longest sequence has tokens. */
  keep?: Float32Array;
  /** Tokens that went through the graph, padding included. */
  tokens: number;
  /** Frees the runtime's memory; `values` must not be read afterwards. */
  release(): void;
}

/** The last step of a model: from a batch of sequences to numbers. */
export interface Head {
  /** Name of the graph's output that is read. */
  output: string;
  /** Maximum number of sequences per batch, if the graph limits it. */
  maxRows?: number;
  run(batch: readonly Encoded[]): Promise<BatchOutput>;
}

/** What heads are made of. */
export interface HeadParts {
  platform: Platform;
  session: RuntimeSession;
  tokenizer: ModelTokenizer;
  config: ModelConfig;
}

interface Input {
  /** The value of one token of a sequence. */
  value: (sequence: Encoded, column: number) => number;
  /** The value after a sequence's end. */
  pad: (padId: number) => number;
}

/** The inputs of encoders, by the names that exporters give them. */
const INPUTS: Record<string, Input> = {
  input_ids: { value: ({ ids }, column) => ids[column]!, pad: (padId) => padId },
  attention_mask: {
    value: ({ ids, unattended = 0 }, column) => (column < ids.length - unattended ? 1 : 0),
    pad: () => 0,
  },
  token_type_ids: { value: ({ types }, column) => types[column]!, pad: () => 0 },
  position_ids: { value: (_, column) => column, pad: () => 0 },
};

/** An input of decoders: the number of positions at the end to compute logits for. */
const LOGIT_COUNT = "num_logits_to_keep";

/** Names of the session's inputs that nothing here can fill. */
export function unknownInputs(session: RuntimeSession): string[] {
  return session.inputNames.filter((name) => !(name in INPUTS || name === LOGIT_COUNT || isCacheInput(name)));
}

/** The dimensions of `input_ids` that a graph fixes; undefined for those that may vary. */
export function fixedShape({ inputMetadata }: RuntimeSession): { rows?: number; columns?: number } {
  const [rows, columns] = inputMetadata.find(({ name }) => name === "input_ids")?.shape ?? [];
  return {
    ...(typeof rows === "number" && rows > 0 ? { rows } : {}),
    ...(typeof columns === "number" && columns > 0 ? { columns } : {}),
  };
}

/**
 * A head whose numbers are the graph's output.
 *
 * @param pooledOutput A second output: one vector per row for the whole text.
 */
export function graphHead(parts: HeadParts, output: string, pooledOutput?: string): Head {
  const { platform, session, tokenizer, config } = parts;
  const outputs = pooledOutput === undefined ? [output] : [output, pooledOutput];
  const fixedRows = fixedShape(session).rows;
  const types = new Map(session.inputMetadata.map(({ name, type }) => [name, type === "int32" ? "int32" : "int64"]));
  const inputs = session.inputNames.filter((name) => name in INPUTS);
  const hasCache = session.inputNames.some(isCacheInput);
  const countsLogits = session.inputNames.includes(LOGIT_COUNT);

  async function runRows(batch: readonly Encoded[], rows: number): Promise<RuntimeTensor[]> {
    const width = longest(batch);
    const feeds: Record<string, RuntimeTensor> = hasCache ? emptyCache(platform, session, config, rows) : {};
    for (const name of inputs) {
      const { value, pad } = INPUTS[name]!;
      const type = types.get(name) === "int32" ? "int32" : "int64";
      const buffer = new ArrayBuffer(rows * width * (type === "int64" ? 8 : 4));
      // Ids are small and not negative, so the low word of a little-endian int64 is the whole number, and no BigInt is needed.
      const words = new Int32Array(buffer);
      const stride = type === "int64" ? 2 : 1;
      for (let row = 0; row < rows; row++) {
        // A graph with a fixed number of rows gets copies of the last one, whose output is not read.
        const sequence = batch[Math.min(row, batch.length - 1)]!;
        for (let column = 0; column < width; column++) {
          const filled = column < sequence.ids.length;
          words[(row * width + column) * stride] = filled ? value(sequence, column) : pad(tokenizer.padId);
        }
      }
      feeds[name] = platform.tensor(type, type === "int64" ? new BigInt64Array(buffer) : words, [rows, width]);
    }
    if (countsLogits) feeds[LOGIT_COUNT] = platform.tensor("int64", BigInt64Array.of(0n), []);
    const result = await session.run(feeds, outputs);
    return outputs.map((name) => result[name]!);
  }

  return {
    output,
    ...(fixedRows === undefined ? {} : { maxRows: fixedRows }),
    async run(batch) {
      const rows = fixedRows ?? batch.length;
      const tensors = await runRows(batch, rows);
      const [tensor, second] = tensors as [RuntimeTensor, RuntimeTensor?];
      return {
        values: toFloat32(tensor),
        dims: tensor.dims,
        ...(second ? { pooled: { values: toFloat32(second), dimension: second.dims.at(-1)! } } : {}),
        tokens: rows * longest(batch),
        release: () => {
          for (const each of tensors) each.dispose?.();
        },
      };
    },
  };
}

function longest(batch: readonly Encoded[]): number {
  return batch.reduce((length, { ids }) => Math.max(length, ids.length), 0);
}

/** A tensor's values as 32-bit floats. */
function toFloat32({ data, type }: RuntimeTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === "float16" && data instanceof Uint16Array) return Float32Array.from(data, halfToNumber);
  if (ArrayBuffer.isView(data)) return Float32Array.from(data as unknown as ArrayLike<number>);
  throw new TypeError(`the output is a tensor of type ${type}, which does not hold numbers`);
}

/** Inputs of a decoder's key–value cache. */
const CACHE_INPUT = /^past_key_values\.(\d+\.(?:decoder\.)?(?:key|value))$/;

/** True for an input of a decoder's key–value cache. */
export function isCacheInput(name: string): boolean {
  return CACHE_INPUT.test(name);
}

/** The output that becomes an input of the cache in the next step. */
export function cacheOutput(cacheInput: string): string {
  return `present.${CACHE_INPUT.exec(cacheInput)![1]!}`;
}

/** An empty cache, which a decoder needs for the first tokens of a sequence. */
export function emptyCache(
  platform: Platform,
  session: RuntimeSession,
  config: ModelConfig,
  rows: number,
): Record<string, RuntimeTensor> {
  const heads = config.num_key_value_heads ?? config.num_attention_heads ?? 1;
  const width = config.head_dim ?? Math.floor((config.hidden_size ?? 0) / (config.num_attention_heads ?? 1));
  const dims = [rows, heads, 0, width];
  const entries = session.inputNames.filter(isCacheInput).map((name) => {
    const isHalf = session.inputMetadata.find((input) => input.name === name)?.type === "float16";
    const tensor = isHalf
      ? platform.tensor("float16", new Uint16Array(0), dims)
      : platform.tensor("float32", new Float32Array(0), dims);
    return [name, tensor] as const;
  });
  return Object.fromEntries(entries);
}
