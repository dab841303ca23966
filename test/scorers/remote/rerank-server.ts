import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";

/** A request as it reached the server. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the client under test sent; tests look at its fields.
  body: any;
  /** True once the client has closed the connection before the answer was complete. */
  dropped: boolean;
}

export type Handler = (
  received: Received,
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void> | object;

/** The far side of the network: a real HTTP server on loopback whose answers a test decides. */
export interface RerankServer {
  url: string;
  port: number;
  received: Received[];
  answer: (handler: Handler) => void;
  close: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
}

/** Starts one. A handler that returns an object has it sent as JSON. */
export async function startServer(handler: Handler, port = 0): Promise<RerankServer> {
  let current = handler;
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return;
    }
    const text = Buffer.concat(parts).toString("utf8");
    const seen: Received = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
      dropped: false,
    };
    response.on("close", () => {
      seen.dropped = !response.writableFinished;
    });
    received.push(seen);
    const result = await current(seen, response, request);
    if (result !== undefined) sendJson(response, 200, result);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    answer: (next) => {
      current = next;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A score that depends on query and text alone, so that a test can tell whether each text got its own. */
export function overlap(query: string, text: string): number {
  const words = query.toLowerCase().split(/\s+/);
  const hits = words.filter((word) => text.toLowerCase().includes(word)).length;
  return hits / words.length - text.length / 10_000;
}

/** Answers in the shape of Cohere and Jina, best first. */
export function cohereAnswer({ body }: Received) {
  const documents = body.documents as string[];
  const results = documents.map((text, index) => ({ index, relevance_score: overlap(body.query, text) }));
  return { id: "1", results: results.sort((a, b) => b.relevance_score - a.relevance_score), meta: {} };
}

/** Waits until a check passes; long, since machines that run tests may be busy. */
export const soon = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 30_000 });
