import type { Pooling } from "../../models/types.js";
import type { ModelLocation } from "../protocol.js";
import type { Platform } from "../worker/session.js";
import { WorkerFault } from "../worker-fault.js";
import { readSafetensors, type Weights } from "./safetensors.js";

/** A step after pooling: one vector in, one out. */
type Step = (vector: Float32Array) => Float32Array;

/** What sentence-transformers stores next to the graph: how to pool, and the layers after it. */
export interface ModuleChain {
  pooling: Pooling | undefined;
  steps: Step[];
  /** True if a module pools the token vectors, so that the steps apply to whole texts. */
  pooled: boolean;
  /** Dimensions of a vector before and after the steps, if there are dense layers among them. */
  sizes: { inputs: number; outputs: number } | undefined;
  /** Activation that the model's files name for its score. */
  activation: "sigmoid" | "identity" | undefined;
}

interface ModuleEntry {
  path: string;
  type: string;
}

type Config = Record<string, unknown>;

/** Activations of dense layers, by the names of their torch classes. */
const ACTIVATIONS: Record<string, (x: number) => number> = {
  Identity: (x) => x,
  Tanh: Math.tanh,
  ReLU: (x) => Math.max(0, x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  GELU: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
};

/** Modules that compute something. `Transformer` is the graph itself, and normalizing is an option of the caller. */
const STEPS: Record<string, (config: Config, weights: Map<string, Weights>) => Step> = {
  Dense: (config, weights) => {
    const name = String(config.activation_function ?? "torch.nn.modules.activation.Tanh").replace(/.*\./, "");
    const activation = ACTIVATIONS[name];
    if (!activation) throw new Error(`the activation ${name} is not supported`);
    const layer = dense(tensor(weights, "linear.weight"), weights.get("linear.bias"), activation);
    return config.use_residual ? withResidual(layer, weights.get("residual.weight")) : layer;
  },
  LayerNorm: (_, weights) => layerNorm(tensor(weights, "norm.weight"), tensor(weights, "norm.bias")),
};

const WITHOUT_STEP = new Set(["Transformer", "Pooling", "Normalize"]);

const NO_STEPS: Omit<ModuleChain, "pooling"> = { steps: [], pooled: true, sizes: undefined, activation: undefined };

/**
 * Reads the modules of a model folder.
 *
 * @returns undefined if the folder has no `modules.json`.
 * @throws WorkerFault for an unsupported module, because the vectors would be wrong without it.
 */
export async function readModules(
  platform: Platform,
  location: ModelLocation,
  model: string,
): Promise<ModuleChain | undefined> {
  const fault = (file: string, problem: string) => new WorkerFault({ kind: "integrity", model, file, problem });
  const entries = (await platform.readJsonIfAny(location, "modules.json")) as ModuleEntry[] | undefined;
  const pooling = readPooling(await platform.readJsonIfAny(location, POOLING_FILE));
  if (pooling === "unknown") {
    throw fault(POOLING_FILE, "its pooling mode is not supported; the supported ones are cls, mean and lasttoken.");
  }
  if (!Array.isArray(entries)) return pooling && { ...NO_STEPS, pooling };
  const steps: Step[] = [];
  let sizes: ModuleChain["sizes"];
  for (const { path, type } of entries) {
    const name = type.replace(/.*\./, "");
    if (WITHOUT_STEP.has(name)) continue;
    try {
      const make = STEPS[name];
      if (!make) throw new Error(`modules of type ${name} are not supported`);
      const config = (await platform.readJson(location, `${path}/config.json`)) as Config;
      const weights = readSafetensors(await platform.readBytes(location, `${path}/model.safetensors`));
      steps.push(make(config, weights));
      const [outputs, inputs] = weights.get("linear.weight")?.shape ?? [];
      if (sizes && inputs !== undefined && inputs !== sizes.outputs)
        throw new Error(`it takes ${inputs} dimensions, but the layer before it gives ${sizes.outputs}`);
      if (inputs !== undefined && outputs !== undefined) sizes = { inputs: sizes?.inputs ?? inputs, outputs };
    } catch (error) {
      throw fault(path, `${(error as Error).message}.`);
    }
  }
  const settings = (await platform.readJsonIfAny(location, "config_sentence_transformers.json")) as Config | undefined;
  const pooled = entries.some(({ type }) => /(^|\.)Pooling$/.test(type));
  return { pooling, steps, pooled, sizes, activation: activationName(settings?.activation_fn) };
}

const POOLING_FILE = "1_Pooling/config.json";

const POOLING_NAMES: Record<string, Pooling> = {
  cls: "cls",
  mean: "mean",
  lasttoken: "last",
  cls_token: "cls",
  mean_tokens: "mean",
};

/** The pooling that sentence-transformers wrote, in its older form (one flag per mode) or its newer one (a name). */
function readPooling(file: object | undefined): Pooling | "unknown" | undefined {
  if (file === undefined) return undefined;
  const config = file as Config;
  if (typeof config.pooling_mode === "string") return POOLING_NAMES[config.pooling_mode] ?? "unknown";
  return Object.entries(POOLING_NAMES).find(([name]) => config[`pooling_mode_${name}`] === true)?.[1] ?? "unknown";
}

function activationName(path: unknown): "sigmoid" | "identity" | undefined {
  const name = typeof path === "string" ? path.replace(/.*\./, "") : undefined;
  return name === "Identity" ? "identity" : name === "Sigmoid" ? "sigmoid" : undefined;
}

function tensor(weights: Map<string, Weights>, name: string): Weights {
  const found = weights.get(name);
  if (!found) throw new Error(`its weights do not include ${name}`);
  return found;
}

/** x ↦ activation(W x + b), W of shape [out, in]. Late interaction runs it for every token, so the loops are plain. */
function dense(
  { shape: [outputs = 0, inputs = 0], values }: Weights,
  bias: Weights | undefined,
  activation: (x: number) => number,
): Step {
  return (vector) => {
    const result = new Float32Array(outputs);
    for (let row = 0; row < outputs; row++) {
      const start = row * inputs;
      let sum = bias?.values[row] ?? 0;
      for (let i = 0; i < inputs; i++) sum += values[start + i]! * vector[i]!;
      result[row] = activation(sum);
    }
    return result;
  };
}

/** x ↦ layer(x) + x, or layer(x) + R x if the layer changes the dimension (PyLate's Dense). */
function withResidual(layer: Step, weight: Weights | undefined): Step {
  const residual = weight ? dense(weight, undefined, (x) => x) : (vector: Float32Array) => vector;
  return (vector) => {
    const rest = residual(vector);
    return layer(vector).map((value, i) => value + rest[i]!);
  };
}

/** x ↦ (x − mean) / √(variance + ε) · weight + bias, with torch's default ε. */
function layerNorm(weight: Weights, bias: Weights): Step {
  return (vector) => {
    const mean = vector.reduce((sum, x) => sum + x, 0) / vector.length;
    const variance = vector.reduce((sum, x) => sum + (x - mean) ** 2, 0) / vector.length;
    const scale = 1 / Math.sqrt(variance + 1e-5);
    return vector.map((x, i) => (x - mean) * scale * weight.values[i]! + bias.values[i]!);
  };
}

/** The error function, with an error below 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
