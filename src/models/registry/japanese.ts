import type { ModelEntry } from "../types.js";
import { japaneseFigures } from "./figures.js";

const JAPANESE = {
  kind: "cross-encoder",
  head: { type: "logit" },
  activation: "sigmoid",
  languages: ["ja"],
  license: "MIT",
  commercial: true,
} as const;

/** Second generation, on ModernBERT. Its card names 8-bit files by instruction set. */
function v2(size: string, parameters: number, figures?: ModelEntry["figures"]): ModelEntry {
  const name = `hotchpotch/japanese-reranker-${size}-v2`;
  return {
    ...JAPANESE,
    name,
    family: "modernbert",
    description: `Japanese reranker, ${size}, 2025; small and fast for its quality.`,
    repository: name,
    files: {},
    parameters,
    maxLength: 512,
    ...(figures ? { figures } : {}),
    source: "unverified",
  };
}

/** First generation, on multilingual MiniLM (xsmall, small) and Japanese BERT (base, large). */
function v1(
  size: string,
  family: ModelEntry["family"],
  parameters: number,
  figures: ModelEntry["figures"],
  revision?: string,
): ModelEntry {
  const name = `hotchpotch/japanese-reranker-cross-encoder-${size}-v1`;
  return {
    ...JAPANESE,
    name,
    family,
    description: `Japanese reranker, ${size}, 2024.`,
    repository: name,
    ...(revision ? { revision } : {}),
    files: {},
    parameters,
    maxLength: 512,
    ...(figures ? { figures } : {}),
    source: "unverified",
  };
}

/** Japanese rerankers of hotchpotch, smallest first. */
export const JAPANESE_RERANKERS: readonly ModelEntry[] = [
  v2("tiny", 27),
  v2("xsmall", 37, japaneseFigures(0.7403, 0.9409, 0.8206, 0.9776)),
  v2("small", 70),
  v2("base", 130),
  v1(
    "xsmall",
    "xlm-roberta",
    107,
    japaneseFigures(0.6136, 0.9376, 0.7411, 0.9602),
    "8547ac84ae5aee35387aad7000b379bd1b968dc6",
  ),
  v1("small", "xlm-roberta", 118, japaneseFigures(0.6247, 0.939, 0.7776, 0.9604)),
  v1("base", "bert", 111, japaneseFigures(0.6711, 0.9337, 0.818, 0.9708)),
  v1("large", "bert", 337, japaneseFigures(0.7099, 0.9364, 0.8406, 0.9773)),
];
