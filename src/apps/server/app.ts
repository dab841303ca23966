import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { raceAbort, startCall } from "../../abort.js";
import { RerankTimeoutError } from "../../errors.js";
import { embedAnswer, readEmbedRequest } from "./embed-work.js";
import { type Body, parseBody } from "./fields.js";
import { errorBody, HttpError } from "./http-error.js";
import { Metrics } from "./metrics.js";
import { DEFAULTS, type RerankServerOptions, type ServedEmbedder } from "./options.js";
import { PLAYGROUND_PATHS, servePage, servePlayground } from "./playground.js";
import { rerankAnswer } from "./rerank-answer.js";
import { readRerankRequest } from "./rerank-request.js";
import { scoreRequest } from "./rerank-work.js";
import { translateError } from "./translate-error.js";
import { WorkQueue } from "./work-queue.js";

/** The server's routes, and the switch that ends them. */
export interface RerankApp {
  app: Hono;
  /** From now on new work is refused with 503. */
  drain: () => void;
  /** Ends the work that is still under way. */
  abort: () => void;
}

/** nginx's number for a client that left, for the metrics. */
const CLIENT_CLOSED = 499;
const RERANK_PATHS = ["/rerank", "/v1/rerank", "/v2/rerank"];
const API_PATHS = {
  POST: [...RERANK_PATHS, "/v1/embeddings"],
  GET: ["/health", "/metrics", "/v1/models"],
};

/** Builds the HTTP application over scorers and embedders. It listens nowhere by itself. */
export function createRerankApp(options: RerankServerOptions): RerankApp {
  const limits = { ...DEFAULTS, ...withoutUndefined(options) };
  const { rerankers, embedders = new Map<string, ServedEmbedder>(), playground } = options;
  const posts = [...API_PATHS.POST, ...(playground ? [PLAYGROUND_PATHS.rerank] : [])];
  const gets = [...API_PATHS.GET, ...(playground ? [PLAYGROUND_PATHS.models] : [])];
  const routes = [...posts, ...gets, ...(playground ? ["/"] : [])];
  const queue = new WorkQueue(limits.concurrency, limits.maxQueue);
  const metrics = new Metrics();
  const active = new Set<(reason: unknown) => void>();
  const created = Math.floor(Date.now() / 1000);
  let draining = false;
  const app = new Hono();

  app.use(async (context, next) => {
    const started = performance.now();
    await next();
    const { path } = context.req;
    metrics.answered(routes.includes(path) ? path : "other", context.res.status, (performance.now() - started) / 1000);
  });

  app.get("/health", (context) => context.json({ status: draining ? "draining" : "ok" }, draining ? 503 : 200));
  if (playground) servePage(app, playground);

  app.use(async (context, next) => {
    if (options.apiKey !== undefined) authorise(context, options.apiKey);
    await next();
  });

  app.get("/metrics", (context) =>
    context.body(metrics.render(queue), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
  );

  app.get("/v1/models", (context) => {
    const data = [...rerankers.keys(), ...embedders.keys()].map((id) => ({
      id,
      object: "model",
      created,
      owned_by: "langchain-rerank",
    }));
    return context.json({ object: "list", data });
  });

  app.use(
    bodyLimit({
      maxSize: limits.maxBodyBytes,
      onError: () => {
        throw new HttpError(413, "body_too_large", `body: more than ${limits.maxBodyBytes} bytes`, { param: "body" });
      },
    }),
  );

  /** Takes a turn in the queue with a signal that ends with the client's connection, the time limit, or the server. */
  async function work(context: Context, task: (signal: AbortSignal) => Promise<object>): Promise<Response> {
    if (draining) throw new HttpError(503, "shutting_down", "the server is shutting down", { retryAfter: 5 });
    const call = startCall({
      signals: [context.req.raw.signal],
      timeout: limits.requestTimeout,
      onTimeout: (timeout) => new RerankTimeoutError(timeout),
    });
    active.add(call.abort);
    try {
      // The place in the queue is held until the work has really ended, which the client need not wait for.
      return context.json(
        await raceAbort(
          call.signal,
          queue.run(() => task(call.signal), call.signal),
        ),
      );
    } finally {
      active.delete(call.abort);
      call.release();
    }
  }

  const read = async (context: Context): Promise<Body> => parseBody(await context.req.text());

  for (const path of RERANK_PATHS) {
    app.post(path, async (context) => {
      const request = readRerankRequest(path, await read(context), limits.maxDocuments);
      const [name, scorer] = pick(rerankers, request.model, "reranker");
      return work(context, async (signal) => {
        const scored = await scoreRequest(name, scorer, request, request.raw ?? limits.rawScores, signal);
        metrics.worked(request.texts.length, scored.tokens);
        return rerankAnswer(request, scored, randomUUID());
      });
    });
  }

  app.post("/v1/embeddings", async (context) => {
    const request = readEmbedRequest(await read(context), limits.maxDocuments);
    const [name, embedder] = pick(embedders, request.model, "embedder");
    return work(context, async (signal) => {
      const { answer, tokens } = await embedAnswer(name, embedder, request, signal);
      metrics.worked(request.texts.length, tokens);
      return answer;
    });
  });

  if (playground) {
    const worked = (texts: number) => metrics.worked(texts, undefined);
    servePlayground(app, playground, { maxDocuments: limits.maxDocuments, read, work, worked });
  }

  for (const path of [...posts, ...gets]) {
    const allowed = posts.includes(path) ? "POST" : "GET";
    app.all(path, (context) => {
      context.header("allow", allowed);
      throw new HttpError(405, "method_not_allowed", `${path} takes ${allowed}`);
    });
  }
  app.notFound((context) =>
    answer(
      context,
      new HttpError(404, "not_found", `no such path; there are ${[...API_PATHS.POST, ...API_PATHS.GET].join(", ")}`),
    ),
  );
  app.onError((error, context) => {
    // Nobody is there to read an answer.
    if (context.req.raw.signal.aborted) return new Response(null, { status: CLIENT_CLOSED });
    const known = translateError(error);
    if (known.status >= 500) options.onError?.(error);
    return answer(context, known);
  });

  return {
    app,
    drain: () => {
      draining = true;
    },
    abort: () => {
      for (const stop of active)
        stop(new HttpError(503, "shutting_down", "the server is shutting down", { retryAfter: 5 }));
      metrics.close();
    },
  };
}

function answer(context: Context, error: HttpError): Response {
  if (error.options.retryAfter !== undefined) context.header("retry-after", String(error.options.retryAfter));
  if (error.status === 401) context.header("www-authenticate", "Bearer");
  return context.json(errorBody(error), error.status);
}

/** The model of that name, or the first when none is named. @throws HttpError 404 naming those there are. */
function pick<T>(models: ReadonlyMap<string, T>, name: string | undefined, kind: string): [string, T] {
  const [first] = models;
  if (!first) throw new HttpError(404, "model_not_found", `model: this server has no ${kind}`, { param: "model" });
  if (name === undefined || name === "") return first;
  const model = models.get(name);
  if (model !== undefined) return [name, model];
  const known = [...models.keys()].map((key) => `"${key}"`).join(", ");
  throw new HttpError(404, "model_not_found", `model: no ${kind} of that name; there are ${known}`, { param: "model" });
}

/** Compares digests, whose length tells nothing of the key's. @throws HttpError 401 */
function authorise(context: Context, key: string): void {
  const sent =
    /^Bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1] ?? context.req.header("x-api-key") ?? "";
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (!timingSafeEqual(digest(sent), digest(key))) {
    throw new HttpError(401, "invalid_api_key", "send the server's key as `Authorization: Bearer KEY`");
  }
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
