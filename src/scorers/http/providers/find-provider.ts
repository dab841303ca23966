import { InvalidOptionError } from "../../../errors.js";
import { isProvider, PROVIDERS } from "./index.js";
import type { Provider } from "./provider.js";

/** Advice for names that people try and the table cannot have. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ollama: "Ollama has no rerank endpoint. Use `OllamaCrossEncoder` from `langchain-rerank/ollama`.",
  bedrock:
    "Bedrock needs signed requests. Use `AiSdkCrossEncoder` from `langchain-rerank/ai-sdk` with `@ai-sdk/amazon-bedrock`.",
  huggingface: 'For Text Embeddings Inference, also as a Hugging Face endpoint, use `provider: "tei"`.',
  openai: "OpenAI has no rerank endpoint. `DecisionScorer` from `langchain-rerank/decisions` asks its decision models.",
  onnx: "For a model on this machine use `OnnxCrossEncoder` from `langchain-rerank/onnx`.",
};

/** The row of a provider. @throws InvalidOptionError that names the known ones. */
export function findProvider(name: unknown): Provider {
  if (typeof name === "string" && isProvider(name)) return PROVIDERS[name];
  if (typeof name === "string" && Object.hasOwn(ELSEWHERE, name))
    throw InvalidOptionError.because("provider", name, `Invalid \`provider\`: ${ELSEWHERE[name]}`);
  const known = [...Object.keys(PROVIDERS), "custom"].map((provider) => `"${provider}"`);
  throw new InvalidOptionError("provider", name, `one of ${known.join(", ")}`);
}
