import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { load } from "./load.js";

interface Fetched {
  pages: { url: string; title: string; html: string }[];
  skipped: { url: string; reason: string }[];
}

const { fetchPages } = await load<{
  fetchPages(results: { url: string; title: string }[], limits?: object): Promise<Fetched>;
}>("web-search-rerank/fetch-pages.js");

let server: Server;
let open = 0;
let most = 0;
beforeEach(async () => {
  open = 0;
  most = 0;
  server = createServer((request, response) => answer(request.url ?? "/", response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function answer(path: string, response: ServerResponse): void {
  open += 1;
  most = Math.max(most, open);
  response.on("close", () => {
    open -= 1;
  });
  if (path === "/latin") {
    response
      .writeHead(200, { "content-type": "text/html; charset=iso-8859-1" })
      .end(Buffer.from("d\xe9j\xe0 vu", "latin1"));
  } else if (path === "/strange") {
    response.writeHead(200, { "content-type": "text/html; charset=klingon" }).end("text");
  } else if (path === "/moved") {
    response.writeHead(302, { location: "/arrived" }).end();
  } else if (path === "/dies") {
    response.writeHead(200, { "content-type": "text/html", "content-length": "1000" }).write("half");
    setTimeout(() => response.destroy(), 20);
  } else if (path === "/stalls") {
    response.writeHead(200, { "content-type": "text/html" }).write("half");
  } else {
    setTimeout(() => response.writeHead(200, { "content-type": "text/html" }).end(`page ${path}`), 10);
  }
}

const at = (...paths: string[]) =>
  paths.map((path) => ({ title: path, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}` }));

it("keeps the order of the results and never has more in transfer than allowed", async () => {
  const { pages, skipped } = await fetchPages(at(...Array.from({ length: 12 }, (_, place) => `/${place}`)), {
    concurrency: 3,
  });
  expect(pages.map(({ html }) => html)).toEqual(Array.from({ length: 12 }, (_, place) => `page /${place}`));
  expect(skipped).toEqual([]);
  expect(most).toBe(3);
});

it("names what fails and continues with the rest", async () => {
  const results = [
    ...at("/first", "/dies", "/stalls", "/strange"),
    { title: "mail", url: "mailto:someone" },
    ...at("/last"),
  ];
  const { pages, skipped } = await fetchPages(results, { timeout: 200 });
  expect(pages.map(({ html }) => html)).toEqual(["page /first", "page /last"]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("terminated"),
    "no whole answer within 0.2 s",
    expect.stringContaining("klingon"),
    expect.stringMatching(/fetch failed|unknown scheme/),
  ]);
});

it("follows redirects, and reads the encoding that the header names", async () => {
  const { pages } = await fetchPages(at("/moved", "/latin"));
  expect(pages.map(({ html }) => html)).toEqual(["page /arrived", "déjà vu"]);
});

it("stops altogether when the caller does, with the caller's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("the user left");
  const fetching = fetchPages(at("/stalls", "/more"), { concurrency: 1, timeout: 60_000, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 30);
  await expect(fetching).rejects.toBe(reason);
});
