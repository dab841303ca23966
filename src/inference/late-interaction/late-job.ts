import {
  cosine,
  type Directions,
  directions,
  LOWEST_SIMILARITY,
  maxSim,
  type QueryMatrix,
  queryMatrix,
} from "../../kernel/max-sim.js";
import type { JobInput, LateJob, PartedText, PassageVectors, TextResult, TokenVectors } from "../protocol.js";
import { cutPassages, PASSAGE_LENGTH } from "../tokenizer/passages.js";
import { type Encoded, encodeSequence, queryTokens, type TemplatePart } from "../tokenizer/sequences.js";
import type { LoadedModel } from "../worker/loaded-model.js";
import { type Item, PASSAGE_OVERLAP, type Work } from "../worker/work.js";
import { comparePartsWith, partRows, tokenEnds } from "./compare-parts.js";
import { frameQuery, type LateFraming, leadingTokens } from "./framing.js";

/** The matrix of each job's query. */
const matrices = new WeakMap<LateJob, QueryMatrix>();

/** Late interaction: computes token vectors of texts and the MaxSim of documents with a query. */
export function planLateJob(model: LoadedModel, job: LateJob, inputs: readonly JobInput[], maxLength: number): Work {
  const weight = pooledWeight(model, job);
  const skipped = job.role === "document" ? model.late!.skipped : NONE;
  const framing = frame(model.late!, job, maxLength);
  const parts = (input: JobInput, encoded: Encoded, vectors: TokenVectors) =>
    typeof input !== "string" && "text" in input
      ? compareParts(model, job, input, { encoded, vectors, framing, skipped, weight })
      : {};
  return {
    items: encode(model, job, inputs, framing),
    read({ values, dims, pooled }, row, { text, encoded, span }) {
      const [, width = 0, dimension = 0] = dims;
      if (weight > 0 && !pooled)
        throw new Error("the model has no output for whole texts. Omit `pooledWeight`, or set it to 0.");
      const own = values.subarray(row * width * dimension);
      const tokens = tokenDirections(job.role, own, dimension, encoded.ids, skipped);
      const { truncated } = encoded;
      const whole = weight > 0 ? { pooled: wholeDirection(job.role, pooled!, row) } : {};
      const vectors = { dimension, passages: [{ values: tokens, ...whole, ...(span ? { span } : {}) }], truncated };
      const found = { ...compare(job, vectors, weight), ...parts(inputs[text]!, encoded, vectors) };
      return { ...found, ...(job.keep ? { vectors } : {}) };
    },
    combine,
    known: inputs.map((input) => {
      if (typeof input === "string") return undefined;
      if (!("text" in input)) return compare(job, input, weight);
      if (!input.vectors) return undefined;
      const encoded = encodeWhole(model, job, input.text, framing);
      return { ...compare(job, input.vectors, weight), ...parts(input, encoded, input.vectors) };
    }),
  };
}

/** What surrounds the texts of a job, and how many tokens they may have. */
interface Framing {
  template: readonly TemplatePart[];
  length: number;
  /** Tokens of the text itself. */
  room: number;
}

function frame(late: LateFraming, job: LateJob, maxLength: number): Framing {
  const { template, specials, length: limit = maxLength } = late[job.role];
  const length = Math.min(job.length ?? limit, maxLength);
  return { template, length, room: Math.max(0, length - specials) };
}

/** Encodes a text in one piece. */
function encodeWhole(model: LoadedModel, job: LateJob, text: string, { template, length, room }: Framing): Encoded {
  const { tokenizer } = model;
  if (job.role === "query") {
    // A query length is part of a model's format, and its reference implementation keeps the beginning.
    const hasLimit = job.length !== undefined || model.late!.query.length !== undefined;
    const ids = hasLimit ? tokenizer.encodeUpTo(job.prefix + text, room) : [];
    const found = hasLimit ? { ids, truncated: ids.length > room } : queryTokens(tokenizer, job.prefix, text, room);
    return frameQuery(template, length, found, model.late!);
  }
  return encodeSequence(template, length, tokenizer.encodeUpTo(job.prefix + text, room));
}

/** Finds the vectors of a text's parts and, if the job has a query, compares each part with it. */
function compareParts(
  model: LoadedModel,
  job: LateJob,
  { text, parts }: PartedText,
  of: { encoded: Encoded; vectors: TokenVectors; framing: Framing; skipped: ReadonlySet<number>; weight: number },
): Pick<TextResult, "rows" | "parts"> {
  const { tokenizer } = model;
  const { room, template } = of.framing;
  const countTokens = (piece: string) => tokenizer.encode(piece).length;
  const prefix = job.prefix === "" ? 0 : countTokens(job.prefix);
  const total = tokenizer.encodeUpTo(job.prefix + text, room).length - prefix;
  const ends = tokenEnds(text, parts, Math.min(total, room - prefix), of.encoded.truncated, countTokens);
  const rows = partRows(of.encoded, leadingTokens(template) + prefix, ends, of.skipped);
  if (!job.query) return { rows };
  const passage = of.vectors.passages[0]!;
  const matrix = matrixOf(job);
  const whole = of.weight > 0 ? of.weight * cosine(job.query.passages[0]!.pooled!, passage.pooled!) : 0;
  const counted = job.queryRows ?? [0, matrix.tokens];
  const results = comparePartsWith(matrix, passage.values, rows, counted).map(({ similarity, cosines }) => ({
    similarity: (1 - of.weight) * similarity + whole,
    cosines,
  }));
  return { rows, parts: results };
}

function* encode(model: LoadedModel, job: LateJob, inputs: readonly JobInput[], framing: Framing): Iterable<Item> {
  const { tokenizer } = model;
  const { template, length, room } = framing;
  const isQuery = job.role === "query";
  const encodeText = (text: string) => tokenizer.encode(job.prefix + text);
  const split = job.longDocuments === "max-passage" && !isQuery;
  const fits = Math.min(room, (split ? job.passageLength : undefined) ?? room);
  const prefixed = job.prefix === "" ? 0 : encodeText("").length;
  const limit = Math.max(1, Math.min(fits, job.passageLength ?? PASSAGE_LENGTH) - prefixed);
  const overlap = Math.floor(limit * (job.passageOverlap ?? PASSAGE_OVERLAP));
  for (const [text, input] of inputs.entries()) {
    if (typeof input !== "string") {
      if ("text" in input && !input.vectors) yield { text, encoded: encodeWhole(model, job, input.text, framing) };
      continue;
    }
    if (isQuery) {
      yield { text, encoded: encodeWhole(model, job, input, framing) };
      continue;
    }
    const ids = tokenizer.encodeUpTo(job.prefix + input, fits);
    if (!split || ids.length <= fits) {
      yield { text, encoded: encodeSequence(template, length, ids) };
    } else {
      for (const span of cutPassages(input, limit, overlap, (piece) => tokenizer.encode(piece).length)) {
        const encoded = encodeSequence(template, length, encodeText(input.slice(span.start, span.end)));
        yield { text, encoded, span };
      }
    }
  }
}

function combine(a: TextResult, b: TextResult): TextResult {
  const lead = (a.similarity ?? 0) - (b.similarity ?? 0) || (b.passage?.start ?? 0) - (a.passage?.start ?? 0);
  const best = lead >= 0 ? a : b;
  const passages = [...(a.vectors?.passages ?? []), ...(b.vectors?.passages ?? [])].sort(byStart);
  const truncated = a.truncated || b.truncated;
  return { ...best, truncated, ...(a.vectors ? { vectors: { ...a.vectors, passages, truncated } } : {}) };
}

function pooledWeight({ late }: LoadedModel, job: LateJob): number {
  return job.pooledWeight ?? late!.pooledWeight;
}

const NONE: ReadonlySet<number> = new Set();

function byStart(a: PassageVectors, b: PassageVectors): number {
  return (a.span?.start ?? 0) - (b.span?.start ?? 0);
}

function matrixOf(job: LateJob): QueryMatrix {
  const known = matrices.get(job);
  if (known) return known;
  const { passages, dimension } = job.query!;
  const matrix = queryMatrix(passages[0]!.values, dimension);
  matrices.set(job, matrix);
  return matrix;
}

/** Compares a document with the job's query. The best passage counts. */
function compare(job: LateJob, { passages, truncated }: TokenVectors, weight: number): TextResult {
  if (!job.query) return { truncated };
  const matrix = matrixOf(job);
  const whole = job.query.passages[0]?.pooled;
  let similarity = LOWEST_SIMILARITY;
  let best: PassageVectors | undefined;
  for (const passage of passages) {
    const late = maxSim(matrix, passage.values);
    const found = weight > 0 ? (1 - weight) * late + weight * cosine(whole!, passage.pooled!) : late;
    if (best && found <= similarity) continue;
    similarity = found;
    best = passage;
  }
  return { similarity, truncated, ...(best?.span ? { passage: best.span } : {}) };
}

/**
 * The directions of the vectors of a text's tokens.
 *
 * @param vectors One after the other.
 * @param skipped Ids of tokens whose vectors do not count.
 * @throws Error if a number is NaN or infinite.
 */
export function tokenDirections(
  role: LateJob["role"],
  vectors: Float32Array,
  dimension: number,
  ids: readonly number[],
  skipped: ReadonlySet<number>,
): Directions {
  const counted = ids.flatMap((id, position) => (skipped.has(id) ? [] : [position]));
  const rows = new Float32Array(counted.length * dimension);
  for (const [row, position] of counted.entries())
    rows.set(vectors.subarray(position * dimension, (position + 1) * dimension), row * dimension);
  return directions(role, rows, dimension);
}

/** The direction of one row of the pooled output. */
function wholeDirection(
  role: LateJob["role"],
  { values, dimension }: { values: Float32Array; dimension: number },
  row: number,
): Directions {
  return directions(role, values.subarray(row * dimension, (row + 1) * dimension), dimension);
}
