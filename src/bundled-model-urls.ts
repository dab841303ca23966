import { InvalidOptionError } from "./errors.js";

/**
 * URLs of the bundled models' files, relative to this file and to the built file: both are one folder below the package's root. Each
 * URL is written out because bundlers only find files that are named in this form.
 */
const FILES: Record<string, () => Record<string, URL>> = {
  "rerank-en-v1": () => ({
    "config.json": new URL("../models/rerank-en-v1/config.json", import.meta.url),
    "tokenizer.json": new URL("../models/rerank-en-v1/tokenizer.json", import.meta.url),
    "tokenizer_config.json": new URL("../models/rerank-en-v1/tokenizer_config.json", import.meta.url),
    "golden.json": new URL("../models/rerank-en-v1/golden.json", import.meta.url),
    "onnx/model_int8.onnx": new URL("../models/rerank-en-v1/onnx/model_int8.onnx", import.meta.url),
    "onnx/model_int8.onnx_data": new URL("../models/rerank-en-v1/onnx/model_int8.onnx_data", import.meta.url),
  }),
  "late-en-v1": () => ({
    "config.json": new URL("../models/late-en-v1/config.json", import.meta.url),
    "tokenizer.json": new URL("../models/late-en-v1/tokenizer.json", import.meta.url),
    "tokenizer_config.json": new URL("../models/late-en-v1/tokenizer_config.json", import.meta.url),
    "golden.json": new URL("../models/late-en-v1/golden.json", import.meta.url),
    "onnx/model_int8.onnx": new URL("../models/late-en-v1/onnx/model_int8.onnx", import.meta.url),
    "onnx/model_int8.onnx_data": new URL("../models/late-en-v1/onnx/model_int8.onnx_data", import.meta.url),
  }),
};

/**
 * URLs of a bundled model's files, by path.
 *
 * @param modelsUrl The folder that the page has configured. Without it, the files next to the package's code.
 */
export function bundledModelUrls(name: string, modelsUrl?: URL): Record<string, string> {
  const base = modelsUrl && new URL(`${name}/`, modelsUrl);
  const urls = Object.entries(FILES[name]!());
  return Object.fromEntries(urls.map(([path, url]) => [path, (base ? new URL(path, base) : url).href]));
}

/** The files of a model in a separate npm package. */
const PACKAGED_FILES = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "golden.json",
  "onnx/model_int8.onnx",
  "onnx/model_int8.onnx_data",
];

/**
 * URLs of the files of a model that comes in a separate npm package, by path. Bundlers cannot include a package that may not be
 * installed, so the page has to configure where it serves the files.
 *
 * @throws InvalidOptionError without `modelsUrl`.
 */
export function packagedModelUrls(name: string, modelsUrl?: URL): Record<string, string> {
  if (modelsUrl === undefined) {
    throw new InvalidOptionError("modelsUrl", modelsUrl, `the URL of a folder that contains \`${name}/\``);
  }
  const base = new URL(`${name}/`, modelsUrl);
  return Object.fromEntries(PACKAGED_FILES.map((path) => [path, new URL(path, base).href]));
}
