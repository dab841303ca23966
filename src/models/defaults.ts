/** Names of the bundled models that run if none is named. They are constants so that the core entry need not load the registry. */
export const DEFAULT_MODEL = "late-en-v1";

/** The default of `OnnxCrossEncoder`. */
export const DEFAULT_CROSS_ENCODER = "rerank-en-v1";

/** The default of `OnnxLateInteraction`. */
export const DEFAULT_LATE_INTERACTION = "late-en-v1";

/** The first stage of a hybrid. */
export const DEFAULT_FIRST_STAGE = "static-en-v1";
