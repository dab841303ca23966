import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Document, type DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { OnnxEmbeddings } from "langchain-rerank/onnx";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CrossEncoderReranker } from "../../src/index.js";
import { load } from "./load.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));

/** As Qwen3-Embedding's model card has it, typed out once more: what the example holds must be this. */
const PROMPT = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:";
const QUESTION = "where does the ferry land?";
const TEXTS = ["The ferry lands below the mill.", "Bread is baked before dawn."];

const { openEmbeddings, openReranker } = await load<{
  openEmbeddings(name: string): Promise<EmbeddingsInterface>;
  openReranker(name: string): Promise<CrossEncoderReranker>;
}>("qwen3-milvus-rag/models.js");
const { main } = await load<{
  main(): Promise<{ answer: string | undefined; messages: { role: string; content: string }[] }>;
}>("qwen3-milvus-rag/qwen3-milvus-rag.js");
const { splitOnHeadings } = await load<{
  splitOnHeadings(markdown: string, source: string): DocumentInterface[];
}>("qwen3-milvus-rag/sections.js");

/** What speaks as Ollama does and keeps what it was sent. */
const ollama = { requests: [] as { path: string; body: Record<string, unknown> }[] };
const server = createServer(async (request, response) => {
  const path = request.url ?? "";
  const text = await readText(request);
  const body = JSON.parse(text || "{}") as Record<string, unknown>;
  ollama.requests.push({ path, body });
  response.statusCode = body.model === "missing" ? 404 : 200;
  const message = { role: "assistant", content: "In the register [1]." };
  const answers: Record<string, object> = {
    "/api/embed": { embeddings: [body.input].flat().map(() => [1, 0]) },
    "/api/chat": { model: body.model, created_at: "2026-01-01T00:00:00Z", message, done: true, done_reason: "stop" },
  };
  response.end(`${JSON.stringify(answers[path] ?? {})}\n`);
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  ollama.requests.length = 0;
  vi.stubEnv("OLLAMA_HOST", `127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("Qwen3-Embedding in the example", () => {
  it("reads questions behind the model's prompt and documents without one, and pools the last token", async () => {
    const embeddings = await openEmbeddings(tiny("qwen3-embedding"));
    await using plain = new OnnxEmbeddings({ model: tiny("qwen3-embedding"), pooling: "last", queryPrefix: "" });
    expect(await embeddings.embedQuery(QUESTION)).toEqual(await plain.embedQuery(PROMPT + QUESTION));
    expect(await embeddings.embedDocuments(TEXTS)).toEqual(await plain.embedDocuments(TEXTS));
    expect(await embeddings.embedQuery(QUESTION)).not.toEqual(await plain.embedQuery(QUESTION));
  });

  it("is sent the same in Ollama", async () => {
    const embeddings = await openEmbeddings("ollama:qwen3-embedding:0.6b");
    await embeddings.embedQuery(QUESTION);
    await embeddings.embedDocuments(TEXTS);
    const inputs = ollama.requests.filter(({ path }) => path === "/api/embed").flatMap(({ body }) => body.input);
    expect(inputs).toEqual([PROMPT + QUESTION, ...TEXTS]);
  });
});

describe("the chat model of the example", () => {
  it("answers from the passages that were kept", async () => {
    vi.stubEnv("OLLAMA_CHAT_MODEL", "a-chat-model");
    const { answer, messages } = await main();
    expect(answer).toBe("In the register [1].");
    const [chat] = ollama.requests.filter(({ path }) => path === "/api/chat");
    expect(chat?.body.model).toBe("a-chat-model");
    expect(chat?.body.messages).toMatchObject(messages);
  });

  it("a model that Ollama does not have is reported with the command that pulls it", async () => {
    vi.stubEnv("OLLAMA_CHAT_MODEL", "missing");
    await expect(main()).rejects.toMatchObject({ name: "BackendError", message: /ollama pull missing/ });
  });
});

describe("Qwen3-Reranker in the example", () => {
  it("gives the scores that transformers gives with the prompt of the model's card", async () => {
    const { pairs, logits } = JSON.parse(readFileSync(`${tiny("qwen3-causal")}/golden.json`, "utf8")) as {
      pairs: [string, string][];
      logits: [number][];
    };
    const reranker = await openReranker(tiny("qwen3-causal"));
    let compared = 0;
    for (const [index, [query, pageContent]] of pairs.entries()) {
      if (pageContent.trim() === "") continue;
      const [best] = await reranker.compressDocuments([new Document({ pageContent })], query);
      expect(best!.metadata.sim).toBeCloseTo(1 / (1 + Math.exp(-logits[index]![0])), 4);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(35);
    await reranker.dispose();
  });
});

describe("the split on headings", () => {
  it("keeps every character but the space between sections, and each heading with what follows it", () => {
    const markdown = "---\nid: a\n---\n\n# One\n\ntext # not a heading\n\n ## Two\n#hashtag\n\n#### Three\n";
    const sections = splitOnHeadings(markdown, "a.md");
    expect(sections.map(({ metadata }) => metadata)).toEqual(
      ["", "One", "Two", "Three"].map((heading) => ({ source: "a.md", heading })),
    );
    const squeeze = (text: string) => text.replace(/\s/g, "");
    expect(squeeze(sections.map(({ pageContent }) => pageContent).join(""))).toBe(squeeze(markdown));
    expect(splitOnHeadings(" \n", "empty.md")).toEqual([]);
  });
});
