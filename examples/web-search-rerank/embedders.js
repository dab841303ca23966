import { OllamaEmbeddings } from "@langchain/ollama";
import { OnnxEmbeddings } from "langchain-rerank/onnx";
import { StaticEmbeddings } from "langchain-rerank/static";
import { MissingServiceError, requireService } from "../lib/missing-service.js";

/**
 * @typedef {import("@langchain/core/embeddings").EmbeddingsInterface} Embeddings
 * @typedef {{ name: string, embeddings: Embeddings, dispose?: () => Promise<void> }} Embedder
 */

/**
 * The model to rerank with first, then the others to compare it with: Ollama's where `OLLAMA_MODEL` or `OLLAMA_HOST` is set, then both that ship.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Embedder[]>}
 */
export async function embedders({ OLLAMA_MODEL, OLLAMA_HOST }) {
  const encoder = new OnnxEmbeddings({ model: "late-en-v1" });
  const bundled = [
    { name: "late-en-v1", embeddings: encoder, dispose: () => encoder.dispose() },
    { name: "static-en-v1", embeddings: new StaticEmbeddings() },
  ];
  if (!OLLAMA_MODEL && !OLLAMA_HOST) return bundled;
  const model = OLLAMA_MODEL ?? "nomic-embed-text";
  const host = OLLAMA_HOST ?? "127.0.0.1:11434";
  const baseUrl = /^https?:/.test(host) ? host : `http://${host}`;
  await requireModel(model, baseUrl);
  // LangChain's defaults try for more than a minute when a text is too long.
  const embeddings = new OllamaEmbeddings({ model, baseUrl, maxRetries: 1, truncate: true });
  return [{ name: `${model} (Ollama)`, embeddings }, ...bundled];
}

/**
 * @param {string} model
 * @param {string} address
 */
async function requireModel(model, address) {
  await requireService({ service: "Ollama", variable: "OLLAMA_HOST", address, start: "ollama serve" });
  const response = await fetch(new URL("/api/show", address), { method: "POST", body: JSON.stringify({ model }) });
  await response.body?.cancel();
  if (response.ok) return;
  const problem = `at ${address} does not have the model ${model}`;
  throw new MissingServiceError({
    service: "Ollama",
    variable: "OLLAMA_MODEL",
    start: `ollama pull ${model}`,
    problem,
  });
}
