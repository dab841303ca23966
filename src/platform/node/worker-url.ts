/**
 * URL of the built worker, which is next to the package's other files. It is in a separate module so that tests can replace it.
 *
 * @throws TypeError if a bundler has removed `import.meta.url`.
 */
export function workerUrl(): URL {
  return new URL("./inference-worker.js", import.meta.url);
}
