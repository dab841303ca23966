import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createRerankApp } from "./app.js";
import type { RerankServerOptions, ServedEmbedder } from "./options.js";

/** Where to listen. */
export interface ListenOptions extends RerankServerOptions {
  /** @default "127.0.0.1", reachable from this machine only */
  host?: string;
  /** 0 takes any free one. @default 8787 */
  port?: number;
  /** Milliseconds that work under way may take to end when the server closes. @default 10000 */
  grace?: number;
}

/** A server that listens. */
export interface RerankServer {
  readonly url: string;
  /** Refuses new work, waits for what is under way, ends what outlasts the grace, and frees the models. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts listening. @throws The socket's error, when the address is taken or not this machine's. */
export async function listen(options: ListenOptions): Promise<RerankServer> {
  const { host = "127.0.0.1", port = 8787, grace = 10_000 } = options;
  const { app, drain, abort } = createRerankApp(options);
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${name}:${address.port}`,
    close: () => {
      closing ??= shutDown(server, drain, abort, grace, options);
      return closing;
    },
  };
}

async function shutDown(
  server: Server,
  drain: () => void,
  abort: () => void,
  grace: number,
  { rerankers, embedders = new Map<string, ServedEmbedder>(), playground }: RerankServerOptions,
): Promise<void> {
  drain();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    abort();
    // Answers to what was ended go out first.
    setTimeout(() => server.closeAllConnections(), 100);
  }, grace);
  await closed;
  clearTimeout(timer);
  abort();
  const played = playground?.models.flatMap(({ scorer, embedder }) => [scorer, embedder]) ?? [];
  const models = new Set([...rerankers.values(), ...embedders.values(), ...played]);
  await Promise.all([...models].map((model) => model?.dispose?.()));
}
