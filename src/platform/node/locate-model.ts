import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { MissingDependencyError, ModelIntegrityError, ModelNotFoundError } from "../../errors.js";
import type { LocatedModel, LocateOptions } from "../../inference/engine/located-model.js";
import { downloadModel } from "../../models/download.js";
import { findModel } from "../../models/find.js";
import { chooseWeights, noWeights } from "../../models/precision.js";
import type { ModelEntry } from "../../models/types.js";
import { listFolder } from "./folder.js";

/**
 * Finds a model's files: of a bundled or packaged name; in a local folder with the ONNX file (`model.onnx` or `onnx/model*.onnx`),
 * `tokenizer.json` and `config.json`; or of a repository of the hub, which is downloaded unless the cache has it.
 *
 * A name that is both means the registered model; `./name` means the folder.
 *
 * @throws ModelNotFoundError when it is neither. MissingDependencyError for a model that is a package of its own and not installed.
 *   ModelIntegrityError for a folder without the ONNX file. What `downloadModel` throws.
 */
export async function locateModel(name: string, options: LocateOptions = {}): Promise<LocatedModel> {
  const entry = findModel(name);
  const folder = entry ? ownFolder(entry) : name;
  const local = folder !== undefined && (await isFolder(folder));
  if (!local && (looksLikePath(name) || entry?.bundled))
    throw new ModelNotFoundError(name, "there is no such folder on this machine.");
  const { folder: at, file } = local
    ? await inFolder(name, folder, options, entry)
    : await downloadModel(name, options);
  const bytes = await weightsBytes(at, file);
  return { name, folder: at, file, bytes, entry, readText: (path) => readFile(join(at, path), "utf8") };
}

async function inFolder(
  name: string,
  folder: string,
  { dtype = "auto" }: LocateOptions,
  entry: ModelEntry | undefined,
) {
  const files = await listFolder(folder);
  const weights = chooseWeights(files, dtype, entry);
  if (!weights) throw new ModelIntegrityError(name, noWeights(files, dtype), { file: folder });
  return { folder, file: weights.path };
}

/** Bytes of the graph and of the weights kept beside it. */
async function weightsBytes(folder: string, file: string): Promise<number> {
  const sizes = [file, `${file}_data`, file.replace(/\.onnx$/, ".onnx.data")].map((path) =>
    stat(join(folder, path)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function looksLikePath(name: string): boolean {
  return /^(\.{1,2}([/\\]|$)|[/\\~]|[A-Za-z]:[/\\])/.test(name);
}

/** The folder of a model that comes by npm: bundled, or a package of its own. */
function ownFolder({ name, bundled, package: own }: ModelEntry): string | undefined {
  if (bundled) {
    const home = packageFolder("langchain-rerank");
    return home && join(home, "models", name);
  }
  if (!own) return undefined;
  const folder = packageFolder(own);
  if (folder) return folder;
  throw new MissingDependencyError(own, `The model ${name}`);
}

/**
 * The folder of an installed package, this one included: found by name, it does not depend on where this code was built to. Seen from
 * this package, then from where the program runs, since package managers that keep packages apart may hide one from the other.
 */
function packageFolder(name: string): string | undefined {
  const seenFrom = [() => import.meta.url, () => join(process.cwd(), "package.json")];
  for (const from of seenFrom) {
    try {
      return dirname(createRequire(from()).resolve(`${name}/package.json`));
    } catch {
      // Not installed where this looks.
    }
  }
  return undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
