import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnnxEmbeddings } from "langchain-rerank/onnx";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type RunningServer, startProcess } from "./processes.js";
import { EXAMPLES, installExamples, runExample } from "./run-example.js";

const { path: command = "", reason } = inject("installed")["milvus-lite"];
const FILE = "qwen3-milvus-rag/qwen3-milvus-rag.js";
const SCRIPT = join(EXAMPLES, "qwen3-milvus-rag/milvus-lite.sh");
const FAQ = fileURLToPath(new URL("../../../shared/data/milvus_faq/faq", import.meta.url));
const noFaq = existsSync(FAQ) ? undefined : "no folder ../shared/data/milvus_faq beside the checkout";
const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));
const PROMPT = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:";

interface Found {
  heading: string;
  score: number;
}

interface Outcome {
  question: string;
  used: { embeddings: string; reranker: string; store: string };
  sections: number;
  candidates: Found[];
  best: { heading: string; sim: number; firstRank: number }[];
  messages: { role: string; content: string }[];
}

interface Client {
  connectPromise: Promise<void>;
  listCollections(): Promise<{ data: { name: string }[] }>;
  closeConnection(): Promise<unknown>;
}

/** Milvus' client, which only the examples have. */
function connect(address: string): Client {
  const { MilvusClient } = createRequire(join(EXAMPLES, "package.json"))("@zilliz/milvus2-sdk-node");
  return new MilvusClient({ address, logLevel: "panic" });
}

async function collections(address: string): Promise<string[]> {
  const client = connect(address);
  try {
    await client.connectPromise;
    return (await client.listCollections()).data.map(({ name }) => name);
  } finally {
    await client.closeConnection();
  }
}

describe.skipIf(reason)(`Milvus Lite${reason ? ` (${reason})` : ""}`, () => {
  let folder: string;
  let server: RunningServer;
  let MILVUS_URI: string;

  beforeAll(async () => {
    await installExamples();
    folder = mkdtempSync(join(tmpdir(), "milvus-"));
    // The installer and the example's script look in the same folder.
    const cache = { REAL_SERVERS_CACHE: join(command, "../../..") };
    const ready = (url: string) => collections(url).then(() => true);
    server = await startProcess(
      "bash",
      (port) => [SCRIPT, `${port}`, join(folder, "data")],
      ready,
      () => cache,
    );
    MILVUS_URI = server.url;
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("the example's script says what to set", () => {
    expect(server.log()).toContain(`export MILVUS_URI=${MILVUS_URI}`);
  });

  it("finds what memory finds, with the same scores, and leaves no collection behind", async () => {
    const [memory, milvus] = [
      await runExample<Outcome>(FILE, { MILVUS_URI: "" }),
      await runExample<Outcome>(FILE, { MILVUS_URI }),
    ];
    expect(memory.used.store).toMatch(/^memory/);
    expect(milvus.used.store).toBe(`Milvus at ${MILVUS_URI}`);
    expect(milvus.candidates).toHaveLength(10);
    for (const [index, { heading, score }] of memory.candidates.entries()) {
      expect(milvus.candidates[index]?.heading).toBe(heading);
      expect(milvus.candidates[index]?.score).toBeCloseTo(score, 5);
    }
    expect(milvus.best).toEqual(memory.best);
    expect(milvus.messages).toEqual(memory.messages);
    expect(await collections(MILVUS_URI)).toEqual([]);
  });

  it("a tiny Qwen3 embeds and reranks with its prompts", async () => {
    const env = { MILVUS_URI, EMBEDDINGS: tiny("qwen3-embedding"), RERANKER: tiny("qwen3-causal") };
    const { question, candidates, best, used } = await runExample<Outcome>(FILE, env);
    expect(used).toMatchObject({ embeddings: env.EMBEDDINGS, reranker: env.RERANKER });
    await using plain = new OnnxEmbeddings({ model: env.EMBEDDINGS, pooling: "last", queryPrefix: PROMPT });
    const query = await plain.embedQuery(question);
    const { readSections } = await import(join(EXAMPLES, "qwen3-milvus-rag/sections.js"));
    const sections: { pageContent: string; metadata: { heading: string } }[] = await readSections(
      join(EXAMPLES, "qwen3-milvus-rag/documents"),
    );
    const vectors = await plain.embedDocuments(sections.map(({ pageContent }) => pageContent));
    const cosines = sections.map(({ metadata }, index) => ({
      heading: metadata.heading,
      score: vectors[index]!.reduce((sum, value, place) => sum + value * query[place]!, 0),
    }));
    for (const { heading, score } of candidates)
      expect(score).toBeCloseTo(cosines.find((row) => row.heading === heading)!.score, 4);
    expect(candidates[0]?.score).toBeCloseTo(Math.max(...cosines.map(({ score }) => score)), 4);
    expect(best).toHaveLength(3);
  });

  it.skipIf(noFaq)(`the Milvus FAQ comes to 72 sections${noFaq ? ` (${noFaq})` : ""}`, async () => {
    const env = { MILVUS_URI, DOCUMENTS: FAQ, QUESTION: "How is data stored in milvus?" };
    const { sections, candidates, best } = await runExample<Outcome>(FILE, env);
    expect(sections).toBe(72);
    expect(candidates).toHaveLength(10);
    expect(best).toHaveLength(3);
    const lines = [
      "bundled models, first by embeddings:",
      ...candidates.slice(0, 3).map(({ heading, score }) => `  ${score.toFixed(4)}  ${heading}`),
      "reranked:",
      ...best.map(({ heading, sim }) => `  ${sim.toFixed(4)}  ${heading}`),
    ];
    console.warn(lines.join("\n"));
    expect(best[0]?.heading).toBe("Where does Milvus store data?");
  });
});
