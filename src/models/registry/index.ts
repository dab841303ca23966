import type { ModelEntry } from "../types.js";
import { BUNDLED } from "./bundled.js";
import { CROSS_ENCODERS } from "./cross-encoders.js";
import { EMBEDDINGS } from "./embeddings.js";
import { ETTIN } from "./ettin.js";
import { JAPANESE_RERANKERS } from "./japanese.js";
import { LATE_INTERACTION } from "./late-interaction.js";
import { MS_MARCO } from "./ms-marco.js";
import { PACKAGED } from "./packaged.js";

/** Every model that can be named, bundled ones first. */
export const REGISTRY: readonly ModelEntry[] = [
  ...BUNDLED,
  ...PACKAGED,
  ...MS_MARCO,
  ...ETTIN,
  ...CROSS_ENCODERS,
  ...JAPANESE_RERANKERS,
  ...LATE_INTERACTION,
  ...EMBEDDINGS,
];
