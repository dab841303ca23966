import type { Command } from "commander";
import type { ServedEmbedder } from "../../server/options.js";
import { CliError, EXIT, EXIT_CODES_HELP } from "../failure.js";
import { interruption } from "../interruption.js";
import { finiteNumber, wholeNumber } from "../options.js";
import { loadEmbedders, loadRerankers, makeHybrid, type ServedModels, warmUp } from "../serve-models.js";

/** What `serve` was told on the command line. */
interface ServeOptions extends ServedModels {
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

  const { listen } = await import("../../server/listen.js");
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

/** The page reads long documents whole, since it shows the passage that counts. Both ways of reading share a model's memory. */
async function loadPlayground(options: ServeOptions, embedders: ReadonlyMap<string, ServedEmbedder>) {
  const { preparePlayground } = await import("../serve-playground.js");
  const rerankers = await loadRerankers(options, { longDocuments: "max-passage" });
  return preparePlayground(rerankers, embedders, { compare: options.model === undefined });
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
