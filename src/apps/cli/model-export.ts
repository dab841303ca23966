import { copyFile, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvalidInputError } from "../../errors.js";
import { findModel } from "../../models/find.js";
import { selectFiles } from "../../models/repository-files.js";
import { listFolder } from "../../platform/node/folder.js";
import { type FetchOptions, locateWithBar } from "./model-files.js";
import { checkOutputs } from "./output-paths.js";

/**
 * `models export`: copies a model's graph, weights, tokenizer, settings and golden scores to a folder, without the other precisions and without the links
 * of a cache, and prints the paths.
 *
 * @throws InvalidInputError when the folder holds files already or the model has no ONNX graph.
 */
export async function exportModel(name: string, target: string, options: FetchOptions): Promise<void> {
  if (findModel(name)?.runtime === "static") {
    throw new InvalidInputError(
      "name",
      `${name} is a table of vectors without an ONNX graph, so it cannot be exported.`,
    );
  }
  await rejectFilled(target);
  checkOutputs([{ option: "<folder>", path: target, kind: "folder", createsFolders: true }]);
  const { folder, file, entry } = await locateWithBar(name, options);
  const files = await listFolder(folder);
  const golden = files.filter((path) => path === "golden.json");
  for (const path of [...selectFiles(files, file, entry).present, ...golden].sort()) {
    const copy = join(target, path);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(join(folder, path), copy);
    process.stdout.write(`${copy}\n`);
  }
}

async function rejectFilled(target: string): Promise<void> {
  const found = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new InvalidInputError("folder", `${target} cannot be written to: ${error.message}.`, { cause: error });
  });
  if (found.length > 0) {
    throw new InvalidInputError("folder", `${target} is not empty. Name a new folder, so that no file is overwritten.`);
  }
}
