import type { ActivationName } from "../../models/types.js";

/** What turns a logit into a score, in double precision so that confident scores stay apart, and the lowest score that can come out. */
export const ACTIVATIONS = {
  /** 1 / (1 + e^−x), 0–1. For two-logit heads this is the softmax probability of the relevant class. */
  sigmoid: { of: (logit: number) => 1 / (1 + Math.exp(-logit)), lowest: 0 },
  /** The logit itself. */
  identity: { of: (logit: number) => logit, lowest: -Number.MAX_VALUE },
} as const satisfies Record<ActivationName, object>;
