import { createHash } from "node:crypto";
import { isStaticModel } from "../../models/bundled.js";
import type { DownloadProgress } from "../../models/download-progress.js";
import { defaultModel, getModel } from "../../models/find.js";
import { given } from "../../options.js";
import { listFolder } from "../../platform/node/folder.js";
import { installedFolder, locateModel } from "../../platform/node/locate-model.js";
import { hashFiles, hashModelFiles } from "../../platform/node/model-hash.js";
import { isRemoteModel } from "../../scorers/remote-model.js";
import { downloadDetail } from "./download-detail.js";
import type { RankOptions } from "./ranking.js";
import { ProgressBar } from "./terminal/progress-bar.js";

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
  const hashes = isStaticModel(model) ? await ofStaticModel(model) : await ofOnnxModel(model, options, signal);
  return createHash("sha256").update(JSON.stringify(hashes)).digest("hex");
}

async function ofStaticModel(model: string) {
  // Without its folder, loading the model reports what is wrong.
  const folder = installedFolder(getModel(model));
  return folder === undefined ? [] : hashFiles(folder, await listFolder(folder));
}

async function ofOnnxModel(
  model: string,
  { dtype, acceptLicense }: Pick<RankOptions, "dtype" | "acceptLicense">,
  signal: AbortSignal,
) {
  const bar = new ProgressBar();
  const onProgress = (progress: DownloadProgress) =>
    bar.update(progress.bytes, progress.total, downloadDetail(progress));
  const options = { ...given({ dtype, acceptLicense }), signal, onProgress };
  return hashModelFiles(await locateModel(model, options).finally(() => bar.end()));
}
