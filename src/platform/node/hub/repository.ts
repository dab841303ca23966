import { DownloadError } from "../../../errors.js";
import { type RepositoryListing, readListing } from "../../../models/repository-files.js";
import { exhausted, type Subject, statusError, TransientFault } from "./faults.js";
import { sendWithRetries } from "./request.js";
import type { HubSettings } from "./settings.js";

/** Maximum number of redirects within the hub. */
const REDIRECTS = 5;

/** One file at one commit, as the hub announces it. */
export interface FileMetadata {
  /** SHA-256 of large files, git's blob hash of small ones. Also the blob's name in the cache. */
  etag: string;
  size: number | undefined;
  /** URL of the bytes, on another host for large files. */
  location: string;
}

/** Asks for the commit that a revision points to, and for its files. */
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
  const listing = readListing(await response.json().catch(() => undefined));
  if (listing) return listing;
  const problem = `${settings.endpoint} is not a Hugging Face hub: its response has no commit and files. Check HF_ENDPOINT.`;
  throw new DownloadError(repository, problem);
}

/** Asks for the hash, size and URL of a file without fetching it. */
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
      `${settings.endpoint} sends no usable ETag for this file, so the file cannot be checked. Use another HF_ENDPOINT.`,
      { file },
    );
  }
  const size = Number(
    headers.get("x-linked-size") ?? (redirected ? undefined : headers.get("content-length")) ?? Number.NaN,
  );
  const location = redirected ? new URL(headers.get("location")!, response.url).href : response.url;
  return { etag, size: Number.isFinite(size) ? size : undefined, location };
}

/** URL of a file at a commit. */
function fileUrl(settings: HubSettings, repository: string, commit: string, file: string): string {
  return `${settings.endpoint}/${repository}/resolve/${commit}/${file.split("/").map(encodeURIComponent).join("/")}`;
}

/** Follows redirects within the hub (renamed repositories). A redirect to the bytes is returned as the response. */
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
      const response = await sendWithRetries(settings, { url: current, method, signal });
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
    `${settings.endpoint} redirects more than ${REDIRECTS} times.`,
    subject.file ? { file: subject.file } : {},
  );
}
