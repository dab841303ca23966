import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** Handles a request instead of the server. Returns true if it did. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean | undefined;

interface Repository {
  commit: string;
  files: Map<string, Buffer>;
}

/**
 * A server with the routes of the Hugging Face hub: file lists, `resolve` with redirects to a second server for large files, ETags, ranges
 * and revisions. Faults intercept the requests to either server.
 */
export class HubServer {
  readonly requests: {
    method: string;
    url: string;
    server: "hub" | "cdn";
    authorization: string | undefined;
    range: string | undefined;
  }[] = [];
  /** Called in order before the hub handles a request. */
  hubFaults: Fault[] = [];
  /** Called in order before the storage server handles a request. */
  cdnFaults: Fault[] = [];
  /** Token that private repositories require. */
  token: string | undefined;
  #repositories = new Map<string, Repository>();
  #hub: Server;
  #cdn: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#serve("hub", request, response));
    this.#cdn = createServer((request, response) => this.#serve("cdn", request, response));
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    await Promise.all(
      [server.#hub, server.#cdn].map((one) => new Promise<void>((done) => one.listen(0, "127.0.0.1", done))),
    );
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#cdn]) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  /** Publishes a repository. Its commit is a hash of its contents. */
  publish(name: string, files: Record<string, string | Buffer>): Repository {
    const buffers = new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]));
    const hash = createHash("sha1").update(name);
    for (const [path, content] of buffers) hash.update(path).update(content);
    const repository = { commit: hash.digest("hex"), files: buffers };
    this.#repositories.set(name, repository);
    return repository;
  }

  /** Publishes everything in a folder. */
  publishFolder(name: string, folder: string): Repository {
    const paths = (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
      statSync(join(folder, path)).isFile(),
    );
    return this.publish(name, Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))])));
  }

  reset(): void {
    this.requests.length = 0;
    this.hubFaults = [];
    this.cdnFaults = [];
    this.token = undefined;
  }

  #serve(server: "hub" | "cdn", request: IncomingMessage, response: ServerResponse): unknown {
    const { method = "GET", url = "/", headers } = request;
    this.requests.push({ method, url, server, authorization: headers.authorization, range: headers.range });
    const faults = server === "hub" ? this.hubFaults : this.cdnFaults;
    if (faults.some((fault) => fault(request, response))) return;
    if (server === "cdn") return this.#serveBlob(url.slice("/blob/".length).split("?")[0]!, request, response);
    const listing = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(url);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url);
    const name = listing?.[1] ?? file?.[1];
    const repository = name === undefined ? undefined : this.#repositories.get(name);
    if (this.token !== undefined && headers.authorization !== `Bearer ${this.token}`) return end(response, 401);
    if (!repository) return end(response, 404);
    if (listing) return this.#list(repository, decodeURIComponent(listing[2]!), response);
    return this.#resolve(repository, file![2]!, decodeURIComponent(file![3]!), request, response);
  }

  #list(repository: Repository, revision: string, response: ServerResponse): unknown {
    if (revision !== "main" && revision !== repository.commit) return end(response, 404);
    const siblings = [...repository.files.keys()].map((rfilename) => ({ rfilename }));
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify({ sha: repository.commit, siblings }));
  }

  #resolve(
    repository: Repository,
    commit: string,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): unknown {
    const known = commit === repository.commit || commit === "main";
    const content = known ? repository.files.get(path) : undefined;
    if (!content) return end(response, 404);
    response.setHeader("x-repo-commit", repository.commit);
    if (/\.(onnx|onnx_data|safetensors)$/.test(path)) {
      const sha256 = createHash("sha256").update(content).digest("hex");
      response.setHeader("x-linked-etag", `"${sha256}"`);
      response.setHeader("x-linked-size", content.length);
      response.setHeader(
        "location",
        `http://127.0.0.1:${(this.#cdn.address() as AddressInfo).port}/blob/${sha256}?signature=${Date.now()}`,
      );
      return end(response, 302);
    }
    response.setHeader(
      "etag",
      `"${createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex")}"`,
    );
    return sendRange(content, request, response);
  }

  #serveBlob(sha256: string, request: IncomingMessage, response: ServerResponse): unknown {
    const all = [...this.#repositories.values()].flatMap(({ files }) => [...files.values()]);
    const content = all.find((candidate) => createHash("sha256").update(candidate).digest("hex") === sha256);
    if (!content) return end(response, 404);
    // The storage server's names of objects differ from the hub's.
    response.setHeader("etag", '"storage-etag"');
    return sendRange(content, request, response);
  }
}

/** Sends content, or the requested range of it. */
export function sendRange(content: Buffer, request: IncomingMessage, response: ServerResponse): unknown {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  response.setHeader("accept-ranges", "bytes");
  if (range && start >= content.length) return end(response, 416);
  if (range) {
    response.statusCode = 206;
    response.setHeader("content-range", `bytes ${start}-${content.length - 1}/${content.length}`);
  }
  const part = content.subarray(start);
  response.setHeader("content-length", part.length);
  return response.end(request.method === "HEAD" ? undefined : part);
}

function end(response: ServerResponse, status: number): ServerResponse {
  response.statusCode = status;
  return response.end();
}

/** A fault that breaks the connection once, after this many bytes of the body. */
export function breakAfter(bytes: number, content: Buffer, times = 1): Fault {
  let left = times;
  return (request, response) => {
    if (request.method === "HEAD" || left === 0) return false;
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (bytes > 0 && start >= bytes) return false;
    left -= 1;
    response.statusCode = start > 0 ? 206 : 200;
    if (start > 0) response.setHeader("content-range", `bytes ${start}-${content.length - 1}/${content.length}`);
    response.setHeader("content-length", content.length - start);
    response.flushHeaders();
    if (bytes > start) response.write(content.subarray(start, bytes));
    // Let the bytes arrive before the connection is closed.
    setTimeout(() => response.destroy(), 50);
    return true;
  };
}

/** A fault that answers with a status, this many times. */
export function answer(status: number, times = Number.POSITIVE_INFINITY, headers: Record<string, string> = {}): Fault {
  let left = times;
  return (_, response) => {
    if (left === 0) return false;
    left -= 1;
    response.writeHead(status, headers);
    response.end();
    return true;
  };
}

/** A fault that sends this many bytes of the body and then nothing until the client disconnects. It ignores requests for the rest. */
export function stallAfter(bytes: number, content: Buffer, onClose: () => void = () => {}): Fault {
  return (request, response) => {
    if (request.headers.range) return false;
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, bytes));
    response.on("close", onClose);
    return true;
  };
}
