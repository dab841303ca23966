import { InvalidOptionError } from "./errors.js";
import { absoluteFolder, browserSettings } from "./platform/web/browser-settings.js";

/**
 * Where the files of the bundled models lie, seen from this file and from what it is built to: both are one folder below the package's
 * root. Each is written out, because bundlers carry along what they can read in this form only.
 */
const FILES: Record<string, () => Record<string, URL>> = {
  "rerank-en-v1": () => ({
    "config.json": new URL("../models/rerank-en-v1/config.json", import.meta.url),
    "tokenizer.json": new URL("../models/rerank-en-v1/tokenizer.json", import.meta.url),
    "tokenizer_config.json": new URL("../models/rerank-en-v1/tokenizer_config.json", import.meta.url),
    "golden.json": new URL("../models/rerank-en-v1/golden.json", import.meta.url),
    "onnx/model_int8.onnx": new URL("../models/rerank-en-v1/onnx/model_int8.onnx", import.meta.url),
  }),
  "late-en-v1": () => ({
    "config.json": new URL("../models/late-en-v1/config.json", import.meta.url),
    "tokenizer.json": new URL("../models/late-en-v1/tokenizer.json", import.meta.url),
    "tokenizer_config.json": new URL("../models/late-en-v1/tokenizer_config.json", import.meta.url),
    "golden.json": new URL("../models/late-en-v1/golden.json", import.meta.url),
    "onnx/model_int8.onnx": new URL("../models/late-en-v1/onnx/model_int8.onnx", import.meta.url),
  }),
};

/** Addresses of a bundled model's files: below `modelsUrl` where the page has set it, else beside the package. */
export function bundledModelUrls(folder: string): Record<string, string> {
  const { modelsUrl } = browserSettings();
  const urls = FILES[folder]!();
  const base = modelsUrl === undefined ? undefined : new URL(`${folder}/`, absoluteFolder(modelsUrl));
  return Object.fromEntries(Object.entries(urls).map(([path, url]) => [path, (base ? new URL(path, base) : url).href]));
}

/** What a model's npm package holds. */
const PACKAGED_FILES = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "golden.json",
  "onnx/model_int8.onnx",
];

/**
 * Addresses of the files of a model that comes as an npm package of its own: no bundler can carry along what may not be installed, so the
 * page has to say where it serves them.
 *
 * @throws InvalidOptionError without `modelsUrl`
 */
export function packagedModelUrls(name: string): Record<string, string> {
  const { modelsUrl } = browserSettings();
  if (modelsUrl === undefined) {
    throw new InvalidOptionError("modelsUrl", modelsUrl, `the address of a folder that holds \`${name}/\``);
  }
  const base = new URL(`${name}/`, absoluteFolder(modelsUrl));
  return Object.fromEntries(PACKAGED_FILES.map((path) => [path, new URL(path, base).href]));
}
