import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { parts } from "./app/page.js";
import { launch, openPage } from "./chromium/launch.js";
import { bundlePage } from "./site/bundle.js";
import { Site } from "./site/serve.js";

declare const rerank: typeof parts;

const chromium = inject("chromium");
const PATHS = { modelsUrl: "/models/", wasmPaths: "/onnxruntime/" };

describe.skipIf(!chromium)("a page reports, with what to do, that", () => {
  let browser: Browser;
  let site: Site;
  let bundle: Awaited<ReturnType<typeof bundlePage>>;
  const open = async (settings: Partial<typeof PATHS> = PATHS, at = site.url) =>
    (await openPage(browser, at, settings)).page;

  beforeAll(async () => {
    bundle = await bundlePage();
    [browser, site] = await Promise.all([launch(chromium!), Site.start({ folders: { "": bundle.folder } })]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await bundle?.remove();
  });

  it("the runtime's files are not there", async () => {
    const page = await open({ ...PATHS, wasmPaths: "/nowhere/" });
    const error = await page.evaluate(() => rerank.caught(new rerank.OnnxCrossEncoder().score("a", ["b"])));
    expect(error).toMatchObject({ name: "MissingDependencyError", own: true });
    expect(error!.message).toContain(`${site.url}nowhere/`);
    expect(error!.message).toMatch(/wasmPaths.*onnxruntime-web.*npm install onnxruntime-web/);
  });

  it("the bundled models are not there", async () => {
    const page = await open({ ...PATHS, modelsUrl: "/nowhere/" });
    const error = await page.evaluate(() => rerank.caught(new rerank.OnnxCrossEncoder().score("a", ["b"])));
    expect(error).toMatchObject({ name: "ModelNotFoundError", own: true });
    expect(error!.message).toContain(`${site.url}nowhere/rerank-en-v1/`);
    expect(error!.message).toContain("configureBrowser({ modelsUrl })");
  });

  it("a model in a separate package is not on the site", async () => {
    const score = () =>
      rerank.caught(new rerank.OnnxLateInteraction({ model: "late-multilingual-v1" }).score("a", ["b"]));
    const { modelsUrl: _, ...unset } = PATHS;
    const unsaid = await (await open(unset)).evaluate(score);
    expect(unsaid).toMatchObject({ name: "InvalidOptionError", own: true });
    expect(unsaid!.message).toMatch(/modelsUrl.*late-multilingual-v1\//);
    const missing = await (await open()).evaluate(score);
    expect(missing).toMatchObject({ name: "ModelNotFoundError", own: true });
    expect(missing!.message).toContain("langchain-rerank-multilingual");
  });

  it("a model's folder is not there, whatever the server answers instead", async () => {
    const page = await open();
    const answers = await Site.start({ folders: { "": bundle.folder }, fallback: true });
    const spa = await open(PATHS, answers.url);
    for (const [where, at] of [
      [page, site.url],
      [spa, answers.url],
    ] as const) {
      const error = await where.evaluate(() =>
        rerank.caught(new rerank.OnnxCrossEncoder({ model: "/nothing/here/" }).score("a", ["b"])),
      );
      expect(error).toMatchObject({ name: "ModelNotFoundError", own: true });
      // Both files are asked for at once; the one whose answer comes first is named.
      const named = ["config.json", "tokenizer.json"].map((file) => `${at}nothing/here/${file}`);
      expect(named.some((address) => error!.message.includes(address))).toBe(true);
    }
    await answers.close();
  });

  it("a model's folder has no ONNX file, or none of the precision asked for", async () => {
    const page = await open();
    const error = await page.evaluate(() =>
      rerank.caught(new rerank.OnnxCrossEncoder({ model: "/tiny/bert-one-logit/", dtype: "q4" }).score("a", ["b"])),
    );
    expect(error).toMatchObject({ name: "ModelIntegrityError", own: true });
    expect(error!.message).toContain(`${site.url}tiny/bert-one-logit/`);
  });

  it("the model is of another kind", async () => {
    const page = await open();
    const error = await page.evaluate(() =>
      rerank.caught(new rerank.OnnxCrossEncoder({ model: "/tiny/bert-encoder/" }).score("a", ["b"])),
    );
    expect(error).toMatchObject({ name: "ModelIntegrityError", own: true });
    expect(error!.message).toMatch(/cross-encoder/);
  });

  it("no server listens at the model's address", async () => {
    const page = await open();
    const gone = await Site.start({ folders: {} });
    await gone.close();
    const error = await page.evaluate(
      (model) => rerank.caught(new rerank.OnnxCrossEncoder({ model }).score("a", ["b"])),
      `${gone.url}model/`,
    );
    expect(error).toMatchObject({ name: "DownloadError", own: true });
    expect(error!.message).toContain(`${gone.url}model/`);
  });

  it("no model has the name", async () => {
    const page = await open();
    const error = await page.evaluate(() =>
      rerank.caught(new rerank.OnnxCrossEncoder({ model: "rerank-en" }).score("a", ["b"])),
    );
    expect(error).toMatchObject({ name: "ModelNotFoundError", own: true });
    expect(error!.message).toContain('"rerank-en-v1"');
  });

  it("the worker's script is not there", async () => {
    const page = await open();
    const error = await page.evaluate(() => {
      rerank.configureBrowser({ worker: () => new Worker("/nowhere.js", { type: "module" }) });
      return rerank.caught(new rerank.OnnxCrossEncoder({ model: "/tiny/bert-one-logit/" }).score("a", ["b"]));
    });
    expect(error).toMatchObject({ name: "BackendError", own: true });
    expect(error!.message).toContain("inference-worker.web.js");
  });

  it("browsers do not have an option", async () => {
    const page = await open();
    const error = await page.evaluate(() =>
      rerank.caught(new rerank.OnnxCrossEncoder({ cacheDir: "/tmp" }).score("a", ["b"])),
    );
    expect(error).toMatchObject({ name: "InvalidOptionError", own: true });
    expect(error!.message).toContain("cacheDir");
  });

  it("the settings are wrong", async () => {
    const page = await open();
    const messages = await page.evaluate(async () => {
      const attempt = async (settings: object) =>
        (await rerank.caught(Promise.resolve().then(() => rerank.configureBrowser(settings))))?.message;
      return [await attempt({ modelUrl: "/m/" }), await attempt({ hubUrl: 3 }), await attempt({ device: "gpu" })];
    });
    expect(messages).toEqual([
      expect.stringContaining("modelUrl"),
      expect.stringContaining("hubUrl"),
      expect.stringContaining("device"),
    ]);
  });
});
