import type { Pooling } from "./protocol.js";
import { readSafetensors, type Weights } from "./safetensors.js";
import type { Platform } from "./session.js";
import { WorkerFault } from "./wire-error.js";

/** A step after pooling: one vector in, one out. */
type Step = (vector: Float32Array) => Float32Array;

/** What sentence-transformers keeps beside the graph: how to pool, and the layers behind it. */
export interface ModuleChain {
  pooling: Pooling | undefined;
  steps: Step[];
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
    if (config.use_residual) throw new Error("its residual connection is not known here");
    return dense(tensor(weights, "linear.weight"), weights.get("linear.bias"), activation);
  },
  LayerNorm: (_, weights) => layerNorm(tensor(weights, "norm.weight"), tensor(weights, "norm.bias")),
};

const WITHOUT_STEP = new Set(["Transformer", "Pooling", "Normalize"]);

/**
 * Reads the modules of a model folder.
 *
 * @returns undefined where the folder has no `modules.json`.
 * @throws WorkerFault for a module that is not known here: leaving it out would give other vectors.
 */
export async function readModules(platform: Platform, folder: string, model: string): Promise<ModuleChain | undefined> {
  const entries = (await platform.readJsonIfAny(folder, "modules.json")) as ModuleEntry[] | undefined;
  const pooling = await readPooling(platform, folder);
  if (!Array.isArray(entries)) return pooling && { pooling, steps: [], activation: undefined };
  const steps: Step[] = [];
  for (const { path, type } of entries) {
    const name = type.replace(/.*\./, "");
    if (WITHOUT_STEP.has(name)) continue;
    try {
      const make = STEPS[name];
      if (!make) throw new Error(`modules of type ${name} are not known here`);
      const config = (await platform.readJson(folder, `${path}/config.json`)) as Config;
      steps.push(make(config, readSafetensors(await platform.readBytes(folder, `${path}/model.safetensors`))));
    } catch (error) {
      throw new WorkerFault({
        kind: "integrity",
        model,
        file: path,
        problem: `cannot be used: ${(error as Error).message}.`,
      });
    }
  }
  const settings = (await platform.readJsonIfAny(folder, "config_sentence_transformers.json")) as Config | undefined;
  return { pooling, steps, activation: activationName(settings?.activation_fn) };
}

const POOLING_NAMES: Record<string, Pooling> = {
  cls: "cls",
  mean: "mean",
  lasttoken: "last",
  cls_token: "cls",
  mean_tokens: "mean",
};

/** The pooling that sentence-transformers wrote beside the model, in its older form (a flag each) or its newer one (a name). */
async function readPooling(platform: Platform, folder: string): Promise<Pooling | undefined> {
  const config = (await platform.readJsonIfAny(folder, "1_Pooling/config.json")) as Config | undefined;
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

/** x ↦ activation(W x + b), W of shape [out, in]. */
function dense(
  { shape: [outputs = 0, inputs = 0], values }: Weights,
  bias: Weights | undefined,
  activation: (x: number) => number,
): Step {
  return (vector) =>
    Float32Array.from({ length: outputs }, (_, row) => {
      let sum = bias?.values[row] ?? 0;
      for (let i = 0; i < inputs; i++) sum += values[row * inputs + i]! * vector[i]!;
      return activation(sum);
    });
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
