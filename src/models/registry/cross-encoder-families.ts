import type { ModelEntry } from "../types.js";

type Facts = Partial<ModelEntry> & Pick<ModelEntry, "family" | "description" | "parameters">;

/** An English model with one sigmoid logit, full-precision weights and a free license, in the repository of its name, unless `facts` differ. */
export function crossEncoder(name: string, facts: Facts): ModelEntry {
  return {
    name,
    kind: "cross-encoder",
    runtime: "onnx",
    ...(facts.bundled ? {} : { repository: name }),
    files: { fp32: { path: "onnx/model.onnx" } },
    languages: ["en"],
    maxLength: 512,
    license: "Apache-2.0",
    commercial: true,
    head: { type: "logit" },
    activation: "sigmoid",
    source: "card",
    ...facts,
  };
}

export const QUANTIZED = { path: "onnx/model_quantized.onnx" } as const;

/** BERT cross-encoders of sentence-transformers, trained on MS MARCO. Their `sim` is the raw logit, about −11 to 11. */
export function msMarco(
  size: string,
  upstream: string,
  parameters: number,
  facts: Partial<ModelEntry> = {},
): ModelEntry {
  const name = `Xenova/ms-marco-${size}-v2`;
  return crossEncoder(name, {
    aliases: [`cross-encoder/ms-marco-${upstream}-v2`, `Xenova/ms-marco-${upstream}-v2`],
    family: "bert",
    description: `English reranker trained on MS MARCO (${size}-v2).`,
    files: { fp32: { path: "onnx/model.onnx" }, q8: QUANTIZED },
    parameters,
    activation: "identity",
    ...facts,
  });
}

/**
 * The Ettin rerankers (2026). The published ONNX file ends before the head, which is read from its modules. Their 8-bit files are named by
 * instruction set and rank worse, so `auto` takes fp32.
 */
export function ettin(size: string, parameters: number, facts: Partial<ModelEntry> = {}): ModelEntry {
  return crossEncoder(`cross-encoder/ettin-reranker-${size}-v1`, {
    family: "modernbert",
    description: `English reranker on a ModernBERT encoder of ${size} parameters.`,
    parameters,
    maxLength: 7999,
    head: { type: "modules" },
    activation: "identity",
    lossy: ["q8"],
    ...facts,
  });
}

/**
 * Rerankers that also say of each token whether to keep it (OpenProvence, Provence and the models trained with their code). Their
 * publishers offer no ONNX file.
 */
export function pruner(name: string, parameters: number, facts: Partial<ModelEntry> = {}): ModelEntry {
  return crossEncoder(name, {
    family: "modernbert",
    description: "Ranks, and marks the sentences that answer; export it to ONNX first.",
    files: {},
    parameters,
    license: "MIT",
    source: "unverified",
    ...facts,
  });
}

/** Japanese rerankers of hotchpotch: the second generation (2025) on ModernBERT, the first (2024) on MiniLM and BERT. */
export function japanese(size: string, parameters: number, facts: Partial<ModelEntry> = {}): ModelEntry {
  const v1 = facts.family !== undefined;
  const name = v1 ? `japanese-reranker-cross-encoder-${size}-v1` : `japanese-reranker-${size}-v2`;
  return crossEncoder(`hotchpotch/${name}`, {
    family: "modernbert",
    description: v1 ? `Japanese reranker, ${size}, 2024.` : `Japanese reranker, ${size}, 2025; fast for its quality.`,
    files: {},
    parameters,
    languages: ["ja"],
    license: "MIT",
    source: "unverified",
    ...facts,
  });
}
