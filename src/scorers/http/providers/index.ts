import { CLOUDS } from "./clouds.js";
import { INFERENCE_HOSTS } from "./inference-hosts.js";
import type { Provider } from "./provider.js";
import { SELF_HOSTED } from "./self-hosted.js";
import { SPECIALISTS } from "./specialists.js";

const ROWS = { ...SPECIALISTS, ...INFERENCE_HOSTS, ...CLOUDS, ...SELF_HOSTED };

/** Name of a server or service whose rerank endpoint `HttpCrossEncoder` knows. */
export type ProviderName = keyof typeof ROWS;

/** One row per provider. */
export const PROVIDERS: Readonly<Record<ProviderName, Provider>> = ROWS;

/** True for a name of the table. */
export function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}
