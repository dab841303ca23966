import { DownloadError, ModelNotFoundError, RerankError } from "../../../errors.js";
import { findModel, nearestModels } from "../../../models/find.js";
import { PROXY_ADVICE } from "../../../proxy.js";
import { describeParent, hasParent, similarPath } from "../folder.js";
import type { HubSettings } from "./settings.js";

/** The repository or file that is being fetched, for messages. */
export interface Subject {
  repository: string;
  file?: string | undefined;
}

/** The hub, or a server that it redirects to, could not be reached or broke off. Another attempt may succeed. */
export class TransientFault extends Error {
  override name = "TransientFault" as const;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined;
  readonly status: number | undefined;

  constructor(
    message: string,
    options?: ErrorOptions & { retryAfter?: number | undefined; status?: number | undefined },
  ) {
    super(message, options);
    this.retryAfter = options?.retryAfter;
    this.status = options?.status;
  }
}

/** Advice for a final status. */
const ADVICE: Record<number, (settings: HubSettings, subject: Subject) => string> = {
  401: (settings) =>
    settings.token
      ? "the hub rejects the access token (401). Create a new one with read access and set HF_TOKEN."
      : "the hub asks for an access token (401): the repository is private, gated or does not exist. Check the name, or set HF_TOKEN.",
  403: (settings, { repository }) =>
    `access is denied (403): the repository is gated, or the token may not read it. Accept its terms at ${settings.endpoint}/${repository} with the account of your token${settings.token ? "" : ", then set HF_TOKEN"}.`,
  404: (_, { file }) => `${file ?? "the repository"} does not exist there (404). Check the name and the revision.`,
  407: () => `HTTP 407. ${PROXY_ADVICE}`,
  410: () => "it was removed from the hub (410).",
  416: () =>
    "the server refuses the requested range (416) even from the first byte. Try again, or use another HF_ENDPOINT.",
};

/** The error for a status that another attempt will not change. */
export function statusError(status: number, settings: HubSettings, subject: Subject): RerankError {
  const { repository, file } = subject;
  if (status === 404 && file === undefined) {
    const { advice, suggestions } = alternatives(repository);
    return new ModelNotFoundError(repository, `${settings.endpoint} has no such model (404).${advice}`, {
      suggestions,
    });
  }
  const problem = ADVICE[status]?.(settings, subject) ?? `${settings.endpoint} answered with status ${status}.`;
  if (file !== undefined) return new DownloadError(repository, problem, { status, file });
  // The hub answers 401 for repositories that do not exist.
  const { advice, suggestions } = status === 401 && !settings.token ? alternatives(repository) : NO_ALTERNATIVES;
  return new DownloadError(repository, `${problem}${advice}`, { status, suggestions });
}

/** The error after the last attempt. */
export function exhausted(fault: TransientFault, { repository, file }: Subject): DownloadError {
  const { status } = fault;
  if (status !== undefined || file !== undefined) {
    const advice =
      status === undefined
        ? "Check the network and proxy, or set HF_ENDPOINT to a mirror. What has arrived is kept, and the next attempt resumes there."
        : "The server has a problem; try again later. What has arrived is kept.";
    return new DownloadError(repository, `${fault.message}. ${advice}`, {
      cause: fault,
      ...(file === undefined ? {} : { file }),
      ...(status === undefined ? {} : { status }),
    });
  }
  const { advice, suggestions } = alternatives(repository);
  const problem = `${fault.message}. Check the network and proxy, or set HF_ENDPOINT to a mirror.${advice}`;
  return new DownloadError(repository, problem, { cause: fault, suggestions });
}

/** The error for a model that is not in the cache in offline mode. */
export function offlineError(model: string, { cacheDir }: HubSettings): DownloadError {
  const problem = `offline mode is on, and ${cacheDir} holds no complete copy of it. Unset HF_HUB_OFFLINE, or copy the cache from a machine that has the model.`;
  const { advice, suggestions } = alternatives(model);
  return new DownloadError(model, `${problem}${advice}`, { suggestions });
}

const NO_ALTERNATIVES = { advice: "", suggestions: [] as readonly string[] };

/** Other readings of a name that is neither registered nor on the hub: a local path, or a registered name. */
function alternatives(name: string): { advice: string; suggestions: readonly string[] } {
  if (findModel(name)) return NO_ALTERNATIVES;
  const path = similarPath(name);
  if (path !== undefined) return { advice: " There is no local folder of this name either.", suggestions: [path] };
  if (hasParent(name)) {
    return { advice: ` There is no local folder ${name} either. ${describeParent(name)}`, suggestions: [] };
  }
  const advice = ' If you mean a local folder, start its path with "./". No registered model has this name.';
  return { advice, suggestions: nearestModels(name) };
}

const STORAGE_ADVICE: Record<string, string> = {
  ENOSPC: "the disk is full. Free some space, or set HF_HOME to a folder on another disk. What has arrived is kept.",
  EDQUOT: "the disk quota is used up. Free some space, or set HF_HOME to a folder elsewhere.",
  EACCES: "the cache is not writable. Change its permissions, or set HF_HOME to another folder.",
  EPERM: "the cache is not writable. Change its permissions, or set HF_HOME to another folder.",
  EROFS: "the cache is on a read-only file system. Set HF_HOME to a writable folder.",
  ENOTDIR: "a part of the cache's path is a file, not a folder. Set HF_HOME to a folder.",
};

/** Turns an error of the file system into one that says what to do. Returns other errors unchanged. */
export function storageError(error: unknown, cacheDir: string, { repository, file }: Subject): unknown {
  if (error instanceof RerankError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const advice = code === undefined ? undefined : STORAGE_ADVICE[code];
  if (advice === undefined) return error;
  const problem = `cannot store it in ${cacheDir} (${code}): ${advice}`;
  return new DownloadError(repository, problem, { cause: error, ...(file === undefined ? {} : { file }) });
}
