/** Which models the example works with: Qwen3's where variables name them, the bundled ones elsewhere. */
import { ChatOllama, OllamaEmbeddings } from "@langchain/ollama";
import { BackendError, CrossEncoderReranker } from "langchain-rerank";
import { OnnxEmbeddings } from "langchain-rerank/onnx";
import { requireService } from "../lib/missing-service.js";

/** What Qwen3-Embedding was trained to find before a question (its model card, prompt "query"). Documents stand alone. */
export const QUERY_PROMPT =
  "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:";

/**
 * @param {string | undefined} name a folder, a model of the registry, or `ollama:` and a model; without one the bundled encoder
 * @returns {Promise<import("@langchain/core/embeddings").EmbeddingsInterface>}
 */
export async function openEmbeddings(name = process.env.EMBEDDINGS) {
  if (!name) return new OnnxEmbeddings({ model: "late-en-v1" });
  if (!name.startsWith("ollama:"))
    return new OnnxEmbeddings({ model: name, queryPrefix: QUERY_PROMPT, pooling: "last" });
  const model = name.slice("ollama:".length);
  const ollama = new OllamaEmbeddings({ model, baseUrl: await ollamaWith(model), maxRetries: 0, truncate: true });
  return {
    embedDocuments: (texts) => ollama.embedDocuments(texts),
    embedQuery: (text) => ollama.embedQuery(QUERY_PROMPT + text),
  };
}

/** Servers that rerank with Qwen3-Reranker, for the message when one is named and not there. */
const RERANK_SERVERS = {
  vllm: {
    service: "vLLM",
    variable: "VLLM_BASE_URL",
    start: "vllm serve Qwen/Qwen3-Reranker-0.6B (options: README.md)",
  },
  tei: { service: "TEI", variable: "TEI_BASE_URL", start: "text-embeddings-router --model-id YOUR_MODEL --port 8080" },
};

/**
 * Qwen3-Reranker's own prompt comes with it, whether it runs here (ONNX) or in Ollama.
 * @param {string | undefined} model a folder, a model of the registry, or `provider:model`; without one the bundled cross-encoder
 */
export async function openReranker(model = process.env.RERANKER) {
  const options = { topN: 3, details: true };
  if (!model) return new CrossEncoderReranker(options);
  const [provider, ...rest] = model.split(":");
  if (provider === "ollama") await ollamaWith(rest.join(":"));
  const reranker = new CrossEncoderReranker({ ...options, model });
  if (provider === "vllm" || provider === "tei") {
    const { variable, ...server } = RERANK_SERVERS[provider];
    await requireService({ ...server, variable, address: process.env[variable] ?? "" });
  }
  return reranker;
}

/**
 * A chat model, or nothing. For any other, return it here: `new ChatOpenAI({ model: "gpt-4o" })` of `@langchain/openai`, say.
 * @param {string | undefined} model
 */
export async function openChat(model = process.env.OLLAMA_CHAT_MODEL) {
  return model ? new ChatOllama({ model, baseUrl: await ollamaWith(model), maxRetries: 0 }) : undefined;
}

/**
 * The address of an Ollama that has the model.
 * @param {string} model
 */
export async function ollamaWith(model) {
  const host = process.env.OLLAMA_HOST ?? "127.0.0.1:11434";
  const address = host.includes("://") ? host : `http://${host}`;
  await requireService({ service: "Ollama", variable: "OLLAMA_HOST", start: "ollama serve", address });
  const { status } = await fetch(`${address}/api/show`, { method: "POST", body: JSON.stringify({ model }) });
  if (status === 404) throw new BackendError("ollama", `it has no model "${model}"; try: ollama pull ${model}`);
  return address;
}
