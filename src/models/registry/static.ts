import { CALIBRATIONS } from "../bundled.js";
import type { ModelEntry } from "../types.js";

/**
 * Models without a neural network: one stored vector per word piece. `StaticLateInteraction` runs them as scorers, `StaticEmbeddings` as
 * embeddings.
 */
export const STATIC_MODELS: readonly ModelEntry[] = [
  {
    name: "static-en-v1",
    aliases: ["langchain-rerank/static-en-v1"],
    kind: "late-interaction",
    also: ["embedding"],
    runtime: "static",
    family: "static",
    description: "Ships with the package: English word-piece vectors, pure TypeScript, no network to run.",
    bundled: true,
    files: { q8: { path: "model.safetensors", bytes: 5_948_315 } },
    parameters: 5.7,
    languages: ["en"],
    license: "Apache-2.0",
    commercial: true,
    dimensions: 192,
    calibration: CALIBRATIONS["static-en-v1"],
    source: "card",
  },
];

/** Finds a static model by name, without loading the rest of the registry. */
export function findStaticModel(name: string): ModelEntry | undefined {
  return STATIC_MODELS.find((entry) => entry.name === name);
}
