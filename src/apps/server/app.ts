import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { given } from "../../options.js";
import { embedAnswer, embedRequestReader } from "./embeddings.js";
import { checkHost, cleanPath, requireKey } from "./guards.js";
import { errorBody, HttpError } from "./http-error.js";
import { Metrics } from "./metrics.js";
import { ServedModels } from "./models.js";
import { DEFAULTS, type RerankServerOptions } from "./options.js";
import { servePage, servePlayground } from "./playground.js";
import { readBody } from "./read-body.js";
import { rerankAnswer } from "./rerank-answer.js";
import { rerankRequestReader } from "./rerank-request.js";
import { scoreRequest } from "./rerank-work.js";
import type { Tracer } from "./tracing.js";
import { translateError } from "./translate-error.js";
import { Work } from "./work.js";
import { WorkQueue } from "./work-queue.js";

/** The server's routes, and the switches that end them. */
export interface RerankApp {
  app: Hono;
  /** From now on, new work is refused with 503. */
  drain: () => void;
  /** Stops the work that still runs. */
  abort: () => void;
}

/** What the routes share. */
interface Server {
  app: Hono;
  models: ServedModels;
  work: Work;
  queue: WorkQueue;
  metrics: Metrics;
  maxDocuments: number;
  rawScores: boolean;
}

/** nginx's number for a client that left, for the metrics. */
const CLIENT_CLOSED = 499;

/** Builds the HTTP application over scorers and embedders. It does not listen. */
export function createRerankApp(options: RerankServerOptions, tracer: Tracer): RerankApp {
  const limits = { ...DEFAULTS, ...given(options) };
  const metrics = new Metrics();
  const queue = new WorkQueue(limits.concurrency, limits.maxQueue, (seconds) => metrics.waited(seconds));
  const work = new Work(queue, limits.requestTimeout, tracer);
  const app = new Hono({ getPath: cleanPath });
  const server: Server = { app, models: new ServedModels(options), work, queue, metrics, ...limits };

  handleErrors(server, options.onError);
  observe(server, options.onAnswer);
  app.use(requestId());
  if (options.allowedHosts) app.use(checkHost(options.allowedHosts));
  if (options.corsOrigins?.length) app.use(allowOrigins(options.corsOrigins));
  app.get("/health", (context) => {
    return context.json({ status: work.draining ? "draining" : "ok" }, work.draining ? 503 : 200);
  });
  if (options.playground) servePage(app, options.playground);
  if (options.apiKey !== undefined) app.use(requireKey(options.apiKey));
  app.use(limitBody(limits.maxBodyBytes));
  serveInformation(server);
  serveRerank(server);
  serveEmbeddings(server);
  if (options.playground) {
    const worked = (texts: number) => metrics.worked(texts, undefined);
    servePlayground(app, options.playground, { maxDocuments: limits.maxDocuments, work, worked });
  }
  return {
    app,
    drain: () => work.drain(),
    abort: () => {
      work.abort();
      metrics.close();
    },
  };
}

/** Every error becomes JSON with a status, and `Retry-After` where it makes sense to try again. */
function handleErrors({ app }: Server, onError: RerankServerOptions["onError"]): void {
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (context, methods) => {
        const error = new HttpError(405, "method_not_allowed", `${context.req.path} takes ${methods.join(", ")}`);
        return context.json(errorBody(error), error.status, { allow: methods.join(", ") });
      },
    }),
  );
  app.notFound((context) => {
    const error = new HttpError(404, "not_found", `no such path; there are ${[...routesOf(app)].join(", ")}`);
    return context.json(errorBody(error), error.status);
  });
  app.onError((error, context) => {
    // Nobody is left to read an answer.
    if (context.req.raw.signal.aborted) return new Response(null, { status: CLIENT_CLOSED });
    const known = translateError(error);
    if (known.status >= 500 && !(error instanceof HttpError)) onError?.(error, context.get("requestId"));
    if (known.options.retryAfter !== undefined) context.header("retry-after", String(known.options.retryAfter));
    if (known.status === 401) context.header("www-authenticate", "Bearer");
    return context.json(errorBody(known), known.status);
  });
}

/** Counts and times requests, and tells clients of a server that shuts down to open a new connection elsewhere. */
function observe({ app, metrics, work }: Server, onAnswer: RerankServerOptions["onAnswer"]): void {
  let routes: ReadonlySet<string> | undefined;
  app.use(async (context, next) => {
    const started = performance.now();
    await next();
    if (work.draining) context.header("connection", "close");
    routes ??= routesOf(app);
    const { path, method } = context.req;
    const { status } = context.res;
    const milliseconds = performance.now() - started;
    metrics.answered(routes.has(path) ? path : "other", status, milliseconds / 1000);
    onAnswer?.({ requestId: context.get("requestId"), method, path, status, milliseconds });
  });
}

function serveInformation({ app, models, queue, metrics }: Server): void {
  const created = Math.floor(Date.now() / 1000);
  app.get("/metrics", (context) =>
    context.body(metrics.render(queue), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
  );
  app.get("/v1/models", (context) => {
    const data = models.names.map((id) => ({ id, object: "model", created, owned_by: "langchain-rerank" }));
    return context.json({ object: "list", data });
  });
}

function serveRerank({ app, models, work, metrics, maxDocuments, rawScores }: Server): void {
  const readRequest = rerankRequestReader(maxDocuments);
  for (const path of ["/rerank", "/v1/rerank", "/v2/rerank"]) {
    app.post(path, async (context) => {
      const request = readRequest(path, await readBody(context));
      const reranker = models.reranker(request.model);
      const filled = request.texts.filter((text) => text.trim() !== "").length;
      return work.run(context, filled, async ({ signal, ticket }) => {
        const scored = await scoreRequest(reranker, request, request.raw ?? rawScores, signal, ticket);
        metrics.worked(request.texts.length, scored.tokens);
        return rerankAnswer(request, scored, context.get("requestId"));
      });
    });
  }
}

function serveEmbeddings({ app, models, work, metrics, maxDocuments }: Server): void {
  const readRequest = embedRequestReader(maxDocuments);
  app.post("/v1/embeddings", async (context) => {
    const request = readRequest(await readBody(context));
    const [name, embedder] = models.embedder(request.model);
    const { length } = request.texts;
    return work.run(context, length, ({ signal, ticket }) =>
      ticket.turn(length, async () => {
        const { answer, tokens } = await embedAnswer(name, embedder, request, signal);
        metrics.worked(length, tokens);
        return answer;
      }),
    );
  });
}

function allowOrigins(origins: readonly string[]) {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "POST"],
    allowHeaders: ["authorization", "content-type", "x-api-key", "x-request-id", "x-request-timeout", "traceparent"],
    exposeHeaders: ["retry-after", "x-request-id"],
    maxAge: 600,
  });
}

/**
 * Refuses larger bodies. A request with a `Content-Length` and no `Transfer-Encoding` has no more bytes than that, so its body need not be
 * counted; hono's own check would make a web stream of it first, which takes longer than everything else done with the body.
 */
function limitBody(bytes: number): MiddlewareHandler {
  const refuse = () => {
    throw new HttpError(413, "body_too_large", `body: more than ${bytes} bytes`, { param: "body" });
  };
  const count = bodyLimit({ maxSize: bytes, onError: refuse });
  return async (context, next) => {
    const length = context.req.header("content-length");
    if (length === undefined || context.req.header("transfer-encoding") !== undefined) return count(context, next);
    if (Number(length) > bytes) refuse();
    await next();
  };
}

function routesOf(app: Hono): Set<string> {
  return new Set(app.routes.filter(({ method }) => method !== "ALL").map(({ path }) => path));
}
