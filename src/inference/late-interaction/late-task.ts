import type { LateJob, PassageVectors, TextResult, TokenVectors } from "../protocol.js";
import { encodeSequence } from "../tokenizer/pair-encoding.js";
import { cutPassages, PASSAGE_LENGTH } from "../tokenizer/passages.js";
import type { LoadedModel } from "../worker/loaded-model.js";
import { OVERLAP, type Task } from "../worker/task.js";
import { frameQuery, textRoom, withMarker } from "./framing.js";
import { LOWEST_SIMILARITY, maxSim, type QueryMatrix, queryMatrix } from "./max-sim.js";
import { cosine, readPooled } from "./pooled-vector.js";
import { readTokenVectors } from "./token-vectors.js";

/** Queries in the form that is fast to compare, by the job that they came with. */
const matrices = new WeakMap<LateJob, QueryMatrix>();

/** Late interaction: token vectors of texts, and MaxSim of documents with a query. */
export const LATE: Task<LateJob> = {
  encode(model, job, inputs, maxLength) {
    const { tokenizer } = model;
    const late = model.late!;
    const isQuery = job.role === "query";
    const own = isQuery ? late.queryLength : late.documentLength;
    const length = Math.min(job.length ?? own ?? maxLength, maxLength);
    const template = withMarker(tokenizer.templates.single, isQuery ? late.queryMarker : late.documentMarker);
    const encode = (text: string) => tokenizer.encode(job.prefix + text);
    const room = textRoom(template, length);
    const split = job.longDocuments === "max-passage" && !isQuery;
    const fits = Math.min(room, (split ? job.passageLength : undefined) ?? room);
    const prefixed = job.prefix === "" ? 0 : encode("").length;
    const limit = Math.max(1, Math.min(fits, job.passageLength ?? PASSAGE_LENGTH) - prefixed);
    return inputs.flatMap((input, text) => {
      if (typeof input !== "string") return [];
      const ids = tokenizer.encodeUpTo(job.prefix + input, fits);
      if (isQuery) return [{ text, encoded: frameQuery(template, length, ids, late) }];
      if (!split || ids.length <= fits) return [{ text, encoded: encodeSequence(template, length, ids) }];
      const overlap = Math.floor(limit * (job.passageOverlap ?? OVERLAP));
      return cutPassages(input, limit, overlap, (piece) => tokenizer.encode(piece).length).map((span) => {
        const encoded = encodeSequence(template, length, encode(input.slice(span.start, span.end)));
        return { text, encoded, span };
      });
    });
  },

  read(model, job, { values, dims, pooled }, row, { encoded, span }) {
    const [, width = 0, dimension = 0] = dims;
    const weight = pooledWeight(model, job);
    if (weight > 0 && !pooled)
      throw new Error("it has no output for whole texts; leave `pooledWeight` out, or set it to 0");
    const skipped = job.role === "document" ? model.late!.skipped : NONE;
    const own = readTokenVectors(values, row * width * dimension, dimension, encoded, skipped);
    const { truncated } = encoded;
    const whole = weight > 0 ? { pooled: readPooled(pooled!.values, row, pooled!.dimension) } : {};
    const vectors = { dimension, passages: [{ values: own, ...whole, ...(span ? { span } : {}) }], truncated };
    return { ...compare(job, vectors, weight), ...(job.keep ? { vectors } : {}) };
  },

  combine(a, b) {
    const lead = (a.similarity ?? 0) - (b.similarity ?? 0) || (b.passage?.start ?? 0) - (a.passage?.start ?? 0);
    const best = lead >= 0 ? a : b;
    const passages = [...(a.vectors?.passages ?? []), ...(b.vectors?.passages ?? [])].sort(byPlace);
    const truncated = a.truncated || b.truncated;
    return { ...best, truncated, ...(a.vectors ? { vectors: { ...a.vectors, passages, truncated } } : {}) };
  },

  known: (model, job, input) => (typeof input === "string" ? undefined : compare(job, input, pooledWeight(model, job))),
};

function pooledWeight({ late }: LoadedModel, job: LateJob): number {
  return job.pooledWeight ?? late!.pooledWeight;
}

const NONE: ReadonlySet<number> = new Set();

function byPlace(a: PassageVectors, b: PassageVectors): number {
  return (a.span?.start ?? 0) - (b.span?.start ?? 0);
}

/** A document beside the job's query: its best passage. */
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
