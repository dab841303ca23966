/**
 * URL of the bundled static model, relative to this file and to the built file: both are one folder below the package's root.
 * Bundlers that understand `new URL(…, import.meta.url)` include the file.
 *
 * @param modelsUrl The folder that the page has configured. Without it, the file next to the package's code.
 */
export function staticModelUrl(modelsUrl?: URL): URL {
  if (modelsUrl !== undefined) return new URL("static-en-v1/model.safetensors", modelsUrl);
  return new URL("../models/static-en-v1/model.safetensors", import.meta.url);
}
