import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { launch } from "./chromium/launch.js";
import { Site } from "./site/serve.js";

const chromium = inject("chromium");
const folder = fileURLToPath(new URL("../../site", import.meta.url));

describe.skipIf(!chromium)("the playground without a server of its own", () => {
  let browser: Browser;
  let site: Site;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    // Below a path, as project pages of static hosts are.
    [browser, site] = await Promise.all([launch(chromium!), Site.start({ folders: { try: folder, "": folder } })]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.on("pageerror", ({ message }) => faults.push(message));
    await page.goto(`${site.url}try/`);
  });
  afterEach(() => page.close());

  const texts = async () => (await page.locator("#cards .text").allTextContents()).map((text) => text.trim());

  async function rank(query: string, documents: readonly string[], reranker: string): Promise<string[]> {
    await page.check(`input[name=reranker][value=${reranker}]`, { force: true });
    await page.fill("#query", query);
    await page.fill("#documents", documents.join("\n"));
    await expect.poll(texts).toEqual(documents);
    await page.click("#run");
    await page.waitForFunction(
      (count) => {
        const scores = Array.from(document.querySelectorAll("#cards .score")).filter(
          (score) => score.textContent !== "",
        );
        return scores.length === count || document.querySelector("#problem")?.matches(":not([hidden])");
      },
      documents.length,
      { timeout: 60_000 },
    );
    expect(await page.locator("#problem").textContent()).toMatch(/^\s*$/);
    return texts();
  }

  it("says that nothing leaves the page, and offers the bundled models", async () => {
    await expect.poll(() => page.textContent("#privacy")).toContain("no text leaves it");
    await expect
      .poll(() => page.locator("#model option").allTextContents())
      .toEqual(["rerank-en-v1", "late-en-v1 (late interaction)"]);
    expect(await page.locator("#embeddings option").allTextContents()).toEqual(["static-en-v1", "late-en-v1"]);
    // Nothing large before it is needed.
    expect(site.requests.filter((path) => /onnx|wasm|safetensors/.test(path))).toEqual([]);
  });

  const QUERY = "what is the capital of Australia?";
  const DOCUMENTS = [
    "Bread dough rises faster in a warm kitchen.",
    "Sydney is the largest city of Australia.",
    "Canberra is the capital of Australia.",
  ];

  it.each(["cross-encoder", "embedding", "hybrid"])("sorts documents with the reranker %s", async (reranker) => {
    const [best, ...others] = await rank(QUERY, DOCUMENTS, reranker);
    expect(best).toBe("Canberra is the capital of Australia.");
    expect(others).toHaveLength(2);
  });

  it("requests nothing outside its own folder", () => {
    expect(site.requests.filter((path) => path.endsWith(".onnx")).length).toBeGreaterThan(0);
    expect(site.requests.filter((path) => !/^GET \/try\//.test(path) && path !== "GET /favicon.ico")).toEqual([]);
    expect(faults).toEqual([]);
  });
});
