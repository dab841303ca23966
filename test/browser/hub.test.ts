import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnnxCrossEncoder, OnnxLateInteraction } from "langchain-rerank/onnx";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { parts } from "./app/page.js";
import { launch, openPage } from "./chromium/launch.js";
import { bundlePage } from "./site/bundle.js";
import { Site } from "./site/serve.js";

declare const rerank: typeof parts;

const chromium = inject("chromium");
const TINY = fileURLToPath(new URL("../fixtures/tiny-models/bert-one-logit", import.meta.url));
const MULTILINGUAL = fileURLToPath(new URL("../../packages/multilingual", import.meta.url));
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const PATHS = { modelsUrl: "/models/", wasmPaths: "/onnxruntime/", hubUrl: "/hub/" };

/** The files that a hub answers with for one repository, as a folder. */
async function makeHub(folder: string): Promise<void> {
  const files = await readdir(TINY, { recursive: true });
  const siblings = files.map((rfilename) => ({ rfilename }));
  await mkdir(join(folder, "api/models/tiny/bert/revision"), { recursive: true });
  await writeFile(join(folder, "api/models/tiny/bert/revision/main"), JSON.stringify({ sha: COMMIT, siblings }));
  await mkdir(join(folder, "tiny/bert/resolve"), { recursive: true });
  await symlink(TINY, join(folder, "tiny/bert/resolve", COMMIT));
}

describe.skipIf(!chromium)("models in Chromium", () => {
  let browser: Browser;
  let hub: string;
  let bundle: Awaited<ReturnType<typeof bundlePage>>;
  let expected: readonly number[];

  beforeAll(async () => {
    hub = await mkdtemp(join(tmpdir(), "rerank-hub-"));
    await makeHub(hub);
    await using node = new OnnxCrossEncoder({ model: TINY });
    [browser, bundle, expected] = await Promise.all([
      launch(chromium!),
      bundlePage(),
      node.score("ferry", ["The ferry leaves.", "Bread."]),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await bundle?.remove();
    await rm(hub, { recursive: true, force: true });
  });

  function expectClose(found: readonly number[]): void {
    expect(found).toHaveLength(expected.length);
    for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index]!, 5);
  }

  it("in a separate npm package are fetched from where the page serves it, and score as in Node", async () => {
    const model = "late-multilingual-v1";
    const texts = ["琵琶湖は日本最大の湖である。", "富士山は標高3776メートルの火山である。"];
    const site = await Site.start({ folders: { "": bundle.folder, [model]: MULTILINGUAL } });
    const { page } = await openPage(browser, site.url, { ...PATHS, modelsUrl: "/" });
    const found = await page.evaluate(
      ({ model, texts }) => new rerank.OnnxLateInteraction({ model }).score("富士山の高さは?", texts),
      { model, texts },
    );
    await using node = new OnnxLateInteraction({ model });
    for (const [index, score] of (await node.score("富士山の高さは?", texts)).entries())
      expect(Math.abs(score - found[index]!)).toBeLessThan(0.05);
    expect(found[1]).toBeGreaterThan(found[0]!);
    await site.close();
  });

  it("from the hub are fetched at the commit that it names, and are cached for the next visit", async () => {
    const site = await Site.start({ folders: { "": bundle.folder, hub } });
    const { page } = await openPage(browser, site.url, PATHS);
    const score = () =>
      new rerank.OnnxCrossEncoder({ model: "tiny/bert" }).score("ferry", ["The ferry leaves.", "Bread."]);
    expectClose(await page.evaluate(score));
    const fetched = site.requests.filter((path) => path.includes("/resolve/"));
    expect(fetched).toContain(`GET /hub/tiny/bert/resolve/${COMMIT}/onnx/model.onnx`);
    site.requests.length = 0;
    await page.reload();
    await page.waitForFunction(() => "rerank" in globalThis);
    await page.evaluate((settings) => rerank.configureBrowser(settings), PATHS);
    expectClose(await page.evaluate(score));
    expect(site.requests.filter((path) => path.includes("/resolve/"))).toEqual([]);
    const error = await page.evaluate(() =>
      rerank.caught(new rerank.OnnxCrossEncoder({ model: "tiny/nothing" }).score("a", ["b"])),
    );
    expect(error).toMatchObject({ name: "ModelNotFoundError", own: true });
    await page.context().close();
    await site.close();
  });

  it("run on threads where the page may share memory", async () => {
    const site = await Site.start({ folders: { "": bundle.folder, hub }, isolated: true });
    const { page, faults } = await openPage(browser, site.url, PATHS);
    const { isolated, scores } = await page.evaluate(async () => ({
      isolated: crossOriginIsolated,
      scores: await new rerank.OnnxCrossEncoder({ model: "/tiny/bert-one-logit/", threads: 2, workers: 1 }).score(
        "ferry",
        ["The ferry leaves.", "Bread."],
      ),
    }));
    expect(isolated).toBe(true);
    expectClose(scores);
    // The engine's own worker, and one that the runtime started for its second thread.
    expect(site.requests.filter((path) => /ort\.wasm/.test(path)).length).toBeGreaterThan(1);
    expect(faults).toEqual([]);
    await page.context().close();
    await site.close();
  });
});
