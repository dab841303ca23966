import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { sleep } from "../../../abort.js";
import { DownloadError, ModelIntegrityError } from "../../../errors.js";
import { backOff } from "../../../retry.js";
import { chunks } from "./body.js";
import { exhausted, type Subject, statusError, TransientFault } from "./faults.js";
import type { FileMetadata } from "./repository.js";
import { send } from "./request.js";
import type { HubSettings } from "./settings.js";

/** Attempts without a single new byte before giving up. */
const TRIES = 5;

/** One file to transfer into the cache. */
export interface Transfer {
  settings: HubSettings;
  subject: Subject & { file: string };
  metadata: FileMetadata;
  /** Path of the complete file. What has arrived so far is next to it, under the same name with `.partial`. */
  blob: string;
  /** Hash and size that the registry pins, checked in addition to what the hub announces. */
  pinned?: { sha256?: string | undefined; bytes?: number | undefined } | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the number of bytes so far. The number falls when a transfer starts over. */
  onBytes: (bytes: number) => void;
  /** Asks the hub for the URL again, since signed URLs expire. */
  refresh: () => Promise<FileMetadata>;
}

/** Fetches a file, resuming an earlier attempt; checks it; and moves it into the cache in one step. */
export async function fetchBlob(transfer: Transfer): Promise<void> {
  const { blob, subject, settings, metadata } = transfer;
  const partial = `${blob}.partial`;
  await mkdir(dirname(blob), { recursive: true });
  await checkSpace(transfer, await fileSize(partial));
  let resumed = (await fileSize(partial)) > 0;
  for (;;) {
    await transferAll(transfer, partial);
    const fault = await mismatch(partial, metadata, transfer.pinned);
    if (fault === undefined) break;
    await rm(partial, { force: true });
    if (!resumed) {
      const problem = `${fault}. The copy was deleted. Try again; if that does not help, the server or a proxy at ${settings.endpoint} changes the file.`;
      throw new ModelIntegrityError(subject.repository, problem, { file: subject.file });
    }
    // The partial file of the earlier attempt belonged to another file: start over.
    resumed = false;
  }
  await rename(partial, blob);
}

/** Appends to the partial file until it is complete. */
async function transferAll(transfer: Transfer, partial: string): Promise<void> {
  const { metadata, settings, subject, signal } = transfer;
  let location = metadata.location;
  let refreshed = false;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    const before = await fileSize(partial);
    if (metadata.size !== undefined && before >= metadata.size) return;
    try {
      const outcome = await transferOnce(transfer, location, partial, before);
      if (outcome === "complete") return;
      if (outcome === "refused") {
        if (refreshed) throw statusError(403, settings, subject);
        refreshed = true;
        location = (await transfer.refresh()).location;
        continue;
      }
      failures = (await fileSize(partial)) > before ? 0 : failures + 1;
      if (failures >= TRIES) throw new TransientFault(`the transfer stopped at byte ${await fileSize(partial)}`);
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      failures = (await fileSize(partial)) > before ? 1 : failures + 1;
      if (failures >= TRIES) throw exhausted(error, subject);
      await sleep(error.retryAfter ?? backOff(failures - 1), signal);
    }
  }
}

/** One request for the rest of the file. */
async function transferOnce(
  { settings, subject, metadata, signal, onBytes }: Transfer,
  url: string,
  partial: string,
  offset: number,
): Promise<"complete" | "more" | "refused"> {
  const response = await send(settings, {
    url,
    signal,
    ...(offset > 0 ? { headers: { range: `bytes=${offset}-` } } : {}),
  });
  const { status } = response;
  if (status === 416 && offset > 0) {
    await response.body?.cancel();
    await rm(partial, { force: true });
    return "more";
  }
  // A signed URL on another host that has expired; the hub provides a new one.
  if ((status === 403 || status === 410) && !url.startsWith(`${settings.endpoint}/`)) {
    await response.body?.cancel();
    return "refused";
  }
  if (status !== 200 && status !== 206) {
    await response.body?.cancel();
    throw statusError(status, settings, subject);
  }
  const start = status === 206 ? rangeStart(response) : 0;
  if (start !== 0 && start !== offset) {
    await response.body?.cancel();
    throw new TransientFault(`${new URL(url).origin} sent the range from byte ${start} instead of ${offset}`);
  }
  await append(response, partial, start, { settings, signal, onBytes });
  const size = metadata.size;
  return size === undefined || (await fileSize(partial)) >= size ? "complete" : "more";
}

function rangeStart(response: Response): number {
  const match = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return match ? Number(match[1]) : Number.NaN;
}

async function append(
  response: Response,
  partial: string,
  start: number,
  { settings, signal, onBytes }: Pick<Transfer, "settings" | "signal" | "onBytes">,
): Promise<void> {
  const file = await open(partial, start > 0 ? "a" : "w");
  let written = start;
  onBytes(written);
  try {
    if (!response.body) return;
    for await (const chunk of chunks(response.body, settings, signal)) {
      await file.write(chunk);
      written += chunk.length;
      onBytes(written);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Describes what is wrong with a file. Returns `undefined` if it is right. */
async function mismatch(
  path: string,
  { etag, size }: FileMetadata,
  pinned: Transfer["pinned"],
): Promise<string | undefined> {
  const bytes = await fileSize(path);
  for (const expected of [size, pinned?.bytes]) {
    if (expected !== undefined && bytes !== expected) return `it has ${bytes} bytes instead of ${expected}`;
  }
  const sha256 = await hashFile(path, "sha256");
  const wanted = [pinned?.sha256, etag.length === 64 ? etag : undefined].filter((hash) => hash !== undefined);
  const wrong = wanted.find((hash) => hash !== sha256);
  if (wrong !== undefined) return `its SHA-256 is ${sha256} instead of ${wrong}`;
  if (etag.length === 40 && (await hashFile(path, "sha1", `blob ${bytes}\0`)) !== etag)
    return `its git hash is not ${etag}`;
  return undefined;
}

/** Hexadecimal hash of a file, optionally with a prefix: git hashes `blob <size>\0` before the bytes. */
export async function hashFile(path: string, algorithm: "sha256" | "sha1", prefix = ""): Promise<string> {
  const hash = createHash(algorithm).update(prefix);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function fileSize(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Fails before the first byte if the disk is too small. */
async function checkSpace({ metadata, subject, blob, settings }: Transfer, present: number): Promise<void> {
  if (metadata.size === undefined) return;
  const disk = await statfs(dirname(blob)).catch(() => undefined);
  if (!disk) return;
  const needed = metadata.size - present;
  const free = disk.bavail * disk.bsize;
  if (needed <= free) return;
  const problem = `${megabytes(needed)} MB are needed, but only ${megabytes(free)} MB are free in ${settings.cacheDir}. Free some space, or set HF_HOME to a folder on another disk.`;
  throw new DownloadError(subject.repository, problem, { file: subject.file });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
