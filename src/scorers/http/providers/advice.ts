import type { Hint } from "../../remote/faults.js";
import type { ProviderName } from "./index.js";

/** What is said to users of one provider. Apart from the tables, which are part of the core and have to stay small. */
interface Advice {
  /** For errors of this provider. */
  hints?: readonly Hint[];
  /** Added to the report if there is an instruction. */
  instructionWarning?: string;
}

const ADVICE: Partial<Record<ProviderName, Advice>> = {
  litellm: {
    instructionWarning:
      "LiteLLM passes `instruction` on for `hosted_vllm/` and drops it for `cohere/`, `infinity/` and `jina_ai/`.",
  },
  vllm: {
    hints: [
      {
        status: 400,
        message: /context length|max_model_len|maximum.*length|longer than/i,
        advice:
          "A text is longer than the model can read: truncate it with `extra: { truncate_prompt_tokens: -1 }`, or lower `maxBatchSize`.",
      },
    ],
  },
  llamacpp: {
    hints: [
      {
        status: 500,
        message: /too large to process|physical batch size/i,
        advice:
          "A text is longer than the physical batch: start `llama-server` with `-b` and `-ub` as large as the model's context, or shorten the text.",
      },
    ],
  },
};

/** @param provider A name that has been checked. */
export function adviceOf(provider: ProviderName): Advice {
  return ADVICE[provider] ?? {};
}
