/** The built worker, which lies beside the package's other files. A module of its own, so that tests can replace it. */
export const workerUrl = new URL("./inference-worker.js", import.meta.url);
