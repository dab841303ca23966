import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ModelNotFoundError } from "../../src/index.js";
import { built } from "../support/built.js";
import { passages, ThreadWatch } from "./engine-threads.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));
const TEXTS = ["The ferry leaves at nine.", "", ...passages(150)];

let threads: ThreadWatch;
beforeEach(() => {
  threads = new ThreadWatch();
});
afterEach(() => threads.stop());

describe("workers: false", () => {
  it("gives the scores of a cross-encoder in a thread, without starting one", async () => {
    await using here = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: false });
    const scores = await here.score("when does the ferry leave?", TEXTS);
    expect(threads.workers).toHaveLength(0);
    await using there = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    expect(await there.score("when does the ferry leave?", TEXTS)).toEqual(scores);
    expect(threads.workers).toHaveLength(1);
  });

  it("gives the scores of late interaction, from cached vectors as well", async () => {
    await using here = new OnnxLateInteraction({
      model: tiny("colbert"),
      workers: false,
      cache: { maxBytes: 2 ** 24 },
    });
    await using there = new OnnxLateInteraction({ model: tiny("colbert"), workers: 1 });
    const expected = await there.score("when does the ferry leave?", TEXTS);
    for (let call = 0; call < 3; call++) {
      expect(await here.score("when does the ferry leave?", TEXTS)).toEqual(expected);
    }
  });

  it("runs two models next to each other, each with its own vocabulary and session", async () => {
    const names = ["bert-one-logit", "xlm-roberta"];
    const alone = [];
    for (const name of names) {
      await using there = new OnnxCrossEncoder({ model: tiny(name), workers: 1 });
      alone.push(await there.score("ferry", TEXTS));
    }
    await using first = new OnnxCrossEncoder({ model: tiny(names[0]!), workers: false });
    await using second = new OnnxCrossEncoder({ model: tiny(names[1]!), workers: false });
    expect(await Promise.all([first.score("ferry", TEXTS), second.score("ferry", TEXTS)])).toEqual(alone);
  });

  it("ends a call when its signal aborts, and serves the next one", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: false });
    const alone = await scorer.score("ferry", ["The ferry leaves."]);
    const controller = new AbortController();
    const call = scorer.score("ferry", passages(2000), { signal: controller.signal });
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    expect(await scorer.score("ferry", ["The ferry leaves."])).toEqual(alone);
  });

  it("rejects calls in progress at dispose(), and loads the model again at the next call", async () => {
    const embeddings = new OnnxEmbeddings({ model: tiny("bert-encoder"), workers: false });
    const alone = await embeddings.embedQuery("ferry");
    const call = embeddings.embedDocuments(passages(2000));
    const rejected = expect(call).rejects.toThrow("dispose");
    await embeddings.dispose();
    await rejected;
    expect(await embeddings.embedQuery("ferry")).toEqual(alone);
    await embeddings.dispose();
  });

  it.each([0, true, -1])("refuses %s, which does not say where the model runs", (workers) => {
    expect(() => new OnnxCrossEncoder({ workers: workers as false })).toThrow(
      `Invalid \`workers\`: expected a positive integer, or false, got ${workers}`,
    );
  });

  it("reports a model that cannot be found", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("nothing-here"), workers: false });
    await expect(scorer.score("q", ["t"])).rejects.toBeInstanceOf(ModelNotFoundError);
  });

  it("leaves the messages of an application's own worker thread alone", async () => {
    const onnx = new URL(`file://${built("onnx.js")}`).href;
    const code = `
      const { parentPort, workerData } = require("node:worker_threads");
      parentPort.on("message", async (text) => {
        const { OnnxCrossEncoder } = await import(${JSON.stringify(onnx)});
        const scorer = new OnnxCrossEncoder({ model: workerData.model, workers: false });
        const scores = await scorer.score("ferry", [text]);
        await scorer.dispose();
        parentPort.postMessage({ text, scores });
        parentPort.close();
      });`;
    const worker = new Worker(code, { eval: true, workerData: { model: tiny("bert-one-logit") } });
    const answer = new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject));
    worker.postMessage("The ferry leaves.");
    await using there = new OnnxCrossEncoder({ model: tiny("bert-one-logit"), workers: 1 });
    const scores = await there.score("ferry", ["The ferry leaves."]);
    expect(await answer).toEqual({ text: "The ferry leaves.", scores });
  });
});
