import { similarNames } from "../models/edit-distance.js";
import { REMOTE_PROVIDERS } from "./remote-model.js";

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
