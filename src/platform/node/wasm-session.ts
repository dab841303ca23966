import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ModelSpec } from "../../inference/protocol.js";
import type { RuntimeSession } from "../../inference/worker/session.js";

export type WasmRuntime = typeof import("onnxruntime-web/wasm");

/** Opens a session in WebAssembly, with one thread: the engine's own worker threads share the work. */
export async function openWasmSession(
  { InferenceSession, env }: WasmRuntime,
  { folder, file }: ModelSpec,
): Promise<RuntimeSession> {
  env.wasm.numThreads = 1;
  const path = join(folder, file);
  const session = await InferenceSession.create(await readFile(path), {
    executionProviders: ["wasm"],
    executionMode: "sequential",
    // As with the native runtime.
    enableMemPattern: false,
    extra: { optimization: { disable_specified_optimizers: "SkipLayerNormFusion" } },
    externalData: await readExternalData(path),
  });
  const { inputNames, outputNames, inputMetadata } = session as unknown as RuntimeSession;
  const run: RuntimeSession["run"] = (feeds, fetches) => (session as unknown as RuntimeSession).run(feeds, fetches);
  return { runtime: "wasm", inputNames, outputNames, inputMetadata, run };
}

/** Weights in files next to the graph, whose names start with the graph's. WebAssembly cannot read files itself. */
async function readExternalData(path: string): Promise<{ path: string; data: Uint8Array }[]> {
  const [folder, graph] = [dirname(path), basename(path)];
  const names = (await readdir(folder)).filter((name) => name !== graph && name.startsWith(graph));
  return Promise.all(names.map(async (name) => ({ path: name, data: await readFile(join(folder, name)) })));
}
