/**
 * Where the bundled static model lies, seen from this file and from what it is built to: both are one folder below the package's root.
 * Bundlers that know `new URL(…, import.meta.url)` carry the file along.
 */
export const STATIC_MODEL_URL = (): URL => new URL("../models/static-en-v1/model.safetensors", import.meta.url);
