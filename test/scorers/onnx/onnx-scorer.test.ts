import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Document } from "@langchain/core/documents";
import { createOnnxScorer, OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
import { afterAll, describe, expect, it } from "vitest";
import { CrossEncoderReranker, HybridReranker } from "../../../src/index.js";
import { listModels } from "../../../src/models.js";

const tiny = (name: string) => fileURLToPath(new URL(`../../fixtures/tiny-models/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scorers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = [
  "The bank raised its interest rates twice this year.",
  "Bees see ultraviolet light, which guides them to nectar.",
  "Bread rises faster in a warm kitchen.",
];
const documents = texts.map((pageContent) => new Document({ pageContent }));
const query = "what do bees see";

describe("the scorer of a name", () => {
  it("is late interaction for registered models of that kind, and a cross-encoder else", () => {
    expect(createOnnxScorer({ model: "late-en-v1" })).toBeInstanceOf(OnnxLateInteraction);
    expect(createOnnxScorer({ model: "langchain-rerank/late-en-v1" })).toBeInstanceOf(OnnxLateInteraction);
    expect(createOnnxScorer({ model: "colbert-ir/colbertv2.0" })).toBeInstanceOf(OnnxLateInteraction);
    expect(createOnnxScorer()).toBeInstanceOf(OnnxCrossEncoder);
    expect(createOnnxScorer({ model: "rerank-en-v1" })).toBeInstanceOf(OnnxCrossEncoder);
  });

  it("is what a folder's own files say", async () => {
    for (const [name, make] of [
      ["colbert", OnnxLateInteraction],
      ["bert-one-logit", OnnxCrossEncoder],
    ] as const) {
      const named = createOnnxScorer({ model: tiny(name), workers: 1 });
      await using direct = new make({ model: tiny(name), workers: 1 });
      expect(await named.score(query, texts)).toEqual(await direct.score(query, texts));
      expect(named.model).toBe(tiny(name));
      await named.dispose!();
    }
  });

  it("checks options at once", () => {
    expect(() => createOnnxScorer({ model: "./nowhere", passageOverlap: 2 })).toThrow("passageOverlap");
    expect(() => createOnnxScorer({ model: "late-en-v1", instruction: "find" })).toThrow("instruction");
  });

  it("is asked for again after a model was not found", async () => {
    const missing = createOnnxScorer({ model: join(folder, "not-yet"), workers: 1 });
    await expect(missing.score(query, texts)).rejects.toMatchObject({ name: "ModelNotFoundError" });
    cpSync(tiny("colbert"), join(folder, "not-yet"), { recursive: true });
    expect(await missing.score(query, texts)).toHaveLength(3);
    await missing.dispose!();
  });
});

describe("the bundled late-interaction model, by name", () => {
  it("reranks, and says what it found again", async () => {
    await using reranker = new CrossEncoderReranker({ model: "late-en-v1", details: true });
    const { documents: ranked, report } = await reranker.rerank(
      [...documents, new Document({ pageContent: " " })],
      query,
    );
    expect(ranked[0]!.pageContent).toBe(texts[1]);
    expect(ranked[0]!.metadata.sim).toBeGreaterThan(0.5);
    expect(ranked[0]!.metadata.sim).toBeLessThanOrEqual(1);
    expect(ranked.at(-1)!.metadata.sim).toBe(0);
    expect(ranked[0]!.metadata.rerank.raw).toBe(ranked[0]!.metadata.sim);
    expect(report).toMatchObject({ model: "late-en-v1", cache: { hits: 0, misses: 3 } });
    const again = await reranker.rerank(documents, "how does bread rise?");
    expect(again.documents[0]!.pageContent).toBe(texts[2]);
    expect(again.report.cache).toMatchObject({ hits: 3, misses: 0 });
  });

  it("is the second stage of a hybrid", async () => {
    await using reranker = new HybridReranker({ model: "late-en-v1", topK: 2 });
    const { documents: ranked, report } = await reranker.rerank(documents, query);
    expect(ranked[0]!.pageContent).toBe(texts[1]);
    expect(report.cache).toMatchObject({ misses: 2 });
  });

  it("is an embedding model too", async () => {
    await using embeddings = new OnnxEmbeddings({ model: "late-en-v1" });
    expect(await embeddings.embedQuery(query)).toHaveLength(384);
    expect(listModels({ kind: "embedding" }).map(({ name }) => name)).toContain("late-en-v1");
    expect(listModels({ kind: "late-interaction" })[0]!.name).toBe("late-en-v1");
    expect(listModels({ kind: "cross-encoder" }).map(({ name }) => name)).not.toContain("late-en-v1");
  });

  it("is held to its golden scores", async () => {
    await using scorer = new OnnxLateInteraction({ verify: true });
    expect(await scorer.score(query, texts)).toHaveLength(3);
  });
});

describe("a model that is not what it should be", () => {
  const broken = (name: string, change: (at: string) => void, from = "colbert") => {
    const at = join(folder, name);
    cpSync(tiny(from), at, { recursive: true });
    change(at);
    return new OnnxLateInteraction({ model: at, workers: 1, verify: name.startsWith("golden") });
  };
  const edit = (at: string, file: string, change: (value: Record<string, unknown>) => object) =>
    writeFileSync(join(at, file), JSON.stringify(change(JSON.parse(readFileSync(join(at, file), "utf8")))));

  it.each<[string, (at: string) => void, RegExp]>([
    [
      "has no such marker",
      (at) => edit(at, "config_sentence_transformers.json", (value) => ({ ...value, query_prefix: "[Question] " })),
      /no token "\[Question\] "/,
    ],
    [
      "has no mask token",
      (at) => edit(at, "tokenizer_config.json", ({ mask_token: _, ...rest }) => ({ ...rest, pad_token: "[PAD]" })),
      /no mask token/,
    ],
    [
      "has layers that do not fit each other",
      (at) => {
        const modules = JSON.parse(readFileSync(join(at, "modules.json"), "utf8")) as object[];
        writeFileSync(join(at, "modules.json"), JSON.stringify([...modules, modules[1]]));
      },
      /takes 32 numbers, the layer before it gives 16/,
    ],
    [
      "golden scores that are off",
      (at) =>
        writeFileSync(
          join(at, "golden.json"),
          JSON.stringify({ pairs: [["bread", "water"]], logits: [0.1], tolerance: 0.01 }),
        ),
      /golden pair 0/,
    ],
  ])("%s: is refused", async (name, change, message) => {
    await using scorer = broken(name, change);
    await expect(scorer.score("bread", ["water"])).rejects.toMatchObject({
      name: "ModelIntegrityError",
      message: expect.stringMatching(message),
    });
  });

  it("gives no token vectors: is refused", async () => {
    await using scorer = new OnnxLateInteraction({ model: tiny("bert-one-logit"), workers: 1 });
    await expect(scorer.score("bread", ["water"])).rejects.toThrow(/a late-interaction model gives token vectors/);
  });
});
