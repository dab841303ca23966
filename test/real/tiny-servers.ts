import { dirname, join } from "node:path";
import { type RunningServer, startProcess } from "./processes.js";

/** The tiny models that the setup scripts of vLLM and Infinity make, next to their environments. */
export const tinyModel = (program: string, name: "cross-encoder" | "decider"): string =>
  join(dirname(program), "../../tiny-models", name);

/** vLLM takes minutes to start while others use the processor. */
const PATIENCE = 600_000;

/** Starts vLLM over a folder, which is also the model's name unless `more` has another. */
export function startVllm(program: string, folder: string, more: readonly string[]): Promise<RunningServer> {
  const limits = ["--dtype", "float32", "--max-num-seqs", "16", "--served-model-name", "tiny"];
  return startProcess(
    program,
    (port) => ["serve", folder, ...limits, ...more, "--host", "127.0.0.1", "--port", `${port}`],
    "/health",
    () => ({ VLLM_CPU_KVCACHE_SPACE: "1", HF_HUB_OFFLINE: "1", VLLM_NO_USAGE_STATS: "1", OMP_NUM_THREADS: "2" }),
    PATIENCE,
  );
}

/** Starts Infinity over a folder, under the model name `tiny`. */
export function startInfinity(program: string, folder: string, more: readonly string[] = []): Promise<RunningServer> {
  const model = ["--model-id", folder, "--served-model-name", "tiny", "--engine", "torch", "--device", "cpu"];
  const plain = ["--dtype", "float32", "--no-bettertransformer", "--no-model-warmup"];
  return startProcess(
    program,
    (port) => ["v2", ...model, ...plain, ...more, "--host", "127.0.0.1", "--port", `${port}`],
    "/health",
    () => ({ HF_HUB_OFFLINE: "1", DO_NOT_TRACK: "1", INFINITY_ANONYMOUS_USAGE_STATS: "0" }),
    PATIENCE,
  );
}
