import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Document } from "@langchain/core/documents";
import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
import { StaticEmbeddings, StaticLateInteraction } from "langchain-rerank/static";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  CrossEncoderReranker,
  createEmbeddings,
  createScorer,
  HybridReranker,
  type ScorerReport,
} from "../../src/index.js";
import { listModels } from "../../src/models.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scorers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = [
  "The bank raised its interest rates twice this year.",
  "Bees see ultraviolet light, which guides them to nectar.",
  "Bread rises faster in a warm kitchen.",
];
const documents = texts.map((pageContent) => new Document({ pageContent }));
const query = "what do bees see";

describe("createScorer", () => {
  it("creates late interaction for registered models of that kind, and a cross-encoder for the others", async () => {
    const names: [string | undefined, string][] = [
      [undefined, "late-en-v1"],
      ["rerank-en-v1", "rerank-en-v1"],
      ["late-en-v1", "late-en-v1"],
      ["langchain-rerank/late-en-v1", "langchain-rerank/late-en-v1"],
    ];
    for (const [name, model] of names) {
      await using scorer = createScorer(name);
      let report: ScorerReport = {};
      await scorer.score(query, texts, { onReport: (given) => (report = given) });
      expect(scorer.model).toBe(model);
      expect(report.cache !== undefined).toBe(model.endsWith("late-en-v1"));
    }
  });

  it("decides by the files of a folder that is not registered", async () => {
    for (const [name, make] of [
      ["colbert", OnnxLateInteraction],
      ["bert-one-logit", OnnxCrossEncoder],
    ] as const) {
      const named = createScorer(tiny(name), { workers: 1 });
      await using direct = new make({ model: tiny(name), workers: 1 });
      expect(await named.score(query, texts)).toEqual(await direct.score(query, texts));
      expect(named.model).toBe(tiny(name));
      await named.dispose!();
    }
  });

  it("creates the bundled static model by name or alias", async () => {
    for (const name of ["static-en-v1", "Static-EN-v1", "langchain-rerank/static-en-v1"]) {
      const scores = await createScorer(name, { longDocuments: "max-passage", acceptLicense: true }).score(
        query,
        texts,
      );
      expect(scores).toEqual(await new StaticLateInteraction().score(query, texts));
    }
  });

  it("rejects options that have no effect on a static or a remote model", () => {
    const sentence = '`dtype` has no effect on "static-en-v1", which is a static model. Leave it out.';
    expect(() => createScorer("static-en-v1", { dtype: "q8" })).toThrow(sentence);
    vi.stubEnv("CO_API_KEY", "key");
    expect(() => createScorer("cohere:rerank-v3.5", { longDocuments: "max-passage" })).toThrow("is a remote model");
    vi.unstubAllEnvs();
  });

  it("rejects invalid options at the first call, before it looks for the model", async () => {
    for (const [name, options] of [
      ["./nowhere", { passageOverlap: 2 }],
      ["late-en-v1", { instruction: "find" }],
    ] as const) {
      const scorer = createScorer(name, options);
      await expect(scorer.score(query, texts)).rejects.toMatchObject({
        name: "InvalidOptionError",
        option: Object.keys(options)[0],
      });
    }
  });

  it("returns [] for no texts without looking for the model", async () => {
    expect(await createScorer("./nowhere").score(query, [])).toEqual([]);
  });

  it("looks for the model again after it was not found", async () => {
    const missing = createScorer(join(folder, "not-yet"), { workers: 1 });
    await expect(missing.score(query, texts)).rejects.toMatchObject({ name: "ModelNotFoundError" });
    cpSync(tiny("colbert"), join(folder, "not-yet"), { recursive: true });
    expect(await missing.score(query, texts)).toHaveLength(3);
    await missing.dispose!();
  });

  it.each([
    ["coherre:rerank-v3.5", '"cohere:rerank-v3.5"'],
    ["Cohere:rerank-v3.5", '"cohere:rerank-v3.5"'],
    ["voyageai:rerank-2.5", '"voyage:rerank-2.5"'],
    ["olama:qwen3-reranker:0.6b", '"ollama:qwen3-reranker:0.6b"'],
    ["cohere-ai:rerank-v3.5", '"cohere:rerank-v3.5"'],
    ["somebody:model", "Known providers are"],
  ])("rejects %s, whose provider does not exist, with a suggestion", (name, suggestion) => {
    expect(() => createScorer(name)).toThrow(suggestion);
    expect(() => new CrossEncoderReranker({ model: name })).toThrow(`A local folder of this name is "./${name}".`);
  });

  it("takes addresses and Windows paths for no provider", () => {
    for (const name of ["C:\\models\\mine", "C:/models/mine", "file:///models/mine", "https://example.org/m/"]) {
      expect(() => createScorer(name)).not.toThrow();
    }
  });

  it.each(["", " ", 5, null])("rejects %j as a name", (name) => {
    expect(() => createScorer(name as string)).toThrow("expected the name of a model");
  });
});

describe("createEmbeddings", () => {
  it("creates static embeddings for the static model and ONNX embeddings for the others", async () => {
    const embeddings = await createEmbeddings("static-en-v1", { acceptLicense: true });
    expect(embeddings).toBeInstanceOf(StaticEmbeddings);
    await using owned = await createEmbeddings("static-en-v1");
    expect(await owned.embedQuery(query)).toHaveLength(192);
    expect(await embeddings.embedQuery(query)).toHaveLength(192);
    expect(await createEmbeddings("late-en-v1")).toBeInstanceOf(OnnxEmbeddings);
  });

  it("rejects options that have no effect on a static model", async () => {
    await expect(createEmbeddings("static-en-v1", { queryPrefix: "query: " })).rejects.toThrow("is a static model");
  });

  it("rejects a blank name", async () => {
    await expect(createEmbeddings(" ")).rejects.toMatchObject({ name: "InvalidOptionError", option: "model" });
  });
});

describe("the ONNX classes", () => {
  it("refuse the static model and name the classes that run it", () => {
    for (const make of [OnnxCrossEncoder, OnnxLateInteraction, OnnxEmbeddings]) {
      expect(() => new make({ model: "static-en-v1" })).toThrow("Use `StaticLateInteraction` or `StaticEmbeddings`");
    }
  });
});

describe("the bundled late-interaction model, by name", () => {
  it("reranks, and reports how many documents were cached", async () => {
    await using reranker = new CrossEncoderReranker({ model: "late-en-v1", details: true });
    const { documents: ranked, report } = await reranker.rerank(
      [...documents, new Document({ pageContent: " " })],
      query,
    );
    expect(ranked[0]!.pageContent).toBe(texts[1]);
    expect(ranked[0]!.metadata.sim).toBeGreaterThan(0.5);
    expect(ranked[0]!.metadata.sim).toBeLessThanOrEqual(1);
    expect(ranked.at(-1)!.metadata.sim).toBe(0);
    expect(ranked[0]!.metadata.rerank.raw).toBe(ranked[0]!.metadata.rerank.scores.cross);
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
      /takes 32 dimensions, but the layer before it gives 16/,
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
