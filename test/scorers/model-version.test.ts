import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
import { StaticEmbeddings, StaticLateInteraction } from "langchain-rerank/static";
import { afterEach, describe, expect, it, vi } from "vitest";
import { collectStageScores } from "../../src/evaluation/tuning/collect.js";
import { evaluate } from "../../src/evaluation.js";
import {
  CachedScorer,
  CrossEncoderReranker,
  createScorer,
  EmbeddingSimilarityReranker,
  HybridReranker,
  type RelevanceScorer,
} from "../../src/index.js";
import type { ScorerReport } from "../../src/scorers/relevance-scorer.js";
import { smallDataset } from "../evaluation/small-data.js";
import { ModelCopy } from "./onnx/model-copy.js";

const QUERY = "how do bees find flowers?";
const TEXTS = ["Bees see ultraviolet light.", "The bank raised its interest rates."];

/** Changes the scores of a late-interaction model by an offset, as a new release of a model may. */
function release(copy: ModelCopy): void {
  const { langchain_rerank: own } = JSON.parse(readFileSync(join(copy.folder, "config.json"), "utf8"));
  const query_offset = { constant: -0.25, log_tokens: 0, direction: new Array(16).fill(0) };
  copy.edit("config.json", { langchain_rerank: { ...own, query_offset } });
}

async function scoreStored(copy: ModelCopy, store: Map<string, unknown>) {
  await using model = new OnnxLateInteraction({ model: copy.folder, workers: 1 });
  const cached = new CachedScorer({ model, store, instruction: "" });
  let report: ScorerReport = {};
  const scores = await cached.score(QUERY, TEXTS, { onReport: (each) => (report = each) });
  return { scores, raw: report.raw!, cache: report.scoreCache! };
}

describe("scores of a model whose files change under the same name", () => {
  it("are not taken from a store of CachedScorer, but are as long as the files are the same", async () => {
    using copy = new ModelCopy("colbert");
    const store = new Map<string, unknown>();
    const first = await scoreStored(copy, store);
    const again = await scoreStored(copy, store);
    expect(again.cache).toMatchObject({ hits: 2, stored: 2, misses: 0 });
    expect(again.scores).toEqual(first.scores);
    release(copy);
    const changed = await scoreStored(copy, store);
    expect(changed.cache).toMatchObject({ hits: 0, misses: 2 });
    expect(changed.raw).toEqual(first.raw.map((raw) => raw - 0.25));
  });

  it.each<[string, (model: RelevanceScorer) => CrossEncoderReranker | HybridReranker]>([
    ["a reranker", (model) => new CrossEncoderReranker({ model })],
    ["a hybrid", (model) => new HybridReranker({ firstStageKey: "score", model })],
    ["a first stage", (model) => new HybridReranker({ firstStage: model, model: new StaticLateInteraction() })],
    [
      "a fused stage",
      (model) =>
        new HybridReranker({
          firstStage: { fuse: [model, { metadataKey: "score" }] },
          model: new StaticLateInteraction(),
        }),
    ],
  ])("are not taken from the cache of `evaluate`, as %s", async (_, open) => {
    using copy = new ModelCopy("colbert");
    const cache = new Map<string, unknown>();
    const run = async () => {
      await using model = new OnnxLateInteraction({ model: copy.folder, workers: 1 });
      return await evaluate(open(model), smallDataset(), { cache, system: "named" });
    };
    await run();
    expect((await run()).cached).toBe(3);
    release(copy);
    expect((await run()).cached).toBe(0);
  });

  it("are not taken from the cache of `tune`", async () => {
    using copy = new ModelCopy("colbert");
    const cache = new Map<string, unknown>();
    const run = async () => {
      await using model = new OnnxLateInteraction({ model: copy.folder, workers: 1 });
      let cached = 0;
      const onProgress = (progress: { cached: number }) => {
        cached = progress.cached;
      };
      await collectStageScores(smallDataset(), { models: { named: model }, cache, onProgress });
      return cached;
    };
    await run();
    expect(await run()).toBe(3);
    release(copy);
    expect(await run()).toBe(0);
  });
});

describe("cosines of embeddings whose files change under the same name", () => {
  const open = (copy: ModelCopy) => new OnnxEmbeddings({ model: copy.folder, workers: 1 });
  const model = new StaticLateInteraction();

  it.each<[string, (embeddings: OnnxEmbeddings) => EmbeddingSimilarityReranker | HybridReranker]>([
    ["a reranker", (embeddings) => new EmbeddingSimilarityReranker({ embeddings })],
    ["a first stage", (embeddings) => new HybridReranker({ embeddings, model })],
    [
      "a fused stage",
      (embeddings) => new HybridReranker({ firstStage: { fuse: [embeddings, { metadataKey: "score" }] }, model }),
    ],
  ])("are not taken from the cache of `evaluate`, as %s", async (_, rerankerOf) => {
    using copy = new ModelCopy("bert-encoder");
    const cache = new Map<string, unknown>();
    const run = async () => {
      await using embeddings = open(copy);
      return (await evaluate(rerankerOf(embeddings), smallDataset(), { cache, system: "named" })).cached;
    };
    expect([await run(), await run()]).toEqual([0, 3]);
    copy.edit("tokenizer.json", { version: "1.1" });
    expect(await run()).toBe(0);
  });

  it("are not taken from the cache of `tune`", async () => {
    using copy = new ModelCopy("bert-encoder");
    const cache = new Map<string, unknown>();
    const run = async () => {
      await using dense = open(copy);
      let cached = 0;
      const onProgress = (progress: { cached: number }) => {
        cached = progress.cached;
      };
      await collectStageScores(smallDataset(), { first: { dense }, models: { model }, cache, onProgress });
      return cached;
    };
    expect([await run(), await run()]).toEqual([0, 3]);
    copy.edit("tokenizer.json", { version: "1.1" });
    expect(await run()).toBe(0);
  });

  it("can come from embeddings that have another kind of `modelVersion`", async () => {
    const embeddings = { modelVersion: "2", embedQuery: async () => [1], embedDocuments: async () => [[1], [1]] };
    expect(await new EmbeddingSimilarityReranker({ embeddings }).modelVersions({})).toEqual([undefined]);
  });
});

it("evaluate does not reuse results of another calibration", async () => {
  const cache = new Map<string, unknown>();
  const model = new StaticLateInteraction();
  const run = async (slope: number) => {
    const calibration = { slope, intercept: 0 };
    return (await evaluate(new CrossEncoderReranker({ model, calibration }), smallDataset(), { cache })).cached;
  };
  expect([await run(1), await run(1), await run(2)]).toEqual([0, 3, 0]);
});

describe("the version of a model", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is a hash of its files, wherever they are, and changes with each file that is read", async () => {
    using copy = new ModelCopy("bert-two-logits");
    using other = new ModelCopy("bert-two-logits");
    const versionOf = async (folder: string) => {
      await using scorer = new OnnxCrossEncoder({ model: folder, workers: 1, positiveLabel: 1 });
      return await scorer.modelVersion();
    };
    const version = await versionOf(copy.folder);
    expect(version).toMatch(/^[0-9a-f]{64}$/);
    expect(await versionOf(other.folder)).toBe(version);
    writeFileSync(join(copy.folder, "notes.txt"), "not a file of the model");
    expect(await versionOf(copy.folder)).toBe(version);
    copy.edit("tokenizer.json", { version: "1.1" });
    expect(await versionOf(copy.folder)).not.toBe(version);
  });

  it.each([undefined, "late-en-v1", "rerank-en-v1", "static-en-v1"])("is known for the model %s", async (name) => {
    const scorer = createScorer(name);
    const version = await scorer.modelVersion?.();
    expect(version).toMatch(/^[0-9a-f]{64}$/);
    expect(await scorer.modelVersion?.()).toBe(version);
    await scorer.dispose?.();
  });

  it("of a static model is that of its bytes", async () => {
    const bytes = readFileSync(new URL("../../models/static-en-v1/model.safetensors", import.meta.url));
    const version = await new StaticLateInteraction({ model: bytes }).modelVersion();
    expect(await new StaticLateInteraction({ model: new Uint8Array(bytes) }).modelVersion()).toBe(version);
    const changed = new Uint8Array(bytes);
    changed[changed.length - 1]! ^= 1;
    expect(await new StaticLateInteraction({ model: changed }).modelVersion()).not.toBe(version);
  });

  it("of embeddings is that of the scorer with the same file", async () => {
    const model = readFileSync(new URL("../../models/static-en-v1/model.safetensors", import.meta.url));
    const version = await new StaticLateInteraction({ model }).modelVersion();
    expect(await new StaticEmbeddings({ model }).modelVersion()).toBe(version);
  });

  it("of a static model is determined again after `dispose`, as the model is read again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "static-"));
    const model = join(folder, "model.safetensors");
    const bytes = readFileSync(new URL("../../models/static-en-v1/model.safetensors", import.meta.url));
    writeFileSync(model, bytes);
    await using scorer = new StaticLateInteraction({ model });
    const version = await scorer.modelVersion();
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(model, bytes);
    expect(await scorer.modelVersion()).toBe(version);
    await scorer.dispose();
    expect(await scorer.modelVersion()).not.toBe(version);
    rmSync(folder, { recursive: true });
  });

  it("is unknown for a server's model", async () => {
    vi.stubEnv("COHERE_API_KEY", "a-key-that-is-not-used");
    const scorer = createScorer("cohere:rerank-v3.5");
    expect(await scorer.modelVersion?.()).toBeUndefined();
  });
});
