import type { Command } from "commander";
import { DEFAULT_MODELS } from "../../../models/bundled.js";
import { given } from "../../../options.js";
import type { RelevanceScorer } from "../../../scorers/relevance-scorer.js";
import type { ListenOptions, RerankServer } from "../../server/listen.js";
import type { AnsweredRequest } from "../../server/options.js";
import type { ServedEmbedder } from "../../server/served-model.js";
import { CliError, EXIT, EXIT_CODES_HELP } from "../failure.js";
import { interruption } from "../interruption.js";
import { finiteNumber, wholeNumber } from "../options.js";
import {
  HYBRID,
  loadEmbedders,
  loadRerankers,
  makeHybrid,
  readAliases,
  type ServedModels,
  warmUp,
  wholeRequests,
} from "../serve-models.js";

/** Options of `serve`. */
interface ServeOptions extends ServedModels {
  modelAlias?: string[];
  hybrid?: number | true;
  host: string;
  port: number;
  apiKey?: string;
  allowedHost?: string[];
  cors?: string[];
  rawScores?: boolean;
  concurrency?: number;
  maxQueue?: number;
  maxDocuments?: number;
  maxBody?: number;
  timeout?: number;
  grace?: number;
  logRequests?: boolean;
  playground: boolean;
}

const KEY_VARIABLE = "LANGCHAIN_RERANK_API_KEY";

const HELP = `
Examples:
  $ langchain-rerank serve
  $ langchain-rerank serve --hybrid
  $ langchain-rerank serve --model en=cross-encoder/ettin-reranker-17m-v1 --model ./my-reranker --port 9000
  $ langchain-rerank serve --embeddings Xenova/all-MiniLM-L6-v2 --hybrid 0.7
  $ ${KEY_VARIABLE}=... langchain-rerank serve --host 0.0.0.0
  $ curl localhost:8787/v1/rerank -d '{"query": "tea", "documents": ["green tea", "a bicycle"]}'

Endpoints: POST /v1/rerank (Jina, Cohere v1, vLLM), /v2/rerank (Cohere v2), /rerank (TEI, or as /v1), /v1/embeddings (OpenAI);
GET /health, /v1/models, /metrics (Prometheus). Browsers get the playground at /.
While a single reranker is served, it answers to any model name.

Only this machine can reach the server unless --host says otherwise, and only under a name of this machine unless
--allowed-host adds one. Set a key before you open it to others: at least 8 visible ASCII characters.
`;

/** Adds the command `serve`. */
export function register(program: Command): void {
  program
    .command("serve")
    .summary("answer rerank and embedding requests over HTTP")
    .description("Serves models over HTTP in the formats of Jina, Cohere, TEI and OpenAI.")
    .option(
      "-m, --model <[name=]model...>",
      `cross-encoders and late-interaction models to serve; the first is the default (default: ${DEFAULT_MODELS.reranker})`,
      collect,
    )
    .option("-e, --embeddings <[name=]model...>", "embedding models to serve", collect)
    .option("--model-alias <alias=name...>", "another name for a served model; ALIAS alone names the first", collect)
    .option(
      "--hybrid [alpha]",
      "also serve `hybrid`: the first reranker, blended with the first embedding model or the bundled first stage",
      finiteNumber,
    )
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("-p, --port <number>", "port to listen on, 0 for any free one", wholeNumber(0, 65535), 8787)
    .option(
      "--api-key <key>",
      `key that clients must send, 8 characters or more; prefer ${KEY_VARIABLE}, since other users can see arguments`,
    )
    .option(
      "--allowed-host <name...>",
      "accept this name in the Host header while bound to a loopback address",
      collect,
    )
    .option("--cors <origin...>", "let pages of this origin call the server, * for any", collect)
    .option("--raw-scores", "answer with logits unless a request says otherwise")
    .option("--concurrency <count>", "chunks of requests that are scored at the same time (default: 4)", wholeNumber(1))
    .option(
      "--max-queue <texts>",
      "texts that may wait; beyond that, requests get 429 (default: 20000)",
      wholeNumber(0),
    )
    .option("--max-documents <count>", "texts per request (default: 1000)", wholeNumber(1))
    .option("--max-body <bytes>", "bytes per request (default: 4194304)", wholeNumber(1))
    .option("--timeout <ms>", "milliseconds from request to answer, then 503 (default: 60000)", wholeNumber(1))
    .option("--grace <ms>", "milliseconds that requests get to finish at shutdown (default: 10000)", wholeNumber(0))
    .option("--log-requests", "print every request as a line of JSON, with its X-Request-Id, to standard error")
    .option("--accept-license", "confirm that you may use a model whose license forbids commercial use")
    .option("--no-playground", "do not serve the playground at /")
    .addHelpText("after", HELP + EXIT_CODES_HELP)
    .action(run);
}

async function run(options: ServeOptions): Promise<void> {
  const apiKey = options.apiKey ?? process.env[KEY_VARIABLE];
  if (apiKey !== undefined && !/^[\x21-\x7e]{8,}$/.test(apiKey)) {
    throw new CliError("The API key must have at least 8 visible ASCII characters and no blanks.", EXIT.usage);
  }
  const corsOrigins = (options.cors ?? []).map(readOrigin);
  const signal = interruption();
  const rerankers = await loadRerankers(options);
  const embedders = await loadEmbedders(options);
  const playground = options.playground ? await loadPlayground(options, embedders) : undefined;
  if (options.hybrid !== undefined) rerankers.set(HYBRID, await makeHybrid(options.hybrid, rerankers, embedders));
  const aliases = readAliases(options.modelAlias ?? [], [...rerankers.keys(), ...embedders.keys()]);
  await warmUp(rerankers, embedders, signal);

  const whole = wholeRequests(options);
  const server = await open(options, { rerankers, embedders, aliases, whole, playground, apiKey, corsOrigins });
  announce(server, { rerankers, embedders }, options, apiKey);
  await ended(signal);
  process.stderr.write("Shutting down: finishing the requests under way\n");
  await server.close();
}

async function open(options: ServeOptions, served: ListenOptions): Promise<RerankServer> {
  const { listen } = await import("../../server/listen.js");
  return listen({
    ...served,
    host: options.host,
    port: options.port,
    allowedHosts: options.allowedHost,
    onAnswer: options.logRequests ? logRequest : undefined,
    onError: (error, requestId) => {
      process.stderr.write(`request ${requestId}: ${error instanceof Error ? error.stack : String(error)}\n`);
    },
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
    const advice = LISTEN_ADVICE[error.code ?? ""] ?? "";
    throw new CliError(`Cannot listen on ${options.host}:${options.port}: ${error.message}.${advice}`, EXIT.failed, {
      cause: error,
    });
  });
}

/** What to do when the operating system refuses an address. */
const LISTEN_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: " Another program uses this port: stop it, or choose another port with --port.",
  EACCES: " Ports below 1024 need special rights: choose another with --port.",
  EADDRNOTAVAIL: " This machine does not have this address: choose another with --host.",
};

function logRequest(answer: AnsweredRequest): void {
  const milliseconds = Math.round(answer.milliseconds * 10) / 10;
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...answer, milliseconds })}\n`);
}

function announce(
  { url, exposed, networkUrls }: RerankServer,
  { rerankers, embedders }: Loaded,
  { playground }: ServeOptions,
  apiKey: string | undefined,
): void {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(`Serving ${[...rerankers.keys(), ...embedders.keys()].join(", ")} on ${url}`);
  if (playground) say(`Try it in a browser: ${url}/`);
  if (networkUrls.length > 0) say(`From other machines: ${networkUrls.join(", ")}`);
  if (exposed && apiKey === undefined) {
    say(`warning: anyone who can reach this machine can use the server; set ${KEY_VARIABLE} to require a key`);
  }
}

interface Loaded {
  rerankers: ReadonlyMap<string, RelevanceScorer>;
  embedders: ReadonlyMap<string, ServedEmbedder>;
}

/** An origin as browsers send it: scheme, host and port. @throws CliError */
function readOrigin(text: string): string {
  if (text === "*" || text === "null") return text;
  const origin = URL.canParse(text) ? new URL(text).origin : "null";
  if (origin === "null" || !/^https?:/.test(origin)) {
    throw new CliError(`--cors ${text}: give an origin such as https://app.example.com, or *.`, EXIT.usage);
  }
  return origin;
}

/** The page reads long documents as passages, since it shows the best one. Both ways of reading share a model's memory. */
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
