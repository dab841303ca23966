import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Folders of the repository by the path they are served at. */
const FOLDERS: Record<string, string> = {
  models: at("models"),
  tiny: at("test/fixtures/tiny-models"),
  onnxruntime: at("node_modules/onnxruntime-web/dist"),
};

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export interface SiteOptions {
  /** Folders beside {@link FOLDERS}; `""` is the root. */
  folders: Record<string, string>;
  /** Pages may share memory between threads. */
  isolated?: boolean;
  /** Answers with the page where there is no file, as hosts of single-page applications do. */
  fallback?: boolean;
}

/** A server of plain files, as any static host is one. */
export class Site {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  readonly close: () => Promise<void>;

  private constructor(url: string, requests: string[], close: () => Promise<void>) {
    this.url = url;
    this.requests = requests;
    this.close = close;
  }

  static async start({ folders, isolated = false, fallback = false }: SiteOptions): Promise<Site> {
    const requests: string[] = [];
    const all = { ...FOLDERS, ...folders };
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, "http://localhost");
      requests.push(`${request.method} ${pathname}`);
      if (isolated) {
        response.setHeader("cross-origin-opener-policy", "same-origin");
        response.setHeader("cross-origin-embedder-policy", "require-corp");
      }
      const head = request.method === "HEAD";
      void answer(all, decodeURIComponent(pathname), head, response).catch(async () => {
        response.statusCode = fallback ? 200 : 404;
        if (fallback) return answer(all, "/", head, response);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return new Site(`http://127.0.0.1:${port}/`, requests, close);
  }
}

async function answer(
  folders: Record<string, string>,
  path: string,
  head: boolean,
  response: ServerResponse,
): Promise<void> {
  const [, first = "", ...rest] = normalize(path).split("/");
  const folder = folders[first];
  const file = folder !== undefined && first !== "" ? join(folder, ...rest) : join(folders[""]!, first, ...rest);
  const bytes = await readFile(path.endsWith("/") ? join(file, "index.html") : file);
  const type = path.endsWith("/") ? "text/html" : TYPES[extname(path)];
  response.setHeader("content-type", type ?? "application/octet-stream");
  response.setHeader("content-length", bytes.byteLength);
  response.end(head ? undefined : bytes);
}
