import type { FromWorker, TextResult, ToWorker } from "../protocol.js";
import { toWire } from "../worker-fault.js";
import { type LoadedModel, loadModel } from "./loaded-model.js";
import { runJob } from "./run-job.js";
import type { Platform } from "./session.js";

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
