import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const SITE = new URL("site/", import.meta.url);

/** In the order in which a search engine gives them: who pays or repeats the words comes first. */
const ORDER = [
  "best-heat-pump-deals",
  "polar-12",
  "app-shell",
  "subsidy-news",
  "pool-season",
  "hangs",
  "how-heat-pumps-work",
];

/** Pages that fail the way real pages do. */
const TROUBLE = {
  "/hangs": "Heat pumps: everything you need to know",
  "/broken": "Cold climate heat pump study",
  "/brochure.pdf": "Brochure: heating in winter",
  "/endless": "Heat pump picture gallery",
};

/**
 * Serves the pages that ship, some that misbehave, and a search over them that answers as SearXNG does. Every question finds everything: the
 * point is what becomes of the order.
 */
export async function startSampleSite() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const html = { "content-type": "text/html" };
    if (pathname === "/search")
      return response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ results: results() }));
    if (pathname === "/hangs") return response.writeHead(200, html).write("<!doctype html><title>One moment, please");
    if (pathname === "/broken") return response.writeHead(503, html).end("<h1>Service Unavailable</h1>");
    if (pathname === "/brochure.pdf")
      return response.writeHead(200, { "content-type": "application/pdf" }).end("%PDF-1.7");
    if (pathname === "/endless") return response.writeHead(200, html).end(`<p>${"picture ".repeat(400_000)}</p>`);
    const file = files().find((name) => pathname === `/${name}`);
    if (!file) return response.writeHead(pathname === "/" ? 200 : 404, html).end();
    response.writeHead(200, html).end(readFileSync(new URL(file, SITE)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const url = `http://127.0.0.1:${address && typeof address === "object" ? address.port : 0}`;

  function results() {
    const pages = files().map((file) => ({ title: titleOf(file), url: `${url}/${file}` }));
    const trouble = Object.entries(TROUBLE).map(([path, title]) => ({ title, url: `${url}${path}` }));
    const rank = (/** @type {{ url: string }} */ { url }) => {
      const found = ORDER.findIndex((name) => url.includes(name));
      return found < 0 ? ORDER.length : found;
    };
    return [...pages, ...trouble].sort((a, b) => rank(a) - rank(b));
  }

  return {
    url,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const files = () => readdirSync(SITE).filter((name) => name.endsWith(".html"));

/** @param {string} file */
const read = (file) => readFileSync(new URL(file, SITE), file === "sizing.html" ? "latin1" : "utf8");

/** @param {string} file */
const titleOf = (file) => /<title>(.*?)<\/title>/s.exec(read(file))?.[1] ?? file;

/**
 * Which paragraphs of the site answer which question: they carry `data-answers` in its pages.
 * @param {string} key
 * @returns {string[]} their texts
 */
export function answers(key) {
  const marked = new RegExp(`<(p|span) data-answers="${key}">(.*?)</\\1>`, "gs");
  return files().flatMap((file) => [...read(file).matchAll(marked)].map(([, , text]) => text));
}
