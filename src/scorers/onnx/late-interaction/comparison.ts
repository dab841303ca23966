import { OpenOnce, SharedTask } from "../../../abort.js";
import { ModelIntegrityError } from "../../../errors.js";
import type { OnnxModel } from "../../../inference/engine/onnx-model.js";
import type {
  JobInput,
  JobStats,
  LateJob,
  PassageOptions,
  TextResult,
  TokenVectors,
} from "../../../inference/protocol.js";
import { lengthsOf } from "../../../kernel/max-sim.js";
import type { TextSpan } from "../../../text-span.js";
import type { ScorerReport } from "../../relevance-scorer.js";
import type { OnnxLateInteractionOptions } from "./options.js";
import type { SharedVectors } from "./shared-vectors.js";

/** Statistics of one call. */
export type Counts = Required<Pick<ScorerReport, "batches" | "tokens">> & {
  milliseconds: { tokenize: number; inference: number; compare: number };
  cache: { hits: number; stored: number; misses: number; damaged: number };
};

export function startCounts(): Counts {
  return {
    ...{ batches: 0, tokens: 0, milliseconds: { tokenize: 0, inference: 0, compare: 0 } },
    cache: { hits: 0, stored: 0, misses: 0, damaged: 0 },
  };
}

export function addStats(counts: Counts, { batches, tokens, ...milliseconds }: JobStats): void {
  counts.batches += batches;
  counts.tokens += tokens;
  for (const stage of ["tokenize", "inference", "compare"] as const) counts.milliseconds[stage] += milliseconds[stage];
}

/** An encoded query and the statistics of encoding it. */
export interface EncodedQuery {
  vectors: TokenVectors;
  /** Offset that the query alone adds to the scores of all texts. */
  offset: number;
  stats: JobStats;
}

/** Encodes queries and documents with one model and one set of options. */
export class LateEncoder {
  /** How long documents are read, with the default filled in. */
  readonly passages: PassageOptions;
  readonly #model: OnnxModel;
  /** What the jobs of each role have in common. */
  readonly #jobs: Record<LateJob["role"], Omit<LateJob, "keep">>;
  readonly #offset: OpenOnce<(query: TokenVectors) => number>;

  constructor(model: OnnxModel, options: OnnxLateInteractionOptions) {
    this.#model = model;
    const { maxLength, queryLength, pooledWeight, longDocuments = "truncate", passageLength, passageOverlap } = options;
    this.passages = { longDocuments, passageLength, passageOverlap };
    this.#offset = new OpenOnce(async (stop) => {
      // The offset belongs to the scores that the model's own weight gives.
      if (pooledWeight !== undefined) return () => 0;
      const { readText } = await model.located(stop);
      return readQueryOffset(model.name, readText);
    });
    const { queryPrefix = "", documentPrefix = "" } = model.entry ?? {};
    const shared = { task: "late" as const, pooledWeight, ...this.passages };
    this.#jobs = {
      query: { ...shared, role: "query", prefix: queryPrefix, length: queryLength },
      document: { ...shared, role: "document", prefix: documentPrefix, length: maxLength },
    };
  }

  async query(query: string, signal: AbortSignal): Promise<EncodedQuery> {
    const { results, stats } = await this.#run({ role: "query", keep: true }, [query], signal);
    const vectors = results[0]!.vectors!;
    const offsetOf = await this.#offset.get(signal);
    return { vectors, offset: offsetOf(vectors), stats };
  }

  /** Where the tokens of a query's parts are among its vectors. */
  async queryRows(
    query: string,
    parts: readonly TextSpan[],
    signal: AbortSignal,
  ): Promise<NonNullable<TextResult["rows"]>> {
    const { results } = await this.#run({ role: "query", keep: false }, [{ text: query, parts }], signal);
    return results[0]!.rows!;
  }

  /** Compares documents with a query. Texts are encoded first; with `keep`, `onResult` receives their vectors. */
  documents(
    what: Pick<LateJob, "query" | "queryRows" | "keep" | "pooledWeight">,
    inputs: readonly JobInput[],
    signal: AbortSignal,
    onResult?: (index: number, result: TextResult) => void,
  ) {
    return this.#run({ role: "document", ...what }, inputs, signal, onResult);
  }

  #run(
    what: Pick<LateJob, "role" | "query" | "queryRows" | "keep" | "pooledWeight">,
    inputs: readonly JobInput[],
    signal: AbortSignal,
    onResult?: (index: number, result: TextResult) => void,
  ) {
    const job = { ...this.#jobs[what.role], ...what };
    return this.#model.run(job, inputs, { signal, onResult });
  }
}

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

/** Number of texts that are looked up and compared together, so that memory is limited in calls with many texts. */
const WAVE = 256;

/** What stays the same within one call. */
export interface Comparison {
  encoder: LateEncoder;
  query: TokenVectors;
  /** Offset that the query alone adds to the scores of all texts. */
  offset: number;
  cached: SharedVectors;
  counts: Counts;
  signal: AbortSignal;
}

/** Compares distinct texts with a query. One result per text. */
export async function compareDocuments(call: Comparison, texts: readonly string[]): Promise<Map<string, TextResult>> {
  const results = new Map<string, TextResult>();
  for (let start = 0; start < texts.length; start += WAVE) {
    const wave = texts.slice(start, start + WAVE);
    const found = await compareWave(call, wave);
    for (const [index, text] of wave.entries()) results.set(text, found[index]!);
  }
  return results;
}

/** Encodes the texts without cached vectors, unless another call is encoding them. */
async function compareWave(call: Comparison, texts: readonly string[]): Promise<TextResult[]> {
  const { cached, counts, signal } = call;
  const found = await Promise.all(texts.map((text) => cached.find(text)));
  for (const { stored, damaged } of found) {
    counts.cache.stored += stored ? 1 : 0;
    counts.cache.damaged += damaged ? 1 : 0;
  }
  const results: TextResult[] = new Array(texts.length);
  let left = found.map(({ vectors }, index) => ({ index, vectors }));
  while (left.length > 0) {
    const now: { index: number; input: JobInput }[] = [];
    const others: { index: number; coming: Promise<TokenVectors | undefined> }[] = [];
    for (const { index, vectors } of left) {
      const claimed = vectors ?? cached.claim(texts[index]!);
      if (claimed instanceof Promise) others.push({ index, coming: claimed });
      else now.push({ index, input: claimed ?? texts[index]! });
    }
    const found = await compareClaimed(
      call,
      now.map(({ input }) => input),
    );
    for (const [i, { index }] of now.entries()) results[index] = found[i]!;
    // Waits only after its own texts are done, so that no two calls wait for each other.
    const coming = new SharedTask(() => Promise.all(others.map(({ coming }) => coming)));
    const arrived = await coming.join(signal);
    left = others.map(({ index }, i) => ({ index, vectors: arrived[i] }));
  }
  return results;
}

/** Compares cached vectors, and texts that this call has to encode. */
async function compareClaimed(
  { encoder, query, cached, counts, signal }: Comparison,
  inputs: readonly JobInput[],
): Promise<TextResult[]> {
  if (inputs.length === 0) return [];
  const claimed = new Set(inputs.filter((input) => typeof input === "string"));
  counts.cache.misses += claimed.size;
  counts.cache.hits += inputs.length - claimed.size;
  // Added as they arrive, so that an aborted call leaves complete vectors and a long call does not hold all of them.
  const add = (index: number, result: TextResult) => {
    if (result.vectors) {
      const text = inputs[index] as string;
      cached.add(text, result.vectors);
      claimed.delete(text);
    }
    delete result.vectors;
  };
  try {
    const { results, stats } = await encoder.documents({ query, keep: cached.caches }, inputs, signal, add);
    addStats(counts, stats);
    return results;
  } finally {
    for (const text of claimed) cached.giveUp(text);
  }
}
