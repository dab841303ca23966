import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { build, createServer, type InlineConfig } from "vite";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launch } from "./chromium/launch.js";
import { Site } from "./site/serve.js";

const chromium = inject("chromium");
const root = fileURLToPath(new URL("../../", import.meta.url));

const SCRIPT = `
import { HybridReranker } from "langchain-rerank";
const documents = ["Bread dough rises faster in a warm kitchen.", "Canberra is the capital of Australia."]
  .map((pageContent) => ({ pageContent, metadata: {} }));
new HybridReranker({ topN: 1 })
  .compressDocuments(documents, "what is the capital of Australia?")
  .then(([best]) => best.pageContent, (error) => error.name + ": " + error.message)
  .then((text) => { document.body.textContent = text; });
`;

/** What `docs/browser.md` tells users of Vite to set, and nothing else. */
const SETTINGS: InlineConfig = {
  configFile: false,
  logLevel: "error",
  worker: { format: "es" },
  optimizeDeps: { exclude: ["langchain-rerank"] },
  server: { host: "127.0.0.1", fs: { strict: false } },
};

describe.skipIf(!chromium)("an application that Vite bundles", () => {
  let browser: Browser;
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "rerank-vite-"));
    await mkdir(join(project, "node_modules"));
    await symlink(root, join(project, "node_modules/langchain-rerank"));
    for (const name of ["@langchain", "onnxruntime-web", "@huggingface"])
      await symlink(join(root, "node_modules", name), join(project, "node_modules", name));
    await writeFile(join(project, "package.json"), '{ "name": "app", "type": "module" }');
    await writeFile(join(project, "main.js"), SCRIPT);
    await writeFile(
      join(project, "index.html"),
      '<!doctype html><meta charset="utf-8"><body><script type="module" src="/main.js"></script>',
    );
    browser = await launch(chromium!);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(project, { recursive: true, force: true });
  });

  async function answerOf(url: string): Promise<string> {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.body.textContent?.trim(), undefined, { timeout: 90_000 });
    const text = await page.textContent("body");
    await page.close();
    return text!.trim();
  }

  it("runs from its build, which includes models, worker and runtime", async () => {
    await build({ ...SETTINGS, root: project });
    const files = await readdir(join(project, "dist/assets"));
    expect(files.filter((name) => name.endsWith(".wasm"))).toHaveLength(1);
    const site = await Site.start({ folders: { "": join(project, "dist") } });
    try {
      expect(await answerOf(site.url)).toBe("Canberra is the capital of Australia.");
    } finally {
      await site.close();
    }
  });

  it("runs from the development server", async () => {
    const server = await createServer({ ...SETTINGS, root: project });
    await server.listen();
    try {
      expect(await answerOf(server.resolvedUrls!.local[0]!)).toBe("Canberra is the capital of Australia.");
    } finally {
      await server.close();
    }
  });
});
