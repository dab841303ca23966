import type { Command } from "commander";
import { defaultModel } from "../models/find.js";
import type { RelevanceScorer } from "../scorers/relevance-scorer.js";
import { createRemoteScorer, isRemoteModel } from "../scorers/remote.js";
import type { ServedEmbedder } from "../server/options.js";
import { CliError, EXIT, EXIT_CODES_HELP } from "./failure.js";
import { interruption } from "./interruption.js";
import { finiteNumber, wholeNumber } from "./options.js";

/** What `serve` was told on the command line. */
interface ServeOptions {
  model?: string[];
  embeddings?: string[];
  hybrid?: number | true;
  host: string;
  port: number;
  apiKey?: string;
  rawScores?: boolean;
  concurrency?: number;
  maxQueue?: number;
  maxDocuments?: number;
  maxBody?: number;
  timeout?: number;
  grace?: number;
  acceptLicense?: boolean;
  playground: boolean;
}

const KEY_VARIABLE = "LANGCHAIN_RERANK_API_KEY";
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

const HELP = `
Examples:
  $ langchain-rerank serve
  $ langchain-rerank serve --model en=cross-encoder/ettin-reranker-17m-v1 --model ./my-reranker --port 9000
  $ langchain-rerank serve --embeddings Xenova/all-MiniLM-L6-v2 --hybrid 0.7
  $ ${KEY_VARIABLE}=... langchain-rerank serve --host 0.0.0.0
  $ curl localhost:8787/v1/rerank -d '{"query": "tea", "documents": ["green tea", "a bicycle"]}'

Answers POST /v1/rerank (Jina, Cohere v1, vLLM), /v2/rerank (Cohere v2), /rerank (TEI, or as /v1), /v1/embeddings (OpenAI);
GET /health, /v1/models, /metrics (Prometheus). At / browsers get a page to try the models on. Only this machine can reach it
unless --host says otherwise.
`;

/** Adds the command `serve`. */
export function register(program: Command): void {
  program
    .command("serve")
    .summary("answer rerank and embedding requests over HTTP")
    .description("Serves local models over HTTP, in the formats of Jina, Cohere, TEI and OpenAI.")
    .option(
      "-m, --model <[name=]model...>",
      "cross-encoders and late-interaction models to serve, the first is the default (default: the bundled one)",
      collect,
    )
    .option("-e, --embeddings <[name=]model...>", "embedding models to serve", collect)
    .option(
      "--hybrid [alpha]",
      "also serve `hybrid`: the first of both, blended, alpha for the cross-encoder (0.7)",
      finiteNumber,
    )
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("-p, --port <number>", "port to listen on, 0 for any free one", wholeNumber(0), 8787)
    .option(
      "--api-key <key>",
      `key that clients must send; better set ${KEY_VARIABLE}, which other users of the machine cannot see`,
    )
    .option("--raw-scores", "answer with logits unless a request asks otherwise")
    .option("--concurrency <count>", "requests worked on at a time (4)", wholeNumber(1))
    .option("--max-queue <count>", "requests that may wait, more are answered 429 (256)", wholeNumber(0))
    .option("--max-documents <count>", "texts a request (1000)", wholeNumber(1))
    .option("--max-body <bytes>", "bytes a request (4194304)", wholeNumber(1))
    .option("--timeout <ms>", "milliseconds from request to answer, then 503 (60000)", wholeNumber(1))
    .option("--grace <ms>", "milliseconds that requests get to end at shutdown (10000)", wholeNumber(0))
    .option("--accept-license", "your use is allowed by the licence of a non-commercial model")
    .option("--no-playground", "no page to try the models on at /")
    .addHelpText("after", HELP + EXIT_CODES_HELP)
    .action(run);
}

async function run(options: ServeOptions): Promise<void> {
  const apiKey = options.apiKey ?? process.env[KEY_VARIABLE];
  if (apiKey !== undefined && !/^[\x21-\x7e]{8,}$/.test(apiKey)) {
    throw new CliError("The API key must have at least 8 visible ASCII characters and no blanks.", EXIT.usage);
  }
  const signal = interruption();
  const rerankers = await loadRerankers(options);
  const embedders = await loadEmbedders(options);
  const playground = options.playground ? await loadPlayground(options, embedders) : undefined;
  if (options.hybrid !== undefined) rerankers.set("hybrid", await makeHybrid(options.hybrid, rerankers, embedders));
  await warmUp(rerankers, embedders, signal);

  const { listen } = await import("../server/listen.js");
  const server = await listen({
    rerankers,
    embedders,
    playground,
    apiKey,
    host: options.host,
    port: options.port,
    onError: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
    ...given({
      rawScores: options.rawScores,
      concurrency: options.concurrency,
      maxQueue: options.maxQueue,
      maxDocuments: options.maxDocuments,
      maxBodyBytes: options.maxBody,
      requestTimeout: options.timeout,
      grace: options.grace,
    }),
  }).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`Cannot listen on ${options.host}:${options.port}: ${error.message}`, EXIT.failed, {
      cause: error,
    });
  });
  const names = [...rerankers.keys(), ...embedders.keys()].join(", ");
  process.stderr.write(`Serving ${names} on ${server.url}\n`);
  if (playground) process.stderr.write(`Try it in a browser: ${server.url}/\n`);
  if (apiKey === undefined && !LOOPBACK.test(options.host)) {
    process.stderr.write(
      `warning: everyone who can reach ${server.url} may use it; set ${KEY_VARIABLE} to ask for a key\n`,
    );
  }
  await ended(signal);
  process.stderr.write("Shutting down: finishing the requests under way\n");
  await server.close();
}

async function loadRerankers(
  { model = [], acceptLicense }: ServeOptions,
  reading: { longDocuments?: "max-passage" } = {},
): Promise<Map<string, RelevanceScorer>> {
  const { createOnnxScorer } = await import("langchain-rerank/onnx");
  const more = { ...reading, ...(acceptLicense ? { acceptLicense } : {}) };
  if (model.length === 0) {
    return new Map([[defaultModel().name, createOnnxScorer(more)]]);
  }
  const rerankers = new Map<string, RelevanceScorer>();
  for (const { name, target } of model.map(splitName)) {
    if (rerankers.has(name))
      throw new CliError(`--model: two models are named "${name}"; write --model NAME=MODEL.`, EXIT.usage);
    const remote = isRemoteModel(target);
    rerankers.set(name, remote ? await createRemoteScorer(target) : createOnnxScorer({ model: target, ...more }));
  }
  return rerankers;
}

/** The page reads long documents whole, since it shows the passage that counts. Both ways of reading share a model's memory. */
async function loadPlayground(options: ServeOptions, embedders: ReadonlyMap<string, ServedEmbedder>) {
  const { preparePlayground } = await import("./serve-playground.js");
  const rerankers = await loadRerankers(options, { longDocuments: "max-passage" });
  return preparePlayground(rerankers, embedders, { compare: options.model === undefined });
}

async function loadEmbedders({ embeddings = [], acceptLicense }: ServeOptions): Promise<Map<string, ServedEmbedder>> {
  const embedders = new Map<string, ServedEmbedder>();
  if (embeddings.length === 0) return embedders;
  const { OnnxEmbeddings } = await import("langchain-rerank/onnx");
  for (const { name, target } of embeddings.map(splitName)) {
    embedders.set(name, new OnnxEmbeddings({ model: target, ...(acceptLicense ? { acceptLicense } : {}) }));
  }
  return embedders;
}

async function makeHybrid(
  alpha: number | true,
  rerankers: ReadonlyMap<string, RelevanceScorer>,
  embedders: ReadonlyMap<string, ServedEmbedder>,
): Promise<RelevanceScorer> {
  const [model] = rerankers.values();
  const [embeddings] = embedders.values();
  if (!model || !embeddings)
    throw new CliError("--hybrid needs an embedding model: add --embeddings NAME.", EXIT.usage);
  const { HybridReranker } = await import("langchain-rerank");
  const { rerankerAsScorer } = await import("../server/reranker-scorer.js");
  return rerankerAsScorer(new HybridReranker({ model, embeddings, ...(alpha === true ? {} : { alpha }) }), "hybrid");
}

/** Loads every model now, so that what is wrong with one shows before the port opens. */
async function warmUp(
  rerankers: ReadonlyMap<string, RelevanceScorer>,
  embedders: ReadonlyMap<string, ServedEmbedder>,
  signal: AbortSignal,
): Promise<void> {
  for (const scorer of rerankers.values()) await scorer.score("ready?", ["ready"], { signal });
  for (const embedder of embedders.values()) await embedder.embedQuery("ready");
}

/** `name=model`, or a model that is its own name. */
function splitName(text: string): { name: string; target: string } {
  const match = /^([\w.-]+)=(.+)$/.exec(text);
  return match ? { name: match[1] as string, target: match[2] as string } : { name: text, target: text };
}

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Only what was set, so that defaults stand where they are declared. */
function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
