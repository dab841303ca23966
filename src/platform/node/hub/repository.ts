import { DownloadError } from "../../../errors.js";
import { exhausted, type Subject, statusError, TransientFault } from "./faults.js";
import { send, withRetries } from "./request.js";
import type { HubSettings } from "./settings.js";

const TRIES = 4;
const REDIRECTS = 5;

/** A repository at one commit. */
export interface RepositoryListing {
  commit: string;
  files: readonly string[];
}

/** One file at one commit, as the hub announces it. */
export interface FileMetadata {
  /** SHA-256 of the bytes for large files, git's blob hash for small ones. Name of the blob in the cache. */
  etag: string;
  size: number | undefined;
  /** Where the bytes are; on another host for large files. */
  location: string;
}

/** Asks for the commit that a revision stands at, and the files there. */
export async function listRepository(
  settings: HubSettings,
  repository: string,
  revision: string,
  signal?: AbortSignal,
): Promise<RepositoryListing> {
  const url = `${settings.endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}`;
  const subject = { repository };
  const response = await follow(settings, url, "GET", subject, signal);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw statusError(response.status, settings, subject);
  }
  const body = (await response.json().catch(() => undefined)) as
    | { sha?: unknown; siblings?: { rfilename?: unknown }[] }
    | undefined;
  const files = body?.siblings?.map(({ rfilename }) => rfilename).filter((name): name is string => isSafePath(name));
  if (typeof body?.sha !== "string" || !/^[0-9a-f]{40}$/.test(body.sha) || !files) {
    throw new DownloadError(
      repository,
      `${settings.endpoint} is no Hugging Face hub: its answer names no commit and files. Check HF_ENDPOINT.`,
    );
  }
  return { commit: body.sha, files };
}

/** Asks for a file's hash, size and place without fetching it. */
export async function fileMetadata(
  settings: HubSettings,
  repository: string,
  commit: string,
  file: string,
  signal?: AbortSignal,
): Promise<FileMetadata> {
  const subject = { repository, file };
  const url = fileUrl(settings, repository, commit, file);
  const response = await follow(settings, url, "HEAD", subject, signal);
  const { headers, status } = response;
  const redirected = status >= 300 && status < 400;
  if (status !== 200 && !redirected) throw statusError(status, settings, subject);
  const etag = (headers.get("x-linked-etag") ?? headers.get("etag"))?.replace(/^W\//, "").replaceAll('"', "");
  if (!etag || !/^[\w.-]+$/.test(etag)) {
    throw new DownloadError(
      repository,
      `${settings.endpoint} sends no usable ETag for it, so it cannot be checked. Use another HF_ENDPOINT.`,
      { file },
    );
  }
  const size = Number(
    headers.get("x-linked-size") ?? (redirected ? undefined : headers.get("content-length")) ?? Number.NaN,
  );
  const location = redirected ? new URL(headers.get("location")!, response.url).href : response.url;
  return { etag, size: Number.isFinite(size) ? size : undefined, location };
}

/** Address of a file at a commit. */
function fileUrl(settings: HubSettings, repository: string, commit: string, file: string): string {
  return `${settings.endpoint}/${repository}/resolve/${commit}/${file.split("/").map(encodeURIComponent).join("/")}`;
}

/** Follows redirects within the endpoint (renamed repositories); one that leads to the bytes is returned as it is. */
async function follow(
  settings: HubSettings,
  url: string,
  method: "GET" | "HEAD",
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let current = url;
  try {
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      const response = await withRetries(TRIES, signal, () => send(settings, { url: current, method, signal }));
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || !location) return response;
      const next = new URL(location, current);
      if (
        method === "HEAD" &&
        (response.headers.has("x-linked-etag") || next.origin !== new URL(settings.endpoint).origin)
      )
        return response;
      await response.body?.cancel();
      current = next.href;
    }
  } catch (error) {
    throw error instanceof TransientFault ? exhausted(error, subject) : error;
  }
  throw new DownloadError(
    subject.repository,
    `${settings.endpoint} redirects in a circle.`,
    subject.file ? { file: subject.file } : {},
  );
}

/** A path of the repository that stays inside its folder on any platform. */
export function isSafePath(path: unknown): path is string {
  return (
    typeof path === "string" &&
    /^[^\\:\0]+$/.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}
