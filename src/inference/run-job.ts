import { cutBatches } from "./batching.js";
import type { LoadedModel } from "./loaded-model.js";
import { countSpecials, type Encoded, encodeSequence, pairRoom } from "./pair-encoding.js";
import { cutPassages, PASSAGE_LENGTH } from "./passages.js";
import { normalizeVector, POOLINGS } from "./pooling.js";
import { encodePrompts } from "./prompt-encoding.js";
import type { Job, JobStats, PairJob, TextResult, VectorJob } from "./protocol.js";

/** A sequence to run, and the text that it is of. */
interface Item {
  text: number;
  encoded: Encoded;
  span?: { start: number; end: number };
}

/** How a kind of job turns texts into sequences, and outputs into results. */
interface Task<J extends Job> {
  encode(model: LoadedModel, job: J, texts: readonly string[], maxLength: number): Item[];
  /** What row `row` of an output says of its item. */
  read(model: LoadedModel, job: J, values: Float32Array, dims: readonly number[], row: number, item: Item): TextResult;
}

/** A quarter of a passage is shared with the one before, so that an answer cut by one edge stands whole in the next. */
const OVERLAP = 0.25;

const TASKS: { pairs: Task<PairJob>; vectors: Task<VectorJob> } = {
  pairs: {
    encode(model, job, texts, maxLength) {
      const { tokenizer, prompt } = model;
      const split = job.longDocuments === "max-passage";
      const passages = split ? { length: job.passageLength, overlap: job.passageOverlap ?? OVERLAP } : undefined;
      if (prompt) {
        const instructed = { ...prompt, instruction: job.instruction ?? prompt.instruction };
        const prompted = encodePrompts(tokenizer, instructed, job.query, texts, maxLength, passages);
        return prompted.flatMap((own, text) => own.map((passage) => ({ text, ...passage })));
      }
      const template = tokenizer.templates.pair;
      const queryIds = tokenizer.encodeUpTo(job.query, maxLength);
      const room = pairRoom(template, maxLength, queryIds.length).document;
      const fits = Math.min(room, passages?.length ?? room);
      const limit = Math.min(room, passages?.length ?? PASSAGE_LENGTH);
      return texts.flatMap((text, index): Item[] => {
        const ids = tokenizer.encodeUpTo(text, fits);
        const whole = { text: index, encoded: encodeSequence(template, maxLength, queryIds, ids) };
        if (!passages || ids.length <= fits) return [whole];
        const count = (piece: string) => tokenizer.encode(piece).length;
        return cutPassages(text, limit, Math.floor(limit * passages.overlap), count).map((span) => {
          const encoded = encodeSequence(
            template,
            maxLength,
            queryIds,
            tokenizer.encode(text.slice(span.start, span.end)),
          );
          return { text: index, encoded, span };
        });
      });
    },
    read(_, __, values, dims, row, { encoded, span }) {
      const labels = dims.at(-1)!;
      const logit = labels === 2 ? values[row * 2 + 1]! - values[row * 2]! : values[row]!;
      return { logit, truncated: encoded.truncated, ...(span ? { passage: span } : {}) };
    },
  },
  vectors: {
    encode({ tokenizer }, { prefix }, texts, maxLength) {
      const template = tokenizer.templates.single;
      const room = maxLength - countSpecials(template);
      return texts.map((text, index) => ({
        text: index,
        encoded: encodeSequence(template, maxLength, tokenizer.encodeUpTo(prefix + text, room)),
      }));
    },
    read(model, { pooling, normalize }, values, dims, row, { encoded }) {
      const dimension = dims.at(-1)!;
      const pool = dims.length === 2 ? POOLINGS.cls : POOLINGS[pooling ?? model.info.pooling ?? "mean"];
      const rowStart = row * (dims.length === 2 ? dimension : dims[1]! * dimension);
      const pooled = pool(values, rowStart, encoded.ids.length, dimension);
      const vector = (model.modules?.steps ?? []).reduce((input, step) => step(input), pooled);
      return { vector: normalize ? normalizeVector(vector) : vector, truncated: encoded.truncated };
    },
  },
};

/** Of two passages of one text, the one that speaks for it. */
function better(a: TextResult | undefined, b: TextResult): TextResult {
  return a === undefined || (b.logit ?? 0) > (a.logit ?? 0) ? b : a;
}

/**
 * Runs a job on one loaded model: encode, sort by length, run batch by batch, scatter back.
 *
 * @param isCancelled Asked between batches; true ends the work with undefined.
 * @returns One result a text, in the order given.
 */
export async function runJob(
  model: LoadedModel,
  job: Job,
  texts: readonly string[],
  isCancelled: () => boolean,
): Promise<{ results: TextResult[]; stats: JobStats } | undefined> {
  const task = TASKS[job.task] as Task<Job>;
  const maxLength = Math.min(job.maxLength ?? model.info.maxLength, model.info.maxLength);
  const tokenizing = performance.now();
  const items = task.encode(model, job, texts, maxLength);
  const lengths = items.map(({ encoded }) => encoded.ids.length);
  const batches = cutBatches(lengths, job.batchTokens ?? 1);
  const stats: JobStats = { batches: 0, tokens: 0, tokenize: performance.now() - tokenizing, inference: 0 };
  const results: TextResult[] = new Array(texts.length);
  for (const batch of batches) {
    if (isCancelled()) return undefined;
    const started = performance.now();
    const { values, dims, tokens, release } = await model.head.run(batch.map((place) => items[place]!.encoded));
    batch.forEach((place, row) => {
      const item = items[place]!;
      results[item.text] = better(results[item.text], task.read(model, job, values, dims, row, item));
    });
    release();
    stats.batches += 1;
    stats.tokens += tokens;
    stats.inference += performance.now() - started;
    await model.platform.yieldToMessages();
  }
  return { results, stats };
}
