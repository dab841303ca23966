import { InvalidOptionError } from "../errors.js";
import { connectProvider } from "./http/connect-provider.js";
import type { HttpCrossEncoderOptions } from "./http/options.js";
import { isProvider, PROVIDERS } from "./http/providers/index.js";
import type { RelevanceScorer } from "./relevance-scorer.js";

/** Prefixes of `provider:model`. */
export const REMOTE_PROVIDERS: readonly string[] = [...Object.keys(PROVIDERS), "ollama"];

/** Splits `provider:model` at the first colon, because names of Ollama contain more of them. */
function splitName(name: string): { provider: string; model: string | undefined } {
  const colon = name.indexOf(":");
  if (colon < 0) return { provider: name, model: undefined };
  return { provider: name.slice(0, colon), model: name.slice(colon + 1) || undefined };
}

/** Whether a name is `provider:model` with a known provider: `cohere:rerank-v3.5`, `ollama:…`, `tei:`. */
export function isRemoteModel(name: string): boolean {
  if (!name.includes(":")) return false;
  const { provider } = splitName(name);
  return provider === "ollama" || isProvider(provider);
}

/**
 * Checks, without loading anything, that name and environment have all that is needed: a model, an address, a key.
 *
 * @throws InvalidOptionError that names what is missing and the environment variable that it can come from.
 */
export function checkRemoteModel(name: string): void {
  const { provider, model } = splitName(name);
  if (isProvider(provider)) connectProvider(provider, { model });
  else if (model === undefined) {
    const problem = `Invalid model "${name}": expected the name of a model after "${provider}:".`;
    throw InvalidOptionError.because("model", name, problem);
  }
}

/**
 * Creates the scorer for a name, with settings from the provider's environment variables. Its code is loaded only now.
 *
 * @throws InvalidOptionError if something is missing, or the provider takes no instruction.
 */
export async function createRemoteScorer(
  name: string,
  { instruction }: { instruction?: string | undefined } = {},
): Promise<RelevanceScorer> {
  const { provider, model } = splitName(name);
  if (provider === "ollama") {
    const { OllamaCrossEncoder } = await import("langchain-rerank/ollama");
    return new OllamaCrossEncoder({ model: model ?? "", instruction });
  }
  const { HttpCrossEncoder } = await import("langchain-rerank/http");
  return new HttpCrossEncoder({ provider, model, instruction } as HttpCrossEncoderOptions);
}
