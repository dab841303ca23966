// The least that a model needs: sessions of onnxruntime-node in worker threads that do nothing else, with the settings of the engine. Tokens
// are placeholders, which take as much memory as real ones.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Starts sessions that each run sequences of these lengths. */
export async function startBareSessions(folder, lengths, count) {
  const path = fileURLToPath(import.meta.url);
  const workers = Array.from({ length: count }, () => new Worker(path, { workerData: { bare: { folder, lengths } } }));
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("message", resolve))));
  return () => Promise.all(workers.map((worker) => worker.terminate()));
}

if (workerData?.bare) {
  const { folder, lengths } = workerData.bare;
  const session = await InferenceSession.create(join(folder, "onnx/model_int8.onnx"), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    enableMemPattern: false,
    extra: { optimization: { disable_specified_optimizers: "SkipLayerNormFusion" } },
  });
  for (const length of lengths) {
    const filled = (value) => new Tensor("int64", new BigInt64Array(length).fill(value), [1, length]);
    const inputs = { input_ids: filled(1000n), attention_mask: filled(1n), token_type_ids: filled(0n) };
    await session.run(Object.fromEntries(session.inputNames.map((name) => [name, inputs[name]])));
  }
  // The listener keeps the thread and its session.
  parentPort.on("message", () => session);
  parentPort.postMessage("done");
}
