import { DownloadError, ModelNotFoundError, RerankError } from "../../../errors.js";
import { findModel, nearestModels } from "../../../models/find.js";
import type { HubSettings } from "./settings.js";

/** What is being fetched, for messages. */
export interface Subject {
  repository: string;
  file?: string | undefined;
}

/** The hub, or a server that it redirects to, could not be reached or broke off. Worth another try. */
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

/** What to do about an answer that is final, by status. */
const ADVICE: Record<number, (settings: HubSettings, subject: Subject) => string> = {
  401: (settings) =>
    settings.token
      ? "the hub does not accept the access token (401). Make a new one with read access and set HF_TOKEN."
      : "the hub asks for an access token (401): the repository is private, gated or does not exist. Check the name, or set HF_TOKEN.",
  403: (settings, { repository }) =>
    `access is refused (403): the repository is gated or the token may not read it. Accept its terms at ${settings.endpoint}/${repository} with the account of your token${settings.token ? "" : ", then set HF_TOKEN"}.`,
  404: (_, { file }) => `${file ?? "it"} does not exist there (404). Check the name and the revision.`,
  410: () => "it was removed from the hub (410).",
  416: () =>
    "the server refuses the range asked for (416) even from the first byte. Try again, or use another HF_ENDPOINT.",
};

/** The error for a status that another try will not change. */
export function statusError(status: number, settings: HubSettings, subject: Subject): RerankError {
  const { repository, file } = subject;
  if (status === 404 && file === undefined) {
    const problem = `${settings.endpoint} has no such model (404), and none of that name is bundled or in a local folder.`;
    return new ModelNotFoundError(repository, problem, { suggestions: nearestModels(repository) });
  }
  const advice = ADVICE[status]?.(settings, subject) ?? `${settings.endpoint} answered with status ${status}.`;
  return new DownloadError(repository, advice, { status, ...(file === undefined ? {} : { file }) });
}

/** The error after the last try. */
export function exhausted(fault: TransientFault, { repository, file }: Subject): DownloadError {
  const advice =
    fault.status === undefined
      ? "Check the network and proxy, or set HF_ENDPOINT to a mirror. What has arrived is kept, the next try goes on from there."
      : "The server is in trouble; try again later. What has arrived is kept.";
  return new DownloadError(repository, `${fault.message}. ${advice}`, {
    cause: fault,
    ...(file === undefined ? {} : { file }),
    ...(fault.status === undefined ? {} : { status: fault.status }),
  });
}

const STORAGE_ADVICE: Record<string, string> = {
  ENOSPC: "the disk is full. Free some space, or set HF_HOME to a folder on another disk. What has arrived is kept.",
  EDQUOT: "the disk quota is used up. Free some space, or set HF_HOME to a folder elsewhere.",
  EACCES: "the cache may not be written to. Change its permissions, or set HF_HOME to a folder of your own.",
  EPERM: "the cache may not be written to. Change its permissions, or set HF_HOME to a folder of your own.",
  EROFS: "the cache is on a read-only file system. Set HF_HOME to a folder that can be written to.",
  ENOTDIR: "the cache folder is, or lies in, a file. Set HF_HOME to a folder.",
};

/** The error for a model that is not in the cache while nobody may be asked for it, nor whether there is one of that name. */
export function offlineError(model: string, { cacheDir }: HubSettings): DownloadError {
  const problem = `offline mode is on, and ${cacheDir} holds no whole copy of it. Unset HF_HUB_OFFLINE, or copy the cache from a machine that has it.`;
  if (findModel(model)) return new DownloadError(model, problem);
  return new DownloadError(model, `${problem} No registered model has this name.`, {
    suggestions: nearestModels(model),
  });
}

/** Turns a fault of the file system into one that says what to do; any other error stays as it is. */
export function storageError(error: unknown, cacheDir: string, { repository, file }: Subject): unknown {
  if (error instanceof RerankError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const advice = code === undefined ? undefined : STORAGE_ADVICE[code];
  if (advice === undefined) return error;
  const problem = `cannot store it in ${cacheDir} (${code}): ${advice}`;
  return new DownloadError(repository, problem, { cause: error, ...(file === undefined ? {} : { file }) });
}
