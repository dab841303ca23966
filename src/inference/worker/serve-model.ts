import { planLateJob } from "../late-interaction/late-job.js";
import type { FromWorker, Job, JobInput, JobStats, PartedText, TextResult, ToWorker } from "../protocol.js";
import { toWire } from "../worker-fault.js";
import { type LoadedModel, loadModel } from "./loaded-model.js";
import { planPairJob } from "./pair-job.js";
import type { Platform } from "./session.js";
import { planVectorJob } from "./vector-job.js";
import type { Item, Work } from "./work.js";

/** The worker's end of the channel: Node's `parentPort`, or the global scope of a browser's worker. */
export interface WorkerPort {
  onMessage(handle: (message: ToWorker) => void): void;
  post(message: FromWorker, transfer: ArrayBuffer[]): void;
  /** Stops receiving messages, so that the thread ends. */
  close(): void;
}

/** Serves one model: loads it when asked to, then runs jobs one after the other. Cancellations are noticed between batches. */
export function serveModel(port: WorkerPort, platform: Platform): void {
  const pending = new Set<number>();
  const cancelled = new Set<number>();
  let model: Promise<LoadedModel> | undefined;
  let queue: Promise<void> = Promise.resolve();

  const load = async (message: ToWorker & { type: "load" }) => {
    model = loadModel(platform, message.spec);
    try {
      port.post({ type: "ready", info: (await model).info }, []);
    } catch (error) {
      port.post({ type: "failed", error: toWire(error) }, []);
    }
  };

  const run = async ({ id, job, inputs }: ToWorker & { type: "run" }) => {
    try {
      const done = await runJob((await model)!, job, inputs, () => cancelled.has(id));
      if (done) port.post({ type: "done", id, ...done }, done.results.flatMap(buffersOf));
      else port.post({ type: "cancelled", id }, []);
    } catch (error) {
      port.post({ type: "failed", id, error: toWire(error) }, []);
    } finally {
      pending.delete(id);
      cancelled.delete(id);
    }
  };

  port.onMessage((message) => {
    if (message.type === "cancel") {
      if (pending.has(message.id)) cancelled.add(message.id);
      return;
    }
    if (message.type === "stop") {
      for (const id of pending) cancelled.add(id);
      queue = queue.then(() => port.close());
      return;
    }
    if (message.type === "run") pending.add(message.id);
    queue = queue.then(() => (message.type === "load" ? load(message) : run(message)));
  });
}

/** The memory of a result that is transferred instead of copied. */
function buffersOf({ vector, vectors }: TextResult): ArrayBuffer[] {
  const passages = vectors?.passages.map(({ values }) => values.buffer) ?? [];
  return vector ? [vector.buffer as ArrayBuffer, ...passages] : passages;
}

/** Tokens that are encoded before they are run. Bounds the memory of long texts and the time until a cancellation is noticed. */
const WINDOW_TOKENS = 8192;

/**
 * Runs a job on a loaded model: encodes the texts, sorts them by length, runs them batch by batch, and puts the results in the order of
 * the inputs.
 *
 * @param isCancelled Asked before each batch; true ends the work with undefined.
 * @returns One result per input.
 */
async function runJob(
  model: LoadedModel,
  job: Job,
  inputs: readonly JobInput[],
  isCancelled: () => boolean,
): Promise<{ results: TextResult[]; stats: JobStats } | undefined> {
  const maxLength = Math.min(job.maxLength ?? model.info.maxLength, model.info.maxLength);
  const stats: JobStats = { batches: 0, tokens: 0, tokenize: 0, inference: 0, compare: 0 };
  const comparing = performance.now();
  const work = plan(model, job, inputs, maxLength);
  const results = inputs.map((_, index) => work.known?.[index]);
  if (work.known) stats.compare = performance.now() - comparing;
  const items = work.items[Symbol.iterator]();
  for (;;) {
    const started = performance.now();
    const window = takeWindow(items);
    stats.tokenize += performance.now() - started;
    if (window.length === 0) break;
    const lengths = window.map(({ encoded }) => encoded.ids.length);
    for (const batch of cutBatches(lengths, job.batchTokens ?? 1, model.head.maxRows)) {
      if (isCancelled()) return undefined;
      const running = performance.now();
      const output = await model.head.run(batch.map((index) => window[index]!.encoded));
      batch.forEach((index, row) => {
        const item = window[index]!;
        const [before, found] = [results[item.text], work.read(output, row, item)];
        results[item.text] = before ? work.combine(before, found) : found;
      });
      output.release();
      stats.batches += 1;
      stats.tokens += output.tokens;
      stats.inference += performance.now() - running;
      await model.platform.yieldToMessages();
    }
  }
  return { results: results as TextResult[], stats };
}

function plan(model: LoadedModel, job: Job, inputs: readonly JobInput[], maxLength: number): Work {
  if (job.task === "late") return planLateJob(model, job, inputs, maxLength);
  // Only late interaction encodes texts ahead, and vectors are computed of whole texts.
  if (job.task === "pairs") return planPairJob(model, job, inputs as readonly (string | PartedText)[], maxLength);
  return planVectorJob(model, job, inputs as readonly string[], maxLength);
}

function takeWindow(items: Iterator<Item>): Item[] {
  const window: Item[] = [];
  for (let tokens = 0; tokens < WINDOW_TOKENS; ) {
    const { value, done } = items.next();
    if (done) break;
    window.push(value);
    tokens += value.encoded.ids.length;
  }
  return window;
}

/**
 * Divides items into batches of similar length. Padding is the cost of a batch, so items are sorted by length first; and a batch whose
 * activations fit the core's cache runs faster than a larger one, so the budget is small.
 *
 * @param lengths Tokens of each item.
 * @param budget Maximum number of padded tokens (longest × count) per batch; a longer item gets a separate batch.
 * @param maxRows Maximum number of items per batch.
 * @returns Indices into `lengths`, longest first, each exactly once.
 */
export function cutBatches(lengths: readonly number[], budget: number, maxRows = Number.POSITIVE_INFINITY): number[][] {
  const order = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
  const batches: number[][] = [];
  for (const index of order) {
    const batch = batches.at(-1);
    if (batch && batch.length < maxRows && lengths[batch[0]!]! * (batch.length + 1) <= budget) batch.push(index);
    else batches.push([index]);
  }
  return batches;
}
