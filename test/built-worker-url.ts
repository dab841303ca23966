export const workerUrl = new URL("../dist/inference-worker.js", import.meta.url);
