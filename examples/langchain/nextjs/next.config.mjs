/** What the route needs and the tracing of `output: "standalone"` and of Vercel does not see, because the model's thread loads it. */
const LOADED_BY_THE_THREAD = [
  "./node_modules/@huggingface/tokenizers/**/*",
  "./node_modules/onnxruntime-common/**/*",
  "./node_modules/onnxruntime-node/{dist,lib}/**/*",
  "./node_modules/onnxruntime-node/package.json",
  // The native library for where the app will run; all platforms together are 288 MB.
  "./node_modules/onnxruntime-node/bin/*/linux/x64/*",
];

/** @type {import("next").NextConfig} */
export default {
  output: "standalone",
  // Both are loaded from node_modules as they are: a worker file and a native library cannot be put into a bundle.
  serverExternalPackages: ["langchain-rerank", "onnxruntime-node"],
  outputFileTracingIncludes: { "/api/rerank": LOADED_BY_THE_THREAD },
};
