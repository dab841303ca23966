import { readFile } from "node:fs/promises";
import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import type { parts } from "./app/page.js";
import { launch, openPage } from "./chromium/launch.js";
import { PAIRS } from "./pairs.js";
import { bundlePage } from "./site/bundle.js";
import { Site } from "./site/serve.js";

declare const rerank: typeof parts;

const chromium = inject("chromium");
const root = new URL("../../", import.meta.url);
const tiny = (name: string) => new URL(`test/fixtures/tiny-models/${name}`, root).pathname;
const TEXTS = PAIRS.map(([, text]) => text);
const largest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);

describe.skipIf(!chromium)("the engine in Chromium, bundled by esbuild", () => {
  let browser: Browser;
  let site: Site;
  let bundle: Awaited<ReturnType<typeof bundlePage>>;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    bundle = await bundlePage();
    [browser, site] = await Promise.all([launch(chromium!), Site.start({ folders: { "": bundle.folder } })]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await bundle?.remove();
  });
  beforeEach(async () => {
    ({ page, faults } = await openPage(browser, site.url, { modelsUrl: "/models/", wasmPaths: "/onnxruntime/" }));
  });
  afterEach(async () => {
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it.each(["bert-one-logit", "bert-two-logits", "modernbert", "modernbert-modules", "xlm-roberta", "qwen3-seq-cls"])(
    "gives the same scores as Node in full precision with %s",
    async (name) => {
      await using node = new OnnxCrossEncoder({ model: tiny(name) });
      const expected = await node.score("when does the ferry leave?", TEXTS);
      const found = await page.evaluate(
        ({ model, texts }) =>
          new rerank.OnnxCrossEncoder({ model, dtype: "fp32", workers: 1 }).score("when does the ferry leave?", texts),
        { model: `/tiny/${name}/`, texts: TEXTS },
      );
      expect(largest(found, expected)).toBeLessThan(1e-5);
    },
  );

  it("gives the same embeddings as Node in full precision", async () => {
    await using node = new OnnxEmbeddings({ model: tiny("bert-encoder") });
    const expected = await node.embedDocuments(TEXTS);
    const found = await page.evaluate(
      (texts) => new rerank.OnnxEmbeddings({ model: "/tiny/bert-encoder/" }).embedDocuments(texts),
      TEXTS,
    );
    expect(found).toHaveLength(expected.length);
    for (const [index, vector] of found.entries()) expect(largest(vector, expected[index]!)).toBeLessThan(1e-5);
  });

  it("gives the same scores as Node with the bundled model, within its 8-bit tolerance", async () => {
    const score = async (scorer: OnnxCrossEncoder) => {
      const scores: number[] = [];
      for (const [query, text] of PAIRS) scores.push(...(await scorer.score(query, [text])));
      return scores;
    };
    await using node = new OnnxCrossEncoder();
    const expected = await score(node);
    const found = await page.evaluate(async (pairs) => {
      const scorer = new rerank.OnnxCrossEncoder({ verify: true });
      const scores: number[] = [];
      for (const [query, text] of pairs) scores.push(...(await scorer.score(query, [text])));
      return scores;
    }, PAIRS);
    // Rounding to 8 bits turns a difference in the last bit of a float into one step, and how often depends on the processor
    // that Node runs on; docs/browser.md has the numbers. Differences must be small everywhere, and never swap texts whose scores differ clearly.
    const differences = found.map((score, index) => Math.abs(score - expected[index]!));
    expect(Math.max(...differences)).toBeLessThan(0.05);
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(0.008);
    for (const [i, one] of expected.entries())
      for (const [j, other] of expected.entries()) if (one - other > 0.1) expect(found[i]).toBeGreaterThan(found[j]!);
  });

  it("gives the same embeddings as Node with the bundled model", async () => {
    await using node = new OnnxEmbeddings({ model: "late-en-v1" });
    const expected = await node.embedDocuments(TEXTS);
    const found = await page.evaluate(
      (texts) => new rerank.OnnxEmbeddings({ model: "late-en-v1" }).embedDocuments(texts),
      TEXTS,
    );
    const cosines = found.map((vector, index) => vector.reduce((sum, x, i) => sum + x * expected[index]![i]!, 0));
    // Above .999 beside a processor with VNNI; one with AVX2 alone saturates (.990 to .997), which WebAssembly does not.
    expect(Math.min(...cosines)).toBeGreaterThan(0.98);
  });

  it("gives the same late-interaction scores as Node with the bundled model", async () => {
    await using node = new OnnxLateInteraction();
    const expected = await node.score("when does the ferry leave?", TEXTS);
    const found = await page.evaluate(
      (texts) => new rerank.OnnxLateInteraction().score("when does the ferry leave?", texts),
      TEXTS,
    );
    // .003 beside a processor with VNNI; golden scores of the file allow .03 between two machines.
    expect(largest(found, expected)).toBeLessThan(0.05);
  });

  it("does not block the page while it scores", async () => {
    const { result, timers, frames } = await page.evaluate(async (texts) => {
      const scorer = new rerank.OnnxCrossEncoder();
      await scorer.score("warm", ["up"]);
      return rerank.watch(scorer.score("when does the ferry leave?", texts));
    }, TEXTS);
    expect(result).toHaveLength(TEXTS.length);
    expect(timers).toBeGreaterThan(5);
    expect(frames).toBeGreaterThan(2);
  });

  it("rejects with the signal's reason during a call, and serves the next call", async () => {
    const { reason, next } = await page.evaluate(async (texts) => {
      const scorer = new rerank.OnnxCrossEncoder();
      await scorer.score("warm", ["up"]);
      const controller = new AbortController();
      const call = rerank.caught(scorer.score("ferry", texts, { signal: controller.signal }));
      setTimeout(() => controller.abort(new Error("changed my mind")), 20);
      const reason = await call;
      return { reason: reason?.message, next: await scorer.score("ferry", ["The ferry leaves."]) };
    }, TEXTS);
    expect(reason).toBe("changed my mind");
    expect(next).toHaveLength(1);
  });

  it("rejects a running call when it is disposed of, ends its workers, and starts again", async () => {
    const error = await page.evaluate(async (texts) => {
      const scorer = new rerank.OnnxCrossEncoder({ workers: 1 });
      await scorer.score("warm", ["up"]);
      const call = rerank.caught(scorer.score("ferry", texts));
      await new Promise((resolve) => setTimeout(resolve, 20));
      await scorer.dispose();
      return call;
    }, TEXTS);
    expect(error).toMatchObject({ name: "BackendError", message: expect.stringContaining("disposed"), own: true });
    await vi.waitFor(() => expect(page.workers()).toHaveLength(0), { timeout: 20_000 });
    const again = await page.evaluate(() => new rerank.OnnxCrossEncoder({ workers: 1 }).score("ferry", ["a ferry"]));
    expect(again).toHaveLength(1);
    expect(page.workers()).toHaveLength(1);
  });

  it("frees the model after a while without work", async () => {
    const scores = await page.evaluate(() =>
      new rerank.OnnxCrossEncoder({ model: "/tiny/bert-one-logit/", idleTimeout: 50 }).score("a", ["b"]),
    );
    expect(scores).toHaveLength(1);
    await vi.waitFor(() => expect(page.workers()).toHaveLength(0), { timeout: 20_000 });
  });

  it("fetches a model once for all who name it, and reports progress", async () => {
    site.requests.length = 0;
    const progress = await page.evaluate(async () => {
      const seen: { bytes: number; total: number }[] = [];
      const onProgress = ({ bytes, total }: { bytes: number; total: number }) => void seen.push({ bytes, total });
      const [one, two] = [new rerank.OnnxCrossEncoder({ onProgress }), new rerank.OnnxCrossEncoder()];
      await Promise.all([one.score("a", ["b"]), two.score("a", ["b"])]);
      return seen;
    });
    const weights = (await readFile(new URL("models/rerank-en-v1/onnx/model_int8.onnx_data", root))).byteLength;
    expect(site.requests.filter((path) => path.endsWith(".onnx"))).toHaveLength(1);
    const { bytes, total } = progress.at(-1)!;
    expect(bytes).toBe(total);
    expect(total).toBeGreaterThan(weights);
    expect(progress.map((step) => step.bytes)).toEqual(progress.map((step) => step.bytes).sort((a, b) => a - b));
  });

  it("runs the rerankers' own defaults", async () => {
    const found = await page.evaluate(async () => {
      const documents = [
        "Bread dough rises faster in a warm kitchen.",
        "Canberra is the capital of Australia.",
        "Sydney is a large city.",
      ].map((pageContent) => ({ pageContent, metadata: {} }));
      const order = (ranked: { pageContent: string; metadata: object }[]) => ranked.map((found) => found.pageContent);
      const query = "what is the capital of Australia?";
      return [
        order(await new rerank.CrossEncoderReranker({ topN: 1 }).compressDocuments(documents, query)),
        order(await new rerank.HybridReranker({ topN: 1 }).compressDocuments(documents, query)),
      ];
    });
    expect(found).toEqual(Array(2).fill(["Canberra is the capital of Australia."]));
  });
});
