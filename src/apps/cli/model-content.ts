import { createHash } from "node:crypto";
import { open, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isStaticModel } from "../../models/bundled.js";
import type { DownloadProgress } from "../../models/download-progress.js";
import { defaultModel, getModel } from "../../models/find.js";
import { selectFiles } from "../../models/repository-files.js";
import { given } from "../../options.js";
import { listFolder } from "../../platform/node/folder.js";
import { installedFolder, locateModel } from "../../platform/node/locate-model.js";
import { isRemoteModel } from "../../scorers/remote-model.js";
import { downloadDetail } from "./download-detail.js";
import type { RankOptions } from "./ranking.js";
import { ProgressBar } from "./terminal/progress-bar.js";

/** Bytes that are read at a time, so that weights of any size take little memory. */
const CHUNK = 2 ** 20;

/** A file of a model: its path for the hash, and where it is. */
interface ContentFile {
  name: string;
  path: string;
}

/**
 * Identifies the content of a local model: a hash over the names and bytes of all files that its scores depend on. A model that is not on this
 * machine is downloaded first.
 *
 * @param model - name, folder or ONNX file
 * @returns The SHA-256 in hexadecimal digits; undefined for a model of a provider, whose content cannot be seen.
 * @throws What finding the model throws.
 */
export async function modelContent(
  model: string = defaultModel().name,
  options: Pick<RankOptions, "dtype" | "acceptLicense">,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (isRemoteModel(model)) return undefined;
  const files = isStaticModel(model) ? await staticFiles(model) : await onnxFiles(model, options, signal);
  const digest = createHash("sha256");
  for (const { name, path } of files.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    digest.update(`${JSON.stringify(name)} ${await fileHash(path, signal)}\n`);
  }
  return digest.digest("hex");
}

async function staticFiles(model: string): Promise<ContentFile[]> {
  // Without its folder, loading the model reports what is wrong.
  const folder = installedFolder(getModel(model));
  return folder === undefined ? [] : inFolder(folder, await listFolder(folder));
}

async function onnxFiles(
  model: string,
  { dtype, acceptLicense }: Pick<RankOptions, "dtype" | "acceptLicense">,
  signal: AbortSignal,
): Promise<ContentFile[]> {
  const bar = new ProgressBar();
  const onProgress = (progress: DownloadProgress) =>
    bar.update(progress.bytes, progress.total, downloadDetail(progress));
  const options = { ...given({ dtype, acceptLicense }), signal, onProgress };
  const { folder, file, entry } = await locateModel(model, options).finally(() => bar.end());
  return inFolder(folder, selectFiles(await listFolder(folder), file, entry).present);
}

function inFolder(folder: string, names: readonly string[]): ContentFile[] {
  return names.map((name) => ({ name, path: join(folder, name) }));
}

/** A file of the download cache is named after its hash, which was verified when it was downloaded. */
async function fileHash(path: string, signal: AbortSignal): Promise<string> {
  const real = await realpath(path);
  if (basename(dirname(real)) === "blobs" && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(basename(real)))
    return basename(real);
  const digest = createHash("sha256");
  const file = await open(real);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return digest.digest("hex");
      digest.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
