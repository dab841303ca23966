import type { Hono } from "hono";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { PlaygroundModel } from "../shared/playground-protocol.js";
import { type ModelSource, rankForPlayground } from "../shared/playground-rank.js";
import { HttpError } from "./http-error.js";
import { pageHeaders } from "./page-policy.js";
import { playgroundRequestReader } from "./playground-request.js";
import { readBody } from "./read-body.js";
import type { ServedEmbedder } from "./served-model.js";
import type { Work } from "./work.js";

/** A model on the page's list, and the object that runs it. */
export type PlaygroundEntry = PlaygroundModel & { scorer?: RelevanceScorer; embedder?: ServedEmbedder };

/** The page at `/`, and the models that it offers, the default of each kind first. */
export interface PlaygroundOptions {
  /** The page: one self-contained HTML file. */
  html: string;
  models: readonly PlaygroundEntry[];
}

/** Parts of the server that its routes share. */
interface Shared {
  maxDocuments: number;
  work: Work;
  /** Counts scored texts. */
  worked: (texts: number) => void;
}

/** `GET /` for browsers. It needs no key, since there is nothing private in it; clients that want JSON get 404. */
export function servePage(app: Hono, { html }: PlaygroundOptions): void {
  const headers = pageHeaders(html);
  app.get("/", async (context, next) => {
    if (!/\btext\/html\b/i.test(context.req.header("accept") ?? "")) return next();
    return context.body(html, 200, headers);
  });
}

/** The routes that the page calls. */
export function servePlayground(app: Hono, { models }: PlaygroundOptions, shared: Shared): void {
  const list = models.map(({ id, kind, languages }) => ({ id, kind, ...(languages ? { languages } : {}) }));
  const source: ModelSource = {
    scorer: (id) => find(models, "model", id, ({ scorer }) => scorer),
    embeddings: (id) => find(models, "embeddings", id, ({ embedder }) => embedder),
  };
  const readRequest = playgroundRequestReader(shared.maxDocuments);
  app.get("/playground/models", (context) => context.json({ models: list }));
  app.post("/playground/rerank", async (context) => {
    const request = readRequest(await readBody(context));
    const { length } = request.documents;
    return shared.work.run(context, length, ({ signal, ticket }) =>
      ticket.turn(length, async () => {
        const answer = await rankForPlayground(request, source, signal);
        shared.worked(length);
        return answer;
      }),
    );
  });
}

function find<T>(
  models: readonly PlaygroundEntry[],
  param: string,
  id: string,
  part: (model: PlaygroundEntry) => T | undefined,
): T {
  const fitting = models.flatMap((model) => {
    const found = part(model);
    return found === undefined ? [] : [{ id: model.id, found }];
  });
  const match = fitting.find((model) => model.id === id);
  if (match) return match.found;
  const known = fitting.map((model) => `"${model.id}"`).join(", ") || "none";
  throw new HttpError(404, "model_not_found", `${param}: no model of this kind has this name; there are ${known}`, {
    param,
  });
}
