import { DownloadError, ModelIntegrityError, ModelNotFoundError } from "../../../errors.js";
import { type DownloadProgress, Progress } from "../../../models/download-progress.js";

/** One file of a model on the web. */
export interface WebFile {
  path: string;
  url: string;
  /** SHA-256 in lower-case hexadecimal, where the registry pins one. */
  sha256?: string | undefined;
}

/** How files are fetched. */
export interface FetchOptions {
  /** Keep them in the browser's Cache Storage: for addresses whose content never changes. */
  keep?: boolean | undefined;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Name of this package's part of Cache Storage. */
const CACHE = "langchain-rerank";

/**
 * Fetches a model's files side by side.
 *
 * @returns The files by path.
 * @throws ModelNotFoundError for an address that has nothing; DownloadError; ModelIntegrityError for a wrong hash; the signal's reason.
 */
export async function fetchFiles(
  model: string,
  wanted: readonly WebFile[],
  { keep = false, onProgress, signal }: FetchOptions,
): Promise<Record<string, Blob>> {
  const cache = keep ? await openCache() : undefined;
  const found = await Promise.all(wanted.map(async ({ url }) => (await cache?.match(url))?.blob()));
  const missing = wanted.filter((_, index) => !found[index]);
  const stop = new AbortController();
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  try {
    const responses = await Promise.all(missing.map((file) => request(model, file, signals)));
    const progress = new Progress(model, responses.map(size), onProgress);
    const fetched = await Promise.all(
      responses.map(async (response, index) => {
        const file = missing[index]!;
        const blob = await readBody(model, file, response, (bytes) => progress.update(index, file.path, bytes));
        await checkHash(model, file, blob);
        await store(cache, file.url, blob);
        return blob;
      }),
    );
    let next = 0;
    return Object.fromEntries(wanted.map(({ path }, index) => [path, found[index] ?? fetched[next++]!]));
  } catch (error) {
    signal?.throwIfAborted();
    stop.abort();
    throw error;
  }
}

/** Whether an address has a file. */
export async function exists(model: string, url: string, signal?: AbortSignal): Promise<boolean> {
  let response = await answer(model, url, { method: "HEAD", signal: signal ?? null });
  if (response.status === 405 || response.status === 501) {
    response = await answer(model, url, { signal: signal ?? null });
    await response.body?.cancel();
  }
  return isFile(response, url);
}

/** JSON at an address; undefined where there is nothing. With `keep`, the last answer stands in when the network is down. */
export async function fetchJson(model: string, url: string, options: FetchOptions = {}): Promise<unknown> {
  const cache = options.keep ? await openCache() : undefined;
  let response: Response;
  try {
    response = await answer(model, url, { signal: options.signal ?? null });
  } catch (error) {
    const kept = await cache?.match(url);
    options.signal?.throwIfAborted();
    if (!kept) throw error;
    return kept.json();
  }
  if (!isFile(response, url)) return undefined;
  if (!response.ok) throw failed(model, url, response.status);
  const blob = await response.blob();
  await store(cache, url, blob);
  return JSON.parse(await blob.text()) as unknown;
}

async function request(model: string, { path, url }: WebFile, signal: AbortSignal): Promise<Response> {
  const response = await answer(model, url, { signal });
  if (!isFile(response, url)) {
    throw new ModelNotFoundError(model, `there is no ${path} at ${plain(url)} (status ${response.status}).`);
  }
  if (!response.ok) throw failed(model, url, response.status);
  return response;
}

async function answer(model: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    const problem =
      `${plain(url)} gives no answer. Check the address and the network; a server of another site has to allow this page (CORS), ` +
      "and the page's content security policy has to allow it (connect-src).";
    throw new DownloadError(model, problem, { cause });
  }
}

function failed(model: string, url: string, status: number): DownloadError {
  return new DownloadError(model, `${plain(url)} answers with status ${status}.`, { status });
}

/** False for what is not there, and for the page that servers of single-page applications give instead. */
function isFile(response: Response, url: string): boolean {
  if (response.status === 404 || response.status === 410) return false;
  return !(response.ok && response.headers.get("content-type")?.startsWith("text/html") && !url.endsWith(".html"));
}

/** Without the query, which may hold a signature. */
function plain(url: string): string {
  return url.startsWith("data:") ? "a data: address" : url.replace(/[?#].*$/, "");
}

/** Compressed answers announce another size than what arrives. */
function size({ headers }: Response): { size?: number } {
  const bytes = Number(headers.get("content-length") ?? Number.NaN);
  return Number.isFinite(bytes) && !headers.has("content-encoding") ? { size: bytes } : {};
}

async function readBody(
  model: string,
  { url, path }: WebFile,
  response: Response,
  onBytes: (bytes: number) => void,
): Promise<Blob> {
  const reader = response.body!.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return new Blob(parts);
      parts.push(value as Uint8Array<ArrayBuffer>);
      bytes += value.byteLength;
      onBytes(bytes);
    }
  } catch (cause) {
    if ((cause as Error).name === "AbortError") throw cause;
    throw new DownloadError(model, `${plain(url)} broke off after ${bytes} bytes. Try again.`, { file: path, cause });
  }
}

async function checkHash(model: string, { path, sha256 }: WebFile, blob: Blob): Promise<void> {
  // Pages without TLS have no `subtle`; there the hash would protect nothing.
  const { subtle } = globalThis.crypto ?? {};
  if (sha256 === undefined || !subtle) return;
  const digest = new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer()));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found === sha256) return;
  throw new ModelIntegrityError(model, `has the SHA-256 ${found}, expected ${sha256}. Nothing was kept; try again.`, {
    file: path,
  });
}

/** Cache Storage, where the page may use it: not without TLS, nor in some private windows. */
async function openCache(): Promise<Cache | undefined> {
  return globalThis.caches?.open(CACHE).catch(() => undefined);
}

/** A full disk or a browser that keeps nothing costs the next visit a download, and this one nothing. */
async function store(cache: Cache | undefined, url: string, blob: Blob): Promise<void> {
  await cache?.put(url, new Response(blob)).catch(() => {});
}
