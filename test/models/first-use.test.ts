import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ModelLicenseError, ModelNotFoundError } from "../../src/errors.js";
import { OnnxCrossEncoder, OnnxEmbeddings } from "../../src/onnx.js";
import { stallAfter } from "./hub-server.js";
import { useHub } from "./use-hub.js";

const TINY = fileURLToPath(new URL("../fixtures/tiny-models/", import.meta.url));

const hub = useHub();
beforeEach(() => {
  vi.stubEnv("HF_ENDPOINT", hub.server.endpoint);
  vi.stubEnv("HF_HUB_CACHE", hub.cacheDir);
  vi.stubEnv("HF_HUB_OFFLINE", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A repository with the files of a tiny model. */
const publish = (name: string, tiny: string) => hub.server.publishFolder(name, join(TINY, tiny));

describe("a model that is not in the cache", () => {
  it("is downloaded on first use and taken from the cache the next time", async () => {
    publish("someone/tiny", "bert-one-logit");
    const golden = JSON.parse(readFileSync(join(TINY, "bert-one-logit/golden.json"), "utf8"));
    const [query, text] = golden.pairs[0];
    const files = new Set<string>();
    const options = { model: "someone/tiny", activation: "identity", workers: 1 } as const;
    const scorer = new OnnxCrossEncoder({ ...options, onProgress: ({ file }) => files.add(file) });
    const [logit] = await scorer.score(query, [text]);
    expect(logit).toBeCloseTo(golden.logits[0][0], 4);
    expect(files).toContain("onnx/model.onnx");
    await scorer.dispose();

    hub.server.reset();
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    await using again = new OnnxCrossEncoder(options);
    expect(await again.score(query, [text])).toEqual([logit]);
    expect(hub.server.requests).toEqual([]);
  });

  it("is downloaded for embeddings too", async () => {
    publish("someone/tiny-encoder", "bert-encoder");
    await using embeddings = new OnnxEmbeddings({ model: "someone/tiny-encoder", workers: 1 });
    expect(await embeddings.embedQuery("The library closes early.")).toHaveLength(32);
  });

  it("is not looked for on the hub if it is a local folder", async () => {
    const folder = join(hub.cacheDir, "mine");
    cpSync(join(TINY, "bert-one-logit"), folder, { recursive: true });
    await using scorer = new OnnxCrossEncoder({ model: folder, workers: 1 });
    expect(await scorer.score("a question", ["an answer"])).toHaveLength(1);
    expect(hub.server.requests).toEqual([]);
    await expect(new OnnxCrossEncoder({ model: "./no/such/folder" }).score("q", ["t"])).rejects.toThrow(
      "There is no folder",
    );
  });

  it("fails with suggestions if unknown and with ModelLicenseError if its license forbids commercial use", async () => {
    const unknown = new OnnxCrossEncoder({ model: "Xenova/ms-marco-MiniLM-L6" });
    await expect(unknown.score("q", ["t"])).rejects.toBeInstanceOf(ModelNotFoundError);
    const forbidden = new OnnxCrossEncoder({ model: "jinaai/jina-reranker-v2-base-multilingual" });
    await expect(forbidden.score("q", ["t"])).rejects.toBeInstanceOf(ModelLicenseError);
  });

  it("is no longer downloaded after an abort, and the next call resumes the download", async () => {
    publish("someone/tiny", "bert-one-logit");
    const weights = readFileSync(join(TINY, "bert-one-logit/onnx/model.onnx"));
    let closed = false;
    hub.server.cdnFaults.push(
      stallAfter(1000, weights, () => {
        closed = true;
      }),
    );
    const controller = new AbortController();
    const scorer = new OnnxCrossEncoder({
      model: "someone/tiny",
      workers: 1,
      onProgress: ({ file, fileBytes }) => {
        if (file === "onnx/model.onnx" && fileBytes >= 1000) controller.abort(new Error("changed my mind"));
      },
    });
    await expect(scorer.score("q", ["t"], { signal: controller.signal })).rejects.toThrow("changed my mind");
    await vi.waitFor(() => expect(closed).toBe(true));
    expect(await scorer.score("q", ["t"])).toHaveLength(1);
    expect(hub.server.requests.at(-1)!.range).toBe("bytes=1000-");
    await scorer.dispose();
  });
});
