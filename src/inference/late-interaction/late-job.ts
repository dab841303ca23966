import type { JobInput, LateJob, PassageVectors, TextResult, TokenVectors } from "../protocol.js";
import { encodeSequence } from "../tokenizer/pair-encoding.js";
import { cutPassages, PASSAGE_LENGTH } from "../tokenizer/passages.js";
import type { LoadedModel } from "../worker/loaded-model.js";
import { type Item, PASSAGE_OVERLAP, type Work } from "../worker/work.js";
import { frameQuery, textRoom, withMarker } from "./framing.js";
import { LOWEST_SIMILARITY, maxSim } from "./max-sim.js";
import { cosine, readPooled } from "./pooled-vector.js";
import { type QueryMatrix, queryMatrix } from "./query-matrix.js";
import { readTokenVectors } from "./token-vectors.js";

/** The matrix of each job's query. */
const matrices = new WeakMap<LateJob, QueryMatrix>();

/** Late interaction: computes token vectors of texts and the MaxSim of documents with a query. */
export function planLateJob(model: LoadedModel, job: LateJob, inputs: readonly JobInput[], maxLength: number): Work {
  const weight = pooledWeight(model, job);
  const skipped = job.role === "document" ? model.late!.skipped : NONE;
  return {
    items: encode(model, job, inputs, maxLength),
    read({ values, dims, pooled }, row, { encoded, span }) {
      const [, width = 0, dimension = 0] = dims;
      if (weight > 0 && !pooled)
        throw new Error("the model has no output for whole texts. Omit `pooledWeight`, or set it to 0.");
      const tokens = readTokenVectors(values, row * width * dimension, dimension, encoded, skipped);
      const { truncated } = encoded;
      const whole = weight > 0 ? { pooled: readPooled(pooled!.values, row, pooled!.dimension) } : {};
      const vectors = { dimension, passages: [{ values: tokens, ...whole, ...(span ? { span } : {}) }], truncated };
      return { ...compare(job, vectors, weight), ...(job.keep ? { vectors } : {}) };
    },
    combine,
    known: inputs.map((input) => (typeof input === "string" ? undefined : compare(job, input, weight))),
  };
}

function* encode(model: LoadedModel, job: LateJob, inputs: readonly JobInput[], maxLength: number): Iterable<Item> {
  const { tokenizer } = model;
  const late = model.late!;
  const isQuery = job.role === "query";
  const limitOfRole = isQuery ? late.queryLength : late.documentLength;
  const length = Math.min(job.length ?? limitOfRole ?? maxLength, maxLength);
  const template = withMarker(tokenizer.templates.single, isQuery ? late.queryMarker : late.documentMarker);
  const encodeText = (text: string) => tokenizer.encode(job.prefix + text);
  const room = textRoom(template, length);
  const split = job.longDocuments === "max-passage" && !isQuery;
  const fits = Math.min(room, (split ? job.passageLength : undefined) ?? room);
  const prefixed = job.prefix === "" ? 0 : encodeText("").length;
  const limit = Math.max(1, Math.min(fits, job.passageLength ?? PASSAGE_LENGTH) - prefixed);
  const overlap = Math.floor(limit * (job.passageOverlap ?? PASSAGE_OVERLAP));
  for (const [text, input] of inputs.entries()) {
    if (typeof input !== "string") continue;
    const ids = tokenizer.encodeUpTo(job.prefix + input, fits);
    if (isQuery) {
      yield { text, encoded: frameQuery(template, length, ids, late) };
    } else if (!split || ids.length <= fits) {
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

/** Compares a document with the job's query. The best passage counts. */
function compare(job: LateJob, { passages, truncated }: TokenVectors, weight: number): TextResult {
  if (!job.query) return { truncated };
  let matrix = matrices.get(job);
  if (!matrix) {
    matrix = queryMatrix(job.query);
    matrices.set(job, matrix);
  }
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
