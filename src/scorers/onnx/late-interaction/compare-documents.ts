import type { JobInput, TextResult, TokenVectors } from "../../../inference/protocol.js";
import { SharedTask } from "../../../open-once.js";
import { addStats, type Counts } from "./counts.js";
import type { LateEncoder } from "./encoder.js";
import type { SharedVectors } from "./shared-vectors.js";

/** Texts that are looked up and compared together: memory is bounded however many a call brings. */
const WAVE = 256;

/** What does not change within one call. */
export interface Comparison {
  encoder: LateEncoder;
  query: TokenVectors;
  kept: SharedVectors;
  counts: Counts;
  signal: AbortSignal;
}

/** Compares distinct texts with a query, some at a time. One result a text. */
export async function compareDocuments(call: Comparison, texts: readonly string[]): Promise<Map<string, TextResult>> {
  const results = new Map<string, TextResult>();
  for (let start = 0; start < texts.length; start += WAVE) {
    const wave = texts.slice(start, start + WAVE);
    const found = await compareWave(call, wave);
    for (const [place, text] of wave.entries()) results.set(text, found[place]!);
  }
  return results;
}

/** Encodes the texts that no vectors are kept of, unless another call does. */
async function compareWave(call: Comparison, texts: readonly string[]): Promise<TextResult[]> {
  const { kept, counts, signal } = call;
  const found = await Promise.all(texts.map((text) => kept.find(text)));
  for (const { stored, damaged } of found) {
    counts.cache.stored += stored ? 1 : 0;
    counts.cache.damaged += damaged ? 1 : 0;
  }
  const results: TextResult[] = new Array(texts.length);
  let left = found.map(({ vectors }, place) => ({ place, vectors }));
  while (left.length > 0) {
    const now: { place: number; input: JobInput }[] = [];
    const others: { place: number; coming: Promise<TokenVectors | undefined> }[] = [];
    for (const { place, vectors } of left) {
      const claimed = vectors ?? kept.claim(texts[place]!);
      if (claimed instanceof Promise) others.push({ place, coming: claimed });
      else now.push({ place, input: claimed ?? texts[place]! });
    }
    const found = await compareOwn(
      call,
      now.map(({ input }) => input),
    );
    for (const [i, { place }] of now.entries()) results[place] = found[i]!;
    // Waited for only now that what others may wait for is done, so that no two calls wait for each other.
    const coming = new SharedTask(() => Promise.all(others.map(({ coming }) => coming)));
    const arrived = await coming.join(signal);
    left = others.map(({ place }, i) => ({ place, vectors: arrived[i] }));
  }
  return results;
}

/** For vectors, and for texts that are this call's to encode. */
async function compareOwn(
  { encoder, query, kept, counts, signal }: Comparison,
  inputs: readonly JobInput[],
): Promise<TextResult[]> {
  if (inputs.length === 0) return [];
  const claimed = new Set(inputs.filter((input) => typeof input === "string"));
  counts.cache.misses += claimed.size;
  counts.cache.hits += inputs.length - claimed.size;
  // As they come: a call that is aborted leaves whole vectors behind, and a long one does not hold them all.
  const keep = (place: number, result: TextResult) => {
    if (result.vectors) {
      const text = inputs[place] as string;
      kept.keep(text, result.vectors);
      claimed.delete(text);
    }
    delete result.vectors;
  };
  try {
    const { results, stats } = await encoder.documents({ query, keep: kept.keeps }, inputs, signal, keep);
    addStats(counts, stats);
    return results;
  } finally {
    for (const text of claimed) kept.giveUp(text);
  }
}
