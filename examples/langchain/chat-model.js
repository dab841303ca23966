// @ts-check
import { ChatOllama } from "@langchain/ollama";
import { requireService } from "../lib/missing-service.js";

/** @typedef {import("@langchain/core/language_models/chat_models").BaseChatModel} ChatModel */

/**
 * The chat model of an example: your own where `OLLAMA_CHAT_MODEL` names one (`OLLAMA_BASE_URL` says where, if not on this machine), else
 * the one given, which answers from a script. For another service put `new ChatOpenAI({ model })` or any other chat model here.
 *
 * @param {ChatModel} scripted
 * @returns {Promise<ChatModel>}
 */
export async function chatModel(scripted) {
  const model = process.env.OLLAMA_CHAT_MODEL;
  if (!model) return scripted;
  const address = process.env.OLLAMA_BASE_URL ?? "http://127.0.0.1:11434";
  await requireService({
    service: "Ollama",
    variable: "OLLAMA_BASE_URL",
    address,
    start: `ollama serve & ollama pull ${model}`,
  });
  return new ChatOllama({ model, baseUrl: address, maxRetries: 1 });
}
