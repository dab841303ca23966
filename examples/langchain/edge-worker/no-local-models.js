// @ts-check
/** Stands in for `langchain-rerank/onnx` in the worker, see wrangler.toml. */
throw new Error("local models need Node");
