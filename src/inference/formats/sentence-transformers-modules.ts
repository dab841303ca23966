import type { Pooling } from "../../models/types.js";
import type { ModelPlace } from "../protocol.js";
import type { Platform } from "../worker/session.js";
import { WorkerFault } from "../worker-fault.js";
import { readSafetensors, type Weights } from "./safetensors.js";

/** A step after pooling: one vector in, one out. */
type Step = (vector: Float32Array) => Float32Array;

/** What sentence-transformers keeps beside the graph: how to pool, and the layers behind it. */
export interface ModuleChain {
  pooling: Pooling | undefined;
  steps: Step[];
  /** A module turns the token vectors into one vector, so that the steps are of whole texts. */
  pooled: boolean;
  /** Numbers of a vector before and after the steps, where there are dense layers among them. */
  sizes: { inputs: number; outputs: number } | undefined;
  /** Activation that the model's own files name for its score. */
  activation: "sigmoid" | "identity" | undefined;
}

interface ModuleEntry {
  path: string;
  type: string;
}

type Config = Record<string, unknown>;

/** Activations of dense layers by the name of their class in torch. */
const ACTIVATIONS: Record<string, (x: number) => number> = {
  Identity: (x) => x,
  Tanh: Math.tanh,
  ReLU: (x) => Math.max(0, x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  GELU: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
};

/** Modules that compute; `Transformer` is the graph itself, and vectors are normalised by the caller's option. */
const STEPS: Record<string, (config: Config, weights: Map<string, Weights>) => Step> = {
  Dense: (config, weights) => {
    const name = String(config.activation_function ?? "torch.nn.modules.activation.Tanh").replace(/.*\./, "");
    const activation = ACTIVATIONS[name];
    if (!activation) throw new Error(`its activation ${name} is not known here`);
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
 * @returns undefined where the folder has no `modules.json`.
 * @throws WorkerFault for a module that is not known here: leaving it out would give other vectors.
 */
export async function readModules(
  platform: Platform,
  place: ModelPlace,
  model: string,
): Promise<ModuleChain | undefined> {
  const entries = (await platform.readJsonIfAny(place, "modules.json")) as ModuleEntry[] | undefined;
  const pooling = await readPooling(platform, place);
  if (!Array.isArray(entries)) return pooling && { ...NO_STEPS, pooling };
  const steps: Step[] = [];
  let sizes: ModuleChain["sizes"];
  for (const { path, type } of entries) {
    const name = type.replace(/.*\./, "");
    if (WITHOUT_STEP.has(name)) continue;
    try {
      const make = STEPS[name];
      if (!make) throw new Error(`modules of type ${name} are not known here`);
      const config = (await platform.readJson(place, `${path}/config.json`)) as Config;
      const weights = readSafetensors(await platform.readBytes(place, `${path}/model.safetensors`));
      steps.push(make(config, weights));
      const [outputs, inputs] = weights.get("linear.weight")?.shape ?? [];
      if (sizes && inputs !== undefined && inputs !== sizes.outputs)
        throw new Error(`it takes ${inputs} numbers, the layer before it gives ${sizes.outputs}`);
      if (inputs !== undefined && outputs !== undefined) sizes = { inputs: sizes?.inputs ?? inputs, outputs };
    } catch (error) {
      throw new WorkerFault({
        kind: "integrity",
        model,
        file: path,
        problem: `cannot be used: ${(error as Error).message}.`,
      });
    }
  }
  const settings = (await platform.readJsonIfAny(place, "config_sentence_transformers.json")) as Config | undefined;
  const pooled = entries.some(({ type }) => /(^|\.)Pooling$/.test(type));
  return { pooling, steps, pooled, sizes, activation: activationName(settings?.activation_fn) };
}

const POOLING_NAMES: Record<string, Pooling> = {
  cls: "cls",
  mean: "mean",
  lasttoken: "last",
  cls_token: "cls",
  mean_tokens: "mean",
};

/** The pooling that sentence-transformers wrote beside the model, in its older form (a flag each) or its newer one (a name). */
async function readPooling(platform: Platform, place: ModelPlace): Promise<Pooling | undefined> {
  const config = (await platform.readJsonIfAny(place, "1_Pooling/config.json")) as Config | undefined;
  if (typeof config?.pooling_mode === "string") return POOLING_NAMES[config.pooling_mode];
  return Object.entries(POOLING_NAMES).find(([name]) => config?.[`pooling_mode_${name}`] === true)?.[1];
}

function activationName(path: unknown): "sigmoid" | "identity" | undefined {
  const name = typeof path === "string" ? path.replace(/.*\./, "") : undefined;
  return name === "Identity" ? "identity" : name === "Sigmoid" ? "sigmoid" : undefined;
}

function tensor(weights: Map<string, Weights>, name: string): Weights {
  const found = weights.get(name);
  if (!found) throw new Error(`its weights hold no ${name}`);
  return found;
}

/** x ↦ activation(W x + b), W of shape [out, in]. Late interaction runs it for every token, hence the plain loops. */
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

/** x ↦ layer(x) + x, or + R x where the layer changes the length (PyLate's Dense). */
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

/** The error function to seven digits (Abramowitz and Stegun 7.1.26 gives five; this is the series and the continued fraction). */
function erf(x: number): number {
  const size = Math.abs(x);
  const value = size < 2.5 ? erfSeries(size) : 1 - erfcFraction(size);
  return x < 0 ? -value : value;
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfcFraction(x: number): number {
  let fraction = 0;
  for (let n = 40; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
