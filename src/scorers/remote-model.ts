import { InvalidOptionError } from "../errors.js";
import { similarNames } from "../models/edit-distance.js";
import { DECISION_PREFIXES, DECISION_SERVICES } from "./decisions/services.js";
import type { HttpCrossEncoderOptions } from "./http/options.js";
import { isProvider, PROVIDERS, type ProviderName } from "./http/providers/index.js";
import type { RelevanceScorer } from "./relevance-scorer.js";
import { settleService } from "./remote/settle-service.js";

/** Prefixes of `provider:model`. */
const REMOTE_PROVIDERS: readonly string[] = [...Object.keys(PROVIDERS), ...Object.keys(DECISION_PREFIXES), "ollama"];

/** Splits `provider:model` at the first colon, because names of Ollama contain more of them. */
function splitName(name: string): { provider: string; model: string | undefined } {
  const colon = name.indexOf(":");
  if (colon < 0) return { provider: name, model: undefined };
  return { provider: name.slice(0, colon), model: name.slice(colon + 1) || undefined };
}

const decisionProvider = (prefix: string) =>
  Object.hasOwn(DECISION_PREFIXES, prefix) ? DECISION_PREFIXES[prefix] : undefined;

/** Whether a name is `provider:model` with a known provider: `cohere:rerank-v3.5`, `ollama:…`, `tei:`. */
export function isRemoteModel(name: string): boolean {
  if (!name.includes(":")) return false;
  const { provider } = splitName(name);
  return provider === "ollama" || isProvider(provider) || decisionProvider(provider) !== undefined;
}

/** `word:rest`, but neither an address (`https://…`) nor a Windows path (`C:\…`). */
const PREFIX = /^([A-Za-z][\w.-]+):(?![\\/])(.*)$/s;

/**
 * Explains a name whose `provider:` prefix no provider has.
 *
 * @returns A sentence with a suggestion, or `undefined` for names without such a prefix.
 */
export function explainUnknownProvider(name: string): string | undefined {
  const [, prefix, model] = PREFIX.exec(name) ?? [];
  if (prefix === undefined || prefix === "file" || REMOTE_PROVIDERS.includes(prefix)) return undefined;
  const [similar] = similarNames(prefix, REMOTE_PROVIDERS);
  const advice = similar
    ? `Did you mean "${similar}:${model!.trim()}"?`
    : `Known providers are ${REMOTE_PROVIDERS.join(", ")}.`;
  return `There is no provider "${prefix}" for the model "${name}". ${advice} A local folder of this name is "./${name}".`;
}

/**
 * Checks, without loading anything, that name and environment have all that is needed: a model, an address, a key.
 *
 * @returns The `model` of the scorer for this name, with the provider's default model where the name has none.
 * @throws InvalidOptionError that names what is missing and the environment variable that it can come from.
 */
export function checkRemoteModel(name: string): string {
  const { provider, model } = splitName(name);
  const decisions = decisionProvider(provider);
  if (decisions !== undefined || isProvider(provider)) {
    const service = decisions ? DECISION_SERVICES[decisions] : PROVIDERS[provider as ProviderName];
    const settled = settleService(decisions ?? provider, service, { model });
    return [decisions ?? provider, settled.model ?? []].flat().join(":");
  }
  if (model !== undefined) return name;
  const problem = `Invalid model "${name}": expected the name of a model after "${provider}:".`;
  throw InvalidOptionError.because("model", name, problem);
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
  const decisions = decisionProvider(provider);
  if (decisions !== undefined) {
    if (instruction !== undefined) {
      const problem = `Decision models take no \`instruction\`. Create a \`DecisionScorer\` with a \`question\` instead of using the name "${name}".`;
      throw InvalidOptionError.because("instruction", instruction, problem);
    }
    const { DecisionScorer } = await import("langchain-rerank/decisions");
    return new DecisionScorer({ provider: decisions, model });
  }
  const { HttpCrossEncoder } = await import("langchain-rerank/http");
  return new HttpCrossEncoder({ provider, model, instruction } as HttpCrossEncoderOptions);
}
