import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Document } from "@langchain/core/documents";
import { HybridReranker } from "langchain-rerank";
import { afterEach, expect, it } from "vitest";
import { built } from "../support/built.js";
import { golden, post } from "./fixtures.js";

const CLI = built("cli.js");
const MODEL = new URL("../fixtures/tiny-models/bert-one-logit", import.meta.url).pathname;
const EMBEDDER = new URL("../fixtures/tiny-models/bert-encoder", import.meta.url).pathname;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

/** Runs the command until it serves or exits. */
async function serve(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [CLI, "serve", "--port", "0", ...args], {
    env: { ...process.env, ...environment },
  });
  children.push(child);
  let text = "";
  child.stderr.on("data", (part) => {
    text += part;
  });
  const url = await new Promise<string | undefined>((resolve) => {
    child.stderr.on("data", () => {
      const found = /Serving .* on (http:\S+)/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.on("exit", () => resolve(undefined));
  });
  const exit = async () => {
    if (child.exitCode === null) await once(child, "exit");
    return child.exitCode;
  };
  return { child, url: url as string, output: () => text, exit };
}

it("serves named models and a hybrid of them, and ends with 0 on SIGTERM", async () => {
  const { url, child, exit, output } = await serve([
    "-m",
    `tiny=${MODEL}`,
    "-e",
    `embed=${EMBEDDER}`,
    "--hybrid",
    "0.6",
  ]);
  expect(new URL(url).hostname).toBe("127.0.0.1");
  const models = await (await fetch(`${url}/v1/models`)).json();
  expect(models.data.map(({ id }: { id: string }) => id)).toEqual(["tiny", "hybrid", "embed"]);
  const [[query]] = golden.pairs as [[string, string]];
  const documents = golden.pairs.slice(0, 5).map(([, document]) => document);
  const cross = await post(`${url}/v1/rerank`, { query, documents });
  const hybrid = await post(`${url}/v1/rerank`, { model: "hybrid", query, documents });
  for (const { status, body } of [cross, hybrid]) {
    expect(status).toBe(200);
    expect(body.results.map(({ index }: { index: number }) => index).toSorted()).toEqual([0, 1, 2, 3, 4]);
  }
  expect(hybrid.body.results.map(({ relevance_score }: { relevance_score: number }) => relevance_score)).not.toEqual(
    cross.body.results.map(({ relevance_score }: { relevance_score: number }) => relevance_score),
  );
  expect((await post(`${url}/v1/embeddings`, { input: "text" })).body.data[0].embedding).toHaveLength(32);
  child.kill("SIGTERM");
  expect(await exit()).toBe(0);
  expect(output()).toContain("Shutting down");
});

it("reads its key from the environment and never prints it", async () => {
  const key = "server-key-1234567890";
  const { url, child, exit, output } = await serve(["-m", MODEL, "--host", "127.0.0.1"], {
    LANGCHAIN_RERANK_API_KEY: key,
  });
  const body = { query: "q", documents: ["d"] };
  expect((await post(`${url}/v1/rerank`, body)).status).toBe(401);
  expect((await post(`${url}/v1/rerank`, body, { authorization: `Bearer ${key}` })).status).toBe(200);
  child.kill("SIGINT");
  expect(await exit()).toBe(0);
  expect(output()).not.toContain(key);
});

it("prints every request with its ID and without its texts for --log-requests", async () => {
  const { url, child, exit, output } = await serve(["-m", MODEL, "--log-requests"]);
  const body = { query: "secret question", documents: ["secret text"] };
  await post(`${url}/v1/rerank`, body, { "x-request-id": "from-the-client" });
  await post(`${url}/v1/rerank`, {}, { "x-request-id": "a-bad-one" });
  await expect.poll(output).toContain("a-bad-one");
  child.kill("SIGTERM");
  await exit();
  const lines = output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { requestId: string; milliseconds: number });
  const rerank = { method: "POST", path: "/v1/rerank" };
  expect(lines).toEqual([
    expect.objectContaining({ ...rerank, requestId: "from-the-client", status: 200 }),
    expect.objectContaining({ ...rerank, requestId: "a-bad-one", status: 400 }),
  ]);
  for (const { milliseconds } of lines) expect(milliseconds).toBeGreaterThanOrEqual(0);
  expect(output()).not.toContain("secret");
});

it("keeps serving when nobody reads its log any more", async () => {
  const { url, child, exit } = await serve(["-m", MODEL, "--log-requests"]);
  child.stderr!.destroy();
  for (let request = 0; request < 3; request++) {
    expect((await post(`${url}/v1/rerank`, { query: "q", documents: ["d"] })).status).toBe(200);
  }
  child.kill("SIGTERM");
  expect(await exit()).toBe(0);
});

it("serves the playground with its models and the bundled embeddings, unless --no-playground is given", async () => {
  const headers = { accept: "text/html" };
  const open = await serve(["-m", `tiny=${MODEL}`, "-e", `embed=${EMBEDDER}`, "--hybrid"]);
  expect(await (await fetch(`${open.url}/`, { headers })).text()).toMatch(/^<!doctype html>/);
  await expect.poll(open.output).toContain(`${open.url}/\n`);
  const { models } = await (await fetch(`${open.url}/playground/models`)).json();
  expect(models.map(({ id }: { id: string }) => id)).toEqual(["tiny", "embed", "static-en-v1"]);
  open.child.kill("SIGTERM");
  expect(await open.exit()).toBe(0);
  const closed = await serve(["-m", MODEL, "--no-playground"]);
  expect((await fetch(`${closed.url}/`, { headers })).status).toBe(404);
  closed.child.kill("SIGTERM");
  await closed.exit();
});

it("offers a second bundled model on the page only when started without --model", async () => {
  const { url, child, exit } = await serve([]);
  const { models } = await (await fetch(`${url}/playground/models`)).json();
  expect(models).toMatchObject([
    { id: "late-en-v1", kind: "late-interaction" },
    { id: "static-en-v1", kind: "embedding" },
  ]);
  const served = await (await fetch(`${url}/v1/models`)).json();
  expect(served.data.map(({ id }: { id: string }) => id)).toEqual(["late-en-v1"]);
  const { status, body } = await post(`${url}/playground/rerank`, {
    query: "what do bees see?",
    documents: ["Bread rises faster in a warm kitchen.", "Bees see ultraviolet light, which guides them to nectar."],
    method: { reranker: "cross-encoder", model: "late-en-v1" },
  });
  expect(status).toBe(200);
  expect(body.results.map(({ index }: { index: number }) => index)).toEqual([1, 0]);
  child.kill("SIGTERM");
  expect(await exit()).toBe(0);
});

it("serves the default hybrid for --hybrid without an embedding model", async () => {
  const { url, child, exit } = await serve(["-m", `tiny=${MODEL}`, "--hybrid", "--model-alias", "rerank-v3.5=hybrid"]);
  const models = await (await fetch(`${url}/v1/models`)).json();
  expect(models.data.map(({ id }: { id: string }) => id)).toEqual(["tiny", "hybrid", "rerank-v3.5"]);
  const documents = ["Bread rises in a warm kitchen.", "Bees see ultraviolet light.", ""];
  const body = { model: "rerank-v3.5", query: "what do bees see?", documents };
  const { status, body: answer } = await post(`${url}/v1/rerank`, body);
  expect({ status, model: answer.model }).toEqual({ status: 200, model: "hybrid" });
  expect(answer.results).toHaveLength(3);
  expect(answer.results[2]).toMatchObject({ index: 2, relevance_score: 0 });
  child.kill("SIGTERM");
  expect(await exit()).toBe(0);
});

it("gives for --hybrid alone the scores that HybridReranker has without options", async () => {
  const { url, child, exit } = await serve(["--hybrid"]);
  // More than a topK of 20 would score.
  const documents = Array.from({ length: 30 }, (_, index) => `Bees see ${index} kinds of ultraviolet light.`);
  documents[7] = " ";
  const query = "what do bees see?";
  const { body } = await post(`${url}/v1/rerank`, { model: "hybrid", query, documents });
  await using reranker = new HybridReranker();
  const ranked = await reranker.compressDocuments(
    documents.map((pageContent) => new Document({ pageContent })),
    query,
  );
  expect(body.results.map(({ relevance_score }: { relevance_score: number }) => relevance_score)).toEqual(
    ranked.map(({ metadata }) => expect.closeTo(metadata.sim as number, 5)),
  );
  child.kill("SIGTERM");
  expect(await exit()).toBe(0);
});

it("prints an address that works while it listens on every address", async () => {
  const { url, child, exit } = await serve(["-m", MODEL, "--host", "0.0.0.0"]);
  expect(new URL(url).hostname).toBe("127.0.0.1");
  expect((await fetch(`${url}/health`)).status).toBe(200);
  child.kill("SIGTERM");
  await exit();
});

it("warns when other machines can reach it without a key", async () => {
  const { child, exit, output } = await serve(["-m", MODEL, "--host", "0.0.0.0"]);
  await expect.poll(output).toContain("LANGCHAIN_RERANK_API_KEY");
  child.kill("SIGTERM");
  await exit();
});

it("says what to do if its port is taken", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { exit, output } = await serve(["-m", MODEL, "--port", String(port)]);
  expect(await exit()).toBe(1);
  expect(output()).toContain("Another program uses this port: stop it, or choose another port with --port.");
  other.close();
});

it.each<[string[], number, RegExp]>([
  [["--model", "/no/such/folder"], 1, /no\/such\/folder/],
  [["-m", MODEL, "-m", MODEL], 2, /NAME=MODEL/],
  [
    ["-e", "a=static-en-v1", "-e", "a=late-en-v1"],
    2,
    /--embeddings: two models are named "a"\. Give each a name of its own: --embeddings NAME=/,
  ],
  [
    ["-m", `hybrid=${MODEL}`, "--hybrid"],
    2,
    /--model: two models are named "hybrid"\. Give each a name of its own: --model NAME=MODEL/,
  ],
  [["-m", `a=${MODEL}`, "-m", `b=${MODEL}`, "--model-alias", "a=b"], 2, /a=b: "a" is already the name of a\. Choose/],
  [["-m", `a=${MODEL}`, "-m", `b=${MODEL}`, "--model-alias", "c=a", "c=b"], 2, /c=b: "c" is already the name of a\./],
  [["-m", MODEL, "--model-alias", "other=missing"], 2, /no model is served as "missing"; there are /],
  [["-m", MODEL, "--cors", "example"], 2, /--cors example: give an origin/],
  [["-m", MODEL, "--concurrency", "0"], 2, /must be an integer, 1 or more/],
  [["-m", MODEL, "--port", "99999"], 2, /must be an integer between 0 and 65535/],
  [["-m", MODEL, "--api-key", "short"], 2, /8 visible/],
  [["-m", MODEL, "--host", "192.0.2.1"], 1, /Cannot listen on 192\.0\.2\.1/],
  [["-m", "localai:m"], 2, /LOCALAI_BASE_URL/],
])("ends %j with exit code %d and a reason", async (args, code, message) => {
  const { exit, output } = await serve(args, { LOCALAI_BASE_URL: "" });
  expect(await exit()).toBe(code);
  expect(output()).toMatch(message);
});
