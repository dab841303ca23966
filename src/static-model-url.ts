import { absoluteFolder, browserSettings } from "./platform/web/browser-settings.js";

/**
 * Where the bundled static model lies, seen from this file and from what it is built to: both are one folder below the package's root.
 * Bundlers that know `new URL(…, import.meta.url)` carry the file along. Pages can say otherwise.
 */
export function staticModelUrl(): URL {
  const { modelsUrl } = browserSettings();
  if (modelsUrl !== undefined) return new URL("static-en-v1/model.safetensors", absoluteFolder(modelsUrl));
  return new URL("../models/static-en-v1/model.safetensors", import.meta.url);
}
