import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { DownloadError, ModelIntegrityError } from "../../../errors.js";
import { chunks } from "./body.js";
import { exhausted, type Subject, statusError, TransientFault } from "./faults.js";
import { pause } from "./lock.js";
import type { FileMetadata } from "./repository.js";
import { backoff, send } from "./request.js";
import type { HubSettings } from "./settings.js";

/** Tries without a single new byte before giving up. */
const TRIES = 5;

/** One file on its way into the cache. */
export interface Transfer {
  settings: HubSettings;
  subject: Subject & { file: string };
  metadata: FileMetadata;
  /** Where the whole file goes. What has arrived so far lies beside it, ending in `.partial`. */
  blob: string;
  /** Hash and size that the registry pins, checked beside what the hub announces. */
  pinned?: { sha256?: string | undefined; bytes?: number | undefined } | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the bytes that are there, as they grow; falls back when a transfer starts anew. */
  onBytes: (bytes: number) => void;
  /** Asks the hub again where the bytes are: signed addresses expire. */
  refresh: () => Promise<FileMetadata>;
}

/** Fetches a file, going on where an earlier try stopped; checks it; puts it in its place in one step. */
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
      const problem = `${fault}. The copy was deleted. Try again; if it happens again, the server or a proxy at ${settings.endpoint} changes the file.`;
      throw new ModelIntegrityError(subject.repository, problem, { file: subject.file });
    }
    // The part left by an earlier try was not of this file; once more from the first byte.
    resumed = false;
  }
  await rename(partial, blob);
}

/** Adds to the partial file until it is whole. */
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
      if (outcome === "whole") return;
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
      await pause(error.retryAfter ?? backoff(failures), signal);
    }
  }
}

/** One request for the rest of the file. */
async function transferOnce(
  { settings, subject, metadata, signal, onBytes }: Transfer,
  url: string,
  partial: string,
  offset: number,
): Promise<"whole" | "more" | "refused"> {
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
  // A signed address of another host that has expired; the hub gives a new one.
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
    throw new TransientFault(`${new URL(url).origin} sent the range from byte ${start} where ${offset} was asked for`);
  }
  await append(response, partial, start, { settings, signal, onBytes });
  const size = metadata.size;
  return size === undefined || (await fileSize(partial)) >= size ? "whole" : "more";
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

/** What is wrong with a file's bytes, in words. */
async function mismatch(
  path: string,
  { etag, size }: FileMetadata,
  pinned: Transfer["pinned"],
): Promise<string | undefined> {
  const bytes = await fileSize(path);
  for (const expected of [size, pinned?.bytes]) {
    if (expected !== undefined && bytes !== expected) return `it has ${bytes} bytes, ${expected} were expected`;
  }
  const sha256 = await hashFile(path, "sha256");
  const wanted = [pinned?.sha256, etag.length === 64 ? etag : undefined].filter((hash) => hash !== undefined);
  const wrong = wanted.find((hash) => hash !== sha256);
  if (wrong !== undefined) return `its SHA-256 is ${sha256}, ${wrong} was expected`;
  if (etag.length === 40 && (await hashFile(path, "sha1", `blob ${bytes}\0`)) !== etag)
    return `its git hash is not ${etag}`;
  return undefined;
}

/** Hexadecimal hash of a file, after a prefix if one is given (git hashes `blob <size>\0` before the bytes). */
export async function hashFile(path: string, algorithm: "sha256" | "sha1", prefix = ""): Promise<string> {
  const hash = createHash(algorithm).update(prefix);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function fileSize(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Better to say so before the first byte than after the last that fits. */
async function checkSpace({ metadata, subject, blob, settings }: Transfer, present: number): Promise<void> {
  if (metadata.size === undefined) return;
  const disk = await statfs(dirname(blob)).catch(() => undefined);
  if (!disk) return;
  const needed = metadata.size - present;
  const free = disk.bavail * disk.bsize;
  if (needed <= free) return;
  const problem = `${megabytes(needed)} MB are needed and ${megabytes(free)} MB are free in ${settings.cacheDir}. Free some space, or set HF_HOME to a folder on another disk.`;
  throw new DownloadError(subject.repository, problem, { file: subject.file });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
