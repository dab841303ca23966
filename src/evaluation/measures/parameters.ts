import type { MeasureParameter } from "./declaration.js";

/** Parameters that several measures share. */
export const CUTOFF: MeasureParameter = {
  type: "integer",
  description: "Number of documents from the top that count; all of them if not given.",
};

export const REQUIRED_CUTOFF: MeasureParameter = {
  type: "integer",
  required: true,
  description: "Number of documents from the top that count.",
};

export const REL: MeasureParameter = {
  type: "integer",
  default: 1,
  description: "Lowest grade that counts as relevant.",
};

export const JUDGED_ONLY: MeasureParameter = {
  type: "boolean",
  default: false,
  description: "Whether to remove documents without a judgment before measuring.",
};
