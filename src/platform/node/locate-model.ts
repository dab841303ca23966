import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { MissingDependencyError, ModelIntegrityError, ModelNotFoundError } from "../../errors.js";
import type { LocatedModel, LocateOptions } from "../../inference/engine/located-model.js";
import { downloadModel, dtypeAndFile } from "../../models/download.js";
import { findModel } from "../../models/find.js";
import { chooseWeights, noWeights } from "../../models/precision.js";
import {
  externalFiles,
  LFS_POINTER_BYTES,
  missingFiles,
  REQUIRED_FILES,
  rejectLfsPointer,
  selectFiles,
} from "../../models/repository-files.js";
import type { ModelEntry } from "../../models/types.js";
import { describeParent, isFile, isFolder, listFolder, similarPath } from "./folder.js";

/**
 * Finds the files of a model, which is one of:
 *
 * - a bundled model or one in an npm package;
 * - a local folder with `config.json`, `tokenizer.json` and an ONNX file (`model.onnx` or `onnx/model*.onnx`), as a path or `file:` URL;
 * - an ONNX file in such a folder, which chooses among several;
 * - a repository of the hub, which is downloaded unless the cache has it.
 *
 * If a name is both registered and a folder, the registered model wins; `./name` is the folder.
 *
 * @throws ModelNotFoundError when there is no such model. ModelIntegrityError when a folder lacks a file or holds Git LFS pointers.
 * @throws MissingDependencyError when the model's npm package is not installed. What `downloadModel` throws.
 */
export async function locateModel(name: string, options: LocateOptions = {}): Promise<LocatedModel> {
  const entry = findModel(name);
  const path = entry ? installedFolder(entry) : localPath(name);
  const known = entry && path !== undefined ? await findRegistered(entry, path, options) : undefined;
  const local = known ?? (path === undefined ? undefined : await findLocal(name, path, options, entry));
  if (!local && entry?.bundled) {
    throw new ModelNotFoundError(
      name,
      `the package's folder models/${entry.name} is missing. Install the package again. If a bundler has put langchain-rerank into ` +
        "another file, mark langchain-rerank as external, so that it finds its models.",
    );
  }
  if (!local && path !== undefined && looksLikePath(name)) {
    if (await isFile(path)) {
      const advice = path.endsWith(".gguf") ? " GGUF files run in llama.cpp's server or in Ollama." : "";
      throw new ModelNotFoundError(name, `it is a file, but not an ONNX file, nor the folder of a model.${advice}`);
    }
    const similar = similarPath(path);
    const problem = similar === undefined ? ` ${describeParent(path)}` : "";
    const suggestions = similar === undefined ? [] : [similar];
    throw new ModelNotFoundError(name, `there is no such file or folder.${problem}`, { suggestions });
  }
  const { folder, file } = local ?? (await downloadModel(name, options));
  const bytes = known?.bytes ?? (await totalBytes(folder, [file, ...externalFiles(file)]));
  return { name, folder, file, bytes, entry, readText: (other) => readFile(join(folder, other), "utf8") };
}

/** The path that a name stands for if it is a local model: `~` and `file:` URLs are resolved. */
function localPath(name: string): string {
  if (/^file:/i.test(name)) {
    try {
      return fileURLToPath(name);
    } catch (cause) {
      const problem = `it is not the URL of a local file: ${(cause as Error).message}. Write file:///absolute/path, or the path itself.`;
      throw new ModelNotFoundError(name, problem, { cause });
    }
  }
  return /^~([/\\]|$)/.test(name) ? join(homedir(), name.slice(1)) : name;
}

/**
 * The one ONNX file of a model that npm installs. Nothing has to be chosen, so its folder is searched only if a file is missing or its size
 * is not the registered one; the search then says what is wrong.
 */
async function findRegistered({ files }: ModelEntry, folder: string, { dtype = "auto" }: LocateOptions) {
  const [weights, ...others] = Object.values(files);
  if (!weights || others.length > 0 || dtype !== "auto") return undefined;
  const { path, external = [] } = weights;
  const [bytes, ...required] = await Promise.all(
    [[path, ...external], ...REQUIRED_FILES.map((file) => [file])].map((paths) => totalBytes(folder, paths)),
  );
  return bytes === weights.bytes && !required.includes(0) ? { folder, file: path, bytes } : undefined;
}

async function findLocal(name: string, path: string, { dtype = "auto" }: LocateOptions, entry: ModelEntry | undefined) {
  const named = path.endsWith(".onnx") && (await isFile(path)) ? path : undefined;
  if (named !== undefined && dtype !== "auto") throw dtypeAndFile(name, dtype);
  const folder =
    named !== undefined || basename(path) === "onnx" ? await folderOf(named ?? join(path, "model.onnx")) : path;
  if (!(await isFolder(folder))) return undefined;
  const files = await listFolder(folder);
  const file = named === undefined ? undefined : relative(folder, named).split(sep).join("/");
  const weights = chooseWeights(files, dtype, entry, { file });
  if (!weights) throw new ModelIntegrityError(name, noWeights(files, dtype), { file: folder });
  const missing = missingFiles(files);
  if (missing !== undefined) throw new ModelIntegrityError(name, missing, { file: folder });
  await rejectPointers(name, folder, selectFiles(files, weights.path, entry).present);
  return { folder, file: weights.path };
}

/** The folder that an ONNX file belongs to: its own or, as in `onnx/model.onnx`, the one above, whichever has the tokenizer. */
async function folderOf(file: string): Promise<string> {
  const own = dirname(file);
  for (const folder of [own, dirname(own)]) {
    if ((await Promise.all(REQUIRED_FILES.map((required) => isFile(join(folder, required))))).some(Boolean))
      return folder;
  }
  return own;
}

async function rejectPointers(name: string, folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = join(folder, file);
    if ((await stat(path)).size < LFS_POINTER_BYTES) rejectLfsPointer(name, file, await readFile(path, "utf8"));
  }
}

/** Bytes of those files that exist. */
async function totalBytes(folder: string, files: readonly string[]): Promise<number> {
  const sizes = files.map((file) =>
    stat(join(folder, file)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function looksLikePath(name: string): boolean {
  return (
    /^(\.{1,2}([/\\]|$)|[/\\~]|[A-Za-z]:[/\\]|file:)/i.test(name) ||
    (name.endsWith(".onnx") && !/^[\w.-]+\/[\w.-]+\//.test(name))
  );
}

/** The folder of a model that npm installs: a bundled one, or one in a separate package. */
export function installedFolder({ name, bundled, package: packageName }: ModelEntry): string | undefined {
  if (bundled) {
    const home = packageFolder("langchain-rerank");
    return home && join(home, "models", name);
  }
  if (packageName === undefined) return undefined;
  const folder = packageFolder(packageName);
  if (folder) return folder;
  throw new MissingDependencyError(packageName, `The model ${name}`);
}

/**
 * The folder of an installed package, this one included; finding it by name does not depend on where this code was built to. It is
 * looked up from this package and then from the working directory, since some package managers hide packages from one another.
 */
export function packageFolder(name: string): string | undefined {
  // Not called `require`, which CommonJS builds of this file use to compute `import.meta.url`.
  for (const start of [import.meta.url, join(process.cwd(), "package.json")].map((from) => createRequire(from))) {
    try {
      return dirname(start.resolve(`${name}/package.json`));
    } catch {
      // Not visible from here, or its `exports` hide package.json.
    }
    const folders = (start.resolve.paths(name) ?? []).map((path) => join(path, name));
    const found = folders.find((folder) => existsSync(join(folder, "package.json")));
    if (found !== undefined) return found;
  }
  return undefined;
}
