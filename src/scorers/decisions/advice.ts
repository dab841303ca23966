import type { Hint } from "../remote/faults.js";
import type { DecisionProviderName } from "./services.js";

const NO_DECISIONS = {
  status: 404,
  advice:
    "The server has no endpoint for decision models, or not this model: check its version, `baseUrl` and `model`.",
} as const;

const NOT_A_DECISION_MODEL = {
  status: 501,
  advice: "The server cannot ask this model for decisions: serve a decision model of a supported architecture.",
} as const;

/** For errors of servers that people run themselves. Apart from their table, which is part of the core and has to stay small. */
const HINTS: Partial<Record<DecisionProviderName, readonly Hint[]>> = {
  systemone: [NOT_A_DECISION_MODEL, NO_DECISIONS],
  vllm: [NOT_A_DECISION_MODEL, NO_DECISIONS],
  llamacpp: [NOT_A_DECISION_MODEL, NO_DECISIONS],
  lmstudio: [NO_DECISIONS],
  ollama: [NO_DECISIONS],
};

/** @param provider A name that has been checked. */
export function hintsOf(provider: string): readonly Hint[] | undefined {
  return HINTS[provider as DecisionProviderName];
}
