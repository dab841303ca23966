import { lookup } from "node:dns/promises";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { createAdaptorServer } from "@hono/node-server";
import { createRerankApp } from "./app.js";
import { isLoopback } from "./guards.js";
import type { RerankServerOptions } from "./options.js";
import type { ServedEmbedder } from "./served-model.js";
import { createTracer } from "./tracing.js";

/** Idle connections stay open longer than the clients' and proxies' usual 60 s, so that none of them sends into a closing one. */
const KEEP_ALIVE = 75_000;

/** Where to listen. */
export interface ListenOptions extends Omit<RerankServerOptions, "allowedHosts"> {
  /** Address or name to listen on; the default is reachable from this machine only. @default "127.0.0.1" */
  host?: string;
  /** 0 takes any free one. @default 8787 */
  port?: number;
  /** Names that requests may have in their `Host` header while the server is bound to a loopback address, in addition to that address. @default [] */
  allowedHosts?: readonly string[] | undefined;
  /** Milliseconds that requests under way get to finish when the server closes. @default 10000 */
  grace?: number;
}

/** A server that listens. */
export interface RerankServer {
  /** An address at which this machine reaches the server. */
  readonly url: string;
  /** Other machines can reach it: it is not bound to a loopback address. */
  readonly exposed: boolean;
  /** Addresses at which other machines may reach it. */
  readonly networkUrls: readonly string[];
  /** Refuses new work, waits for what is under way, stops what outlasts the grace period, and frees the models. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts listening. @throws The socket's error when the address is taken or does not belong to this machine. */
export async function listen(options: ListenOptions): Promise<RerankServer> {
  const { host = "127.0.0.1", port = 8787, grace = 10_000, allowedHosts = [], ...rest } = options;
  const { address: bound } = await lookup(host).catch(() => ({ address: host }));
  const hosts = isLoopback(bound) ? { allowedHosts: [host, ...allowedHosts] } : {};
  const { app, drain, abort } = createRerankApp({ ...rest, ...hosts }, await createTracer());
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE;
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    ...urlsOf(address),
    close: () => {
      closing ??= shutDown(server, drain, abort, grace, options);
      return closing;
    },
  };
}

/** A server that is bound to every address is reached at the loopback address from here, at the network's from elsewhere. */
function urlsOf({ address, port }: AddressInfo): Pick<RerankServer, "url" | "exposed" | "networkUrls"> {
  const url = (host: string) => `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (isLoopback(address)) return { url: url(address), exposed: false, networkUrls: [] };
  if (address !== "0.0.0.0" && address !== "::")
    return { url: url(address), exposed: true, networkUrls: [url(address)] };
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = own.filter(({ family, internal }) => family === "IPv4" && !internal);
  return { url: url("127.0.0.1"), exposed: true, networkUrls: outside.map((each) => url(each.address)) };
}

async function shutDown(
  server: Server,
  drain: () => void,
  abort: () => void,
  grace: number,
  { rerankers, embedders = new Map<string, ServedEmbedder>(), playground }: ListenOptions,
): Promise<void> {
  drain();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    abort();
    // Answers to the requests that were stopped go out first.
    setTimeout(() => server.closeAllConnections(), 100);
  }, grace);
  await closed;
  clearTimeout(timer);
  abort();
  const played = playground?.models.flatMap(({ scorer, embedder }) => [scorer, embedder]) ?? [];
  const models = new Set([...rerankers.values(), ...embedders.values(), ...played]);
  await Promise.all([...models].map((model) => model?.dispose?.()));
}
