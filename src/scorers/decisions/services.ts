import { InvalidOptionError } from "../../errors.js";
import type { Service } from "../remote/service.js";

/** A server of decision models, and what fits into one of its requests. */
export interface DecisionService extends Service {
  /** Wire format: System One, or OpenAI's decisions. */
  form: "systemone" | "openai";
  /** Maximum number of questions per request. */
  maxQuestions: number;
  /** Most tokens per request. */
  maxTokens?: number;
}

const SYSTEM_ONE = { path: "/v1/systemone", form: "systemone", maxQuestions: 64 } as const;

/**
 * One row per server. Sources: vLLM 0.32 (`entrypoints/generate/structured_decisions`), openai for Node 7.59 (`resources/decisions`), and
 * litellm 1.110 (`llms/<provider>/decisions`).
 */
const ROWS = {
  /** Any server with `POST /v1/systemone`. */
  systemone: {
    ...SYSTEM_ONE,
    urlVariables: ["SYSTEMONE_BASE_URL"],
    keyVariables: ["SYSTEMONE_API_KEY"],
  },
  typesafe: {
    ...SYSTEM_ONE,
    baseUrl: "https://api.typesafe.ai",
    urlVariables: ["TYPESAFE_API_BASE"],
    keyVariables: ["TYPESAFE_API_KEY"],
    model: "jev-latest",
    maxTokens: 65_536,
  },
  openai: {
    baseUrl: "https://api.openai.com",
    urlVariables: ["OPENAI_BASE_URL"],
    keyVariables: ["OPENAI_API_KEY"],
    model: "gpt-6-luna",
    path: "/v1/decisions",
    form: "openai",
    maxQuestions: 400,
  },
  vllm: {
    ...SYSTEM_ONE,
    urlVariables: ["VLLM_BASE_URL"],
    keyVariables: ["VLLM_API_KEY"],
  },
  llamacpp: {
    ...SYSTEM_ONE,
    urlVariables: ["LLAMACPP_BASE_URL", "LLAMA_CPP_BASE_URL"],
    keyVariables: ["LLAMACPP_API_KEY", "LLAMA_API_KEY"],
  },
  lmstudio: {
    ...SYSTEM_ONE,
    urlVariables: ["LM_STUDIO_API_BASE"],
    keyVariables: ["LM_STUDIO_API_KEY"],
    needsModel: true,
  },
  ollama: {
    ...SYSTEM_ONE,
    urlVariables: ["OLLAMA_BASE_URL", "OLLAMA_API_BASE"],
    keyVariables: ["OLLAMA_API_KEY"],
    needsModel: true,
  },
} as const satisfies Record<string, DecisionService>;

/** Name of a server of decision models. */
export type DecisionProviderName = keyof typeof ROWS;

/** Servers of decision models by name. */
export const DECISION_SERVICES: Readonly<Record<DecisionProviderName, DecisionService>> = ROWS;

/** The row of a server. @throws InvalidOptionError that names the known ones. */
export function findService(name: unknown): DecisionService {
  if (typeof name === "string" && Object.hasOwn(DECISION_SERVICES, name))
    return DECISION_SERVICES[name as DecisionProviderName];
  const known = Object.keys(DECISION_SERVICES).map((service) => `"${service}"`);
  throw new InvalidOptionError("provider", name, `one of ${known.join(", ")}`);
}

/**
 * Prefixes of `provider:model` for decision models. `typesafe` and `systemone` serve nothing else; the others have other endpoints too.
 */
export const DECISION_PREFIXES: Readonly<Record<string, DecisionProviderName>> = {
  typesafe: "typesafe",
  systemone: "systemone",
  "openai-decisions": "openai",
  "vllm-decisions": "vllm",
  "llamacpp-decisions": "llamacpp",
  "lmstudio-decisions": "lmstudio",
  "ollama-decisions": "ollama",
};
