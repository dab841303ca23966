import { LATE } from "../late-interaction/late-task.js";
import type { Job, JobInput, JobStats, PairJob, TextResult, VectorJob } from "../protocol.js";
import { countSpecials, encodeSequence, pairRoom } from "../tokenizer/pair-encoding.js";
import { cutPassages, PASSAGE_LENGTH } from "../tokenizer/passages.js";
import { encodePrompts } from "../tokenizer/prompt-encoding.js";
import { cutBatches } from "./batches.js";
import type { LoadedModel } from "./loaded-model.js";
import { normalizeVector, POOLINGS } from "./pooling.js";
import { type Item, OVERLAP, type Task, textsOf } from "./task.js";

const TASKS: { pairs: Task<PairJob>; vectors: Task<VectorJob>; late: typeof LATE } = {
  pairs: {
    encode(model, job, inputs, maxLength) {
      const texts = textsOf(inputs);
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
    read(_, __, { values, dims }, row, { encoded, span }) {
      const labels = dims.at(-1)!;
      const logit = labels === 2 ? values[row * 2 + 1]! - values[row * 2]! : values[row]!;
      return { logit, truncated: encoded.truncated, ...(span ? { passage: span } : {}) };
    },
    combine: better,
  },
  vectors: {
    encode({ tokenizer }, { prefix }, inputs, maxLength) {
      const template = tokenizer.templates.single;
      const room = maxLength - countSpecials(template);
      return textsOf(inputs).map((text, index) => ({
        text: index,
        encoded: encodeSequence(template, maxLength, tokenizer.encodeUpTo(prefix + text, room)),
      }));
    },
    read(model, { pooling, normalize }, { values, dims }, row, { encoded }) {
      const dimension = dims.at(-1)!;
      const pool = dims.length === 2 ? POOLINGS.cls : POOLINGS[pooling ?? model.info.pooling ?? "mean"];
      const rowStart = row * (dims.length === 2 ? dimension : dims[1]! * dimension);
      const pooled = pool(values, rowStart, encoded.ids.length, dimension);
      const vector = (model.modules?.steps ?? []).reduce((input, step) => step(input), pooled);
      const { truncated, ids } = encoded;
      return { vector: normalize ? normalizeVector(vector) : vector, truncated, tokens: ids.length };
    },
    combine: (_, last) => last,
  },
  late: LATE,
};

/** Of two passages of one text, the one that speaks for it. */
function better(a: TextResult, b: TextResult): TextResult {
  // A logit that is no number must come to light, not lose to its neighbours.
  return Number.isNaN(b.logit) || (b.logit ?? 0) > (a.logit ?? 0) ? b : a;
}

/**
 * Runs a job on one loaded model: encode, sort by length, run batch by batch, scatter back.
 *
 * @param isCancelled Asked between batches; true ends the work with undefined.
 * @returns One result an input, in the order given.
 */
export async function runJob(
  model: LoadedModel,
  job: Job,
  inputs: readonly JobInput[],
  isCancelled: () => boolean,
): Promise<{ results: TextResult[]; stats: JobStats } | undefined> {
  const task = TASKS[job.task] as Task<Job>;
  const maxLength = Math.min(job.maxLength ?? model.info.maxLength, model.info.maxLength);
  const tokenizing = performance.now();
  const items = task.encode(model, job, inputs, maxLength);
  const lengths = items.map(({ encoded }) => encoded.ids.length);
  const batches = cutBatches(lengths, job.batchTokens ?? 1);
  const stats: JobStats = { batches: 0, tokens: 0, tokenize: performance.now() - tokenizing, inference: 0, compare: 0 };
  const comparing = performance.now();
  const results = inputs.map((input) => task.known?.(model, job, input));
  stats.compare = performance.now() - comparing;
  for (const batch of batches) {
    if (isCancelled()) return undefined;
    const started = performance.now();
    const output = await model.head.run(batch.map((place) => items[place]!.encoded));
    batch.forEach((place, row) => {
      const item = items[place]!;
      const [before, found] = [results[item.text], task.read(model, job, output, row, item)];
      results[item.text] = before ? task.combine(before, found) : found;
    });
    output.release();
    stats.batches += 1;
    stats.tokens += output.tokens;
    stats.inference += performance.now() - started;
    await model.platform.yieldToMessages();
  }
  return { results: results as TextResult[], stats };
}
