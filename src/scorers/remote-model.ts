import { InvalidOptionError } from "../errors.js";
import { connectProvider } from "./http/connection.js";
import { isProvider, PROVIDERS, type ProviderName } from "./http/providers.js";
import type { RelevanceScorer } from "./relevance-scorer.js";

/** Prefixes of `provider:model`. */
export const REMOTE_PROVIDERS: readonly string[] = [...Object.keys(PROVIDERS), "ollama"];

/** Splits `provider:model` at the first colon: Ollama's own names hold more of them. */
function splitName(name: string): { provider: string; model: string | undefined } {
  const colon = name.indexOf(":");
  if (colon < 0) return { provider: name, model: undefined };
  return { provider: name.slice(0, colon), model: name.slice(colon + 1) || undefined };
}

/** True for a `provider:model` whose provider is a rerank server or service: `cohere:rerank-v3.5`, `ollama:…`, `tei:`. */
export function isRemoteModel(name: string): boolean {
  if (!name.includes(":")) return false;
  const { provider } = splitName(name);
  return provider === "ollama" || isProvider(provider);
}

/**
 * Checks, without loading anything, that a remote name has all it needs: a model, an address, a key, from the name and the environment.
 *
 * @throws InvalidOptionError naming what is missing and the variable it is read from.
 */
export function checkRemoteModel(name: string): void {
  const { provider, model } = splitName(name);
  if (isProvider(provider)) connectProvider(provider, { model });
  else if (model === undefined) throw new InvalidOptionError("model", name, `"${provider}:" and the name of a model`);
}

/**
 * Makes the scorer that a remote name stands for, with settings from the provider's environment variables. Its code loads only now.
 *
 * @throws InvalidOptionError
 */
export async function createRemoteScorer(
  name: string,
  { instruction }: { instruction?: string | undefined } = {},
): Promise<RelevanceScorer> {
  const { provider, model } = splitName(name);
  if (provider === "ollama") {
    const { OllamaCrossEncoder } = await import("./ollama/ollama-cross-encoder.js");
    return new OllamaCrossEncoder({ model: model ?? "", ...(instruction === undefined ? {} : { instruction }) });
  }
  const { HttpCrossEncoder } = await import("./http/http-cross-encoder.js");
  // The table is keyed by name; a name that is in no row is refused there.
  return new HttpCrossEncoder({
    provider: provider as ProviderName,
    ...(model === undefined ? {} : { model }),
    ...(instruction === undefined ? {} : { instruction }),
  });
}
