import type { ModelConfig } from "../formats/model-config.js";
import type { Encoded } from "../tokenizer/pair-encoding.js";
import { emptyPast, pastInputs } from "./kv-cache.js";
import type { Platform, RuntimeSession, RuntimeTensor } from "./session.js";

/** Fills one input with a batch: `write(row, column)` for what is there, `pad` for the rest. */
type Fill = (sequence: Encoded, position: number) => number;

/** Inputs that encoders have, by the names that exports give them. */
const FILLS: Record<string, { fill: Fill; pad: (padId: number) => number }> = {
  input_ids: { fill: ({ ids }, position) => ids[position]!, pad: (padId) => padId },
  attention_mask: {
    fill: ({ ids, unattended = 0 }, position) => (position < ids.length - unattended ? 1 : 0),
    pad: () => 0,
  },
  token_type_ids: { fill: ({ types }, position) => types[position]!, pad: () => 0 },
  position_ids: { fill: (_, position) => position, pad: () => 0 },
};

/** Inputs of decoders that are no table of tokens: how many positions to compute logits for. */
const SCALARS = new Set(["num_logits_to_keep"]);

/** Names of the session's inputs that nothing here can fill. */
export function unknownInputs(session: RuntimeSession): string[] {
  const past = pastInputs(session);
  return session.inputNames.filter((name) => !(name in FILLS || SCALARS.has(name) || past.includes(name)));
}

/** A batch after its pass. */
export interface Output {
  /** By the names of the outputs that were asked for, in their order. */
  tensors: RuntimeTensor[];
  /** Tokens of the longest sequence. */
  width: number;
}

/** Pads a batch of sequences on the right and runs it. */
export async function forwardPass(
  platform: Platform,
  session: RuntimeSession,
  outputs: readonly string[],
  batch: readonly Encoded[],
  { padId, config }: { padId: number; config: ModelConfig },
): Promise<Output> {
  const width = batch.reduce((longest, { ids }) => Math.max(longest, ids.length), 0);
  const dims = [batch.length, width];
  const feeds: Record<string, RuntimeTensor> = emptyPast(platform, session, config, batch.length);
  for (const name of session.inputNames.filter((input) => input in FILLS)) {
    const { fill, pad } = FILLS[name]!;
    const type = session.inputMetadata.find((meta) => meta.name === name)?.type === "int32" ? "int32" : "int64";
    const buffer = new ArrayBuffer(batch.length * width * (type === "int64" ? 8 : 4));
    // Ids are small and not negative, so the low word of a little-endian int64 is all of it: no BigInt is made for any token.
    const words = new Int32Array(buffer);
    const stride = type === "int64" ? 2 : 1;
    batch.forEach((sequence, row) => {
      for (let column = 0; column < width; column++) {
        words[(row * width + column) * stride] = column < sequence.ids.length ? fill(sequence, column) : pad(padId);
      }
    });
    feeds[name] = platform.tensor(type, type === "int64" ? new BigInt64Array(buffer) : words, dims);
  }
  if (session.inputNames.includes("num_logits_to_keep")) {
    feeds.num_logits_to_keep = platform.tensor("int64", BigInt64Array.of(0n), []);
  }
  const result = await session.run(feeds, outputs);
  return { tensors: outputs.map((output) => result[output]!), width };
}
