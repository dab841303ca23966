import { appendFile, mkdtemp, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Document } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cacheKey } from "../../src/evaluation/cache/cache-key.js";
import { type DataWarning, evaluate, FileScoreCache, formatRun, measureRun, readRun } from "../../src/evaluation.js";
import { CrossEncoderReranker, EmbeddingSimilarityReranker } from "../../src/index.js";
import { LetterEmbeddings, smallDataset, WordOverlap } from "./small-data.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evaluate-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A compressor that is not from this package: drops ids and scores, keeps the texts that share a word with the query. */
class Foreign extends BaseDocumentCompressor {
  async compressDocuments(documents: Document[], query: string): Promise<Document[]> {
    const kept = documents.filter(({ pageContent }) =>
      query.split(" ").some((word) => word.length > 3 && pageContent.includes(word)),
    );
    return kept.map(({ pageContent }) => new Document({ pageContent }));
  }
}

describe("evaluate", () => {
  it("measures a reranker on the candidates of a first-stage run", async () => {
    const scorer = new WordOverlap();
    const result = await evaluate(new CrossEncoderReranker({ model: scorer }), smallDataset(), {
      measures: ["RR@10", "P@1"],
    });
    expect(result.measures.get("RR@10")!.mean).toBe(1);
    expect(result.measures.get("RR@10")!.interval).toEqual({ low: 1, high: 1, confidence: 0.95 });
    expect(result).toMatchObject({ name: "CrossEncoderReranker (word-overlap)", dataset: "small", cached: 0 });
    expect(result.documents).toEqual({ given: 18, scored: 18 });
    expect(result.tokens).toBeGreaterThan(100);
    expect(result.cost).toBeUndefined();
    expect(result.seconds.p95).toBeGreaterThanOrEqual(result.seconds.p50);
    expect(result.secondsPerQuery.size).toBe(3);
    expect(result.scores.get("q1")!.get("brake")).toBe(3 / 5);
  });

  it("returns a run with the same metrics after it is written and read", async () => {
    const data = smallDataset();
    const measures = ["nDCG@10", "AP", "P@3"];
    const result = await evaluate(new EmbeddingSimilarityReranker({ embeddings: new LetterEmbeddings() }), data, {
      measures,
    });
    const again = measureRun(await readRun([...formatRun(result.run)]), data.qrels, measures);
    for (const name of measures) expect(again.get(name)!.mean).toBe(result.measures.get(name)!.mean);
  });

  it("accepts compressors that drop documents, ids and scores", async () => {
    const result = await evaluate(new Foreign(), smallDataset(), { measures: ["R@10", "Judged@10"] });
    expect(result.measures.get("R@10")!.mean).toBe(1);
    expect(result.run.get("q1")!.size).toBeLessThan(6);
    expect(result.documents.scored).toBeUndefined();
    expect(result.scores.get("q1")!.size).toBe(0);
  });

  it("passes documents in first-stage order, with id, title and score, up to the depth", async () => {
    const seen: Document[][] = [];
    const spy = new (class extends Foreign {
      override async compressDocuments(documents: Document[]): Promise<Document[]> {
        seen.push(documents);
        return documents;
      }
    })();
    const data = smallDataset();

    (data.run!.get("q1") as Map<string, number>).set("bell", Number.POSITIVE_INFINITY);
    await evaluate(spy, data, { depth: 2, firstStageKey: "bm25" });
    expect(seen[0]!.map(({ id, metadata }) => [id, metadata._id, metadata.bm25])).toEqual([
      ["bell", "bell", Number.POSITIVE_INFINITY],
      ["chain", "chain", 6],
    ]);
    expect(seen.every((documents) => documents.length === 2)).toBe(true);
  });

  it("warns about queries without candidates, judgments or text, and counts judged ones in the mean", async () => {
    const data = smallDataset();
    (data.run as Map<string, unknown>).delete("q2");
    (data.queries as Map<string, string>).set("q9", "nobody judged this");
    (data.qrels as Map<string, unknown>).set("q8", new Map([["bell", 1]]));
    const warnings: DataWarning[] = [];
    const result = await evaluate(new CrossEncoderReranker({ model: new WordOverlap() }), data, {
      measures: ["RR@10"],
      onWarning: (warning) => warnings.push(warning),
    });
    expect(result.measures.get("RR@10")!.mean).toBe(2 / 4);
    expect(warnings.map(({ code, examples }) => [code, ...examples])).toEqual([
      ["query-without-qrels", "q9"],
      ["query-without-run", "q2"],
      ["qrels-without-query", "q8"],
    ]);
  });

  it("rejects unknown and duplicate documents, a run with documents that are not in the corpus, and data without judgments", async () => {
    const returning = (documents: (given: Document[]) => Document[]) =>
      new (class extends Foreign {
        override async compressDocuments(given: Document[]): Promise<Document[]> {
          return documents(given);
        }
      })();
    const data = smallDataset();
    await expect(
      evaluate(
        returning(() => [new Document({ pageContent: "new" })]),
        data,
      ),
    ).rejects.toThrow(/is not one of the 6 candidates/);
    await expect(
      evaluate(
        returning((given) => [given[0]!, given[0]!]),
        data,
      ),
    ).rejects.toThrow(/document \d+ of the result was returned before/);
    (data.run!.get("q1") as Map<string, number>).set("lost", 3);
    await expect(evaluate(new Foreign(), data)).rejects.toThrow(/run\["q1"\]: It contains document "lost"/);
    await expect(evaluate(new Foreign(), { ...smallDataset(), qrels: new Map() })).rejects.toThrow(
      /no query with judgments/,
    );
    await expect(evaluate({} as Foreign, data)).rejects.toThrow(/compressor/);
    await expect(evaluate(new Foreign(), smallDataset(), { cache: new Map<string, unknown>() })).rejects.toThrow(
      /system/,
    );
  });

  it("uses the whole corpus as candidates without a run, and sums the cost", async () => {
    const { run: _, ...data } = smallDataset();
    const scorer = new WordOverlap();
    const result = await evaluate(new CrossEncoderReranker({ model: scorer }), data, {
      cost: ({ tokens }) => tokens! * 2,
    });
    expect(scorer.pairs).toBe(18);
    expect(result.cost).toBe(result.tokens! * 2);
  });

  it("returns the same with concurrent queries, and stops all of them after one failure", async () => {
    const options = { measures: ["nDCG@10"], concurrency: 3 };
    const result = await evaluate(new CrossEncoderReranker({ model: new WordOverlap() }), smallDataset(), options);
    expect([...result.run.keys()]).toEqual(["q1", "q2", "q3"]);
    let calls = 0;
    const failing = { score: async () => Promise.reject(new Error(`broken ${++calls}`)) };
    await expect(
      evaluate(new CrossEncoderReranker({ model: failing }), smallDataset(), { concurrency: 2 }),
    ).rejects.toThrow(/broken/);
    expect(calls).toBe(2);
  });
});

describe("evaluate on plain objects", () => {
  const own = {
    queries: { q1: "why do brake pads squeal" },
    corpus: { a: "a bell warns people", b: { title: "Brakes", text: "worn pads squeal" } },
    qrels: { q1: { b: 1 } },
  };

  it("measures a reranker on plain objects of texts", async () => {
    const result = await evaluate(new CrossEncoderReranker({ model: new WordOverlap() }), own, { measures: ["RR@10"] });
    expect(result.measures.get("RR@10")!.mean).toBe(1);
    expect(result.dataset).toBe("data");
  });

  it.each<[string, object, RegExp]>([
    ["a blank query", { queries: { q1: " " } }, /queries\["q1"\]/],
    ["a document without text", { corpus: { a: { title: "x" } } }, /corpus\["a"\]/],
    ["no corpus", { corpus: undefined }, /corpus: Expected a Map/],
    ["a fractional grade", { qrels: { q1: { b: 0.5 } } }, /qrels\["q1"\]\["b"\]/],
  ])("rejects %s with an error that names it", async (_name, part, message) => {
    const reranker = new CrossEncoderReranker({ model: new WordOverlap() });
    await expect(evaluate(reranker, { ...own, ...part })).rejects.toThrow(message);
  });
});

describe("evaluate with a reranker that falls back", () => {
  it("reports queries that could not be scored and does not cache them", async () => {
    let broken = true;
    const words = new WordOverlap();
    const model = {
      model: "sometimes",
      score: async (query: string, texts: readonly string[]) => {
        if (broken && query.includes("tyre")) throw new Error("no connection");
        return words.score(query, texts);
      },
    };
    const cache = new Map<string, unknown>();
    const warnings: DataWarning[] = [];
    const reranker = new CrossEncoderReranker({ model, onError: "keep-order" });
    const run = () => evaluate(reranker, smallDataset(), { cache, onWarning: (warning) => warnings.push(warning) });
    const first = await run();
    expect([...first.failed]).toEqual([["q2", "Error: no connection"]]);
    expect(warnings).toMatchObject([{ code: "fallback", count: 1, examples: ["q2"] }]);
    broken = false;
    const second = await run();
    expect(second.failed.size).toBe(0);
    expect(second.cached).toBe(2);
  });
});

describe("evaluate with a cache", () => {
  it("resumes an aborted run from the cache file and scores no query twice", async () => {
    const path = join(folder, "deep", "cache.jsonl");
    const stop = new AbortController();
    const first = new WordOverlap();
    {
      await using cache = await FileScoreCache.open(path);
      const aborted = evaluate(new CrossEncoderReranker({ model: first }), smallDataset(), {
        cache,
        signal: stop.signal,
        onProgress: ({ done }) => done === 2 && stop.abort(new Error("killed")),
      });
      await expect(aborted).rejects.toThrow("killed");
    }
    expect(first.calls).toBe(2);
    await using cache = await FileScoreCache.open(path);
    const second = new WordOverlap();
    const progress: number[] = [];
    const result = await evaluate(new CrossEncoderReranker({ model: second }), smallDataset(), {
      cache,
      onProgress: ({ cached }) => progress.push(cached),
    });
    expect(second.calls).toBe(1);
    expect(result.cached).toBe(2);
    expect(progress).toEqual([1, 2, 2]);
    const whole = await evaluate(new CrossEncoderReranker({ model: new WordOverlap() }), smallDataset());
    expect(result.run).toEqual(whole.run);
    expect(result.tokens).toBe(whole.tokens);
    expect(result.measures).toEqual(whole.measures);
  });

  it("reads entries that a cache returns as JSON text, and refuses what is no entry", async () => {
    const text = new Map<string, string>();
    const cache = {
      get: (key: string): unknown => text.get(key) ?? null,
      set: (key: string, value: unknown) => text.set(key, JSON.stringify(value)),
    };
    const run = () => evaluate(new CrossEncoderReranker({ model: new WordOverlap() }), smallDataset(), { cache });
    const first = await run();
    const second = await run();
    expect(second.cached).toBe(3);
    expect(second.run).toEqual(first.run);
    for (const wrong of ["[object Object]", "7", '{"order":[0]}'])
      await expect(
        evaluate(new CrossEncoderReranker({ model: new WordOverlap() }), smallDataset(), {
          cache: { ...cache, get: () => wrong },
        }),
      ).rejects.toThrow(/`get` returned something other than the value that `set` was given/);
  });

  it("does not reuse results when the model, an option or a text differs", async () => {
    const cache = new Map<string, unknown>();
    const run = async (scorer: WordOverlap, topN: number | undefined, data = smallDataset()) => {
      await evaluate(new CrossEncoderReranker({ model: scorer, topN }), data, { cache });
      return scorer.calls;
    };
    expect(await run(new WordOverlap("a"), undefined)).toBe(3);
    expect(await run(new WordOverlap("a"), undefined)).toBe(0);
    expect(await run(new WordOverlap("b"), undefined)).toBe(3);
    expect(await run(new WordOverlap("a"), 2)).toBe(3);
    const changed = smallDataset();
    (changed.corpus as Map<string, { id: string; title: string; text: string }>).set("bell", {
      id: "bell",
      title: "",
      text: "other",
    });
    expect(await run(new WordOverlap("a"), undefined, changed)).toBe(3);
  });

  it("removes an incomplete last line of a cache file with a warning, and rejects other invalid lines", async () => {
    const path = join(folder, "cut.jsonl");
    const cache = await FileScoreCache.open(path);
    await Promise.all(Array.from({ length: 50 }, (_, i) => cache.set(`k${i}`, i)));
    await cache.close();
    const { length } = await readFile(path);
    await truncate(path, length - 4);
    const warnings: DataWarning[] = [];
    {
      await using cut = await FileScoreCache.open(path, { onWarning: (warning) => warnings.push(warning) });
      expect(cut.size).toBe(49);
      expect(warnings).toMatchObject([{ code: "incomplete-cache-line", line: 50 }]);
      await cut.set("new", 1);
    }
    await truncate(path, (await readFile(path)).length - 1);
    {
      await using whole = await FileScoreCache.open(path);
      await whole.set("newer", 2);
    }
    const back = await FileScoreCache.open(path);
    expect([back.size, back.get("k0"), back.get("new"), back.get("newer")]).toEqual([51, 0, 1, 2]);
    await back.close();
    await writeFile(path, "rubbish\n");
    await appendFile(path, '["k", 1]\n');
    await expect(FileScoreCache.open(path)).rejects.toThrow(/cut\.jsonl:1: This is not a line of a score cache/);
  });

  it("refuses to be used after it was closed, and says what to do", async () => {
    const path = join(folder, "closed.jsonl");
    const cache = await FileScoreCache.open(path);
    await cache.set("k", 1);
    await cache.close();
    await cache.close();
    const message = /closed\.jsonl: This score cache is closed\. Close it after the last call/;
    expect(() => cache.get("k")).toThrow(message);
    await expect(cache.set("k", 2)).rejects.toThrow(message);
    const run = evaluate(new CrossEncoderReranker({ model: new WordOverlap() }), smallDataset(), { cache });
    await expect(run).rejects.toMatchObject({ name: "InvalidInputError", input: path });
  });

  it("closes the file also after a write that failed", async () => {
    const path = join(folder, "full.jsonl");
    const file = await open(join(folder, "other.jsonl"), "w");
    const handles = Object.getPrototypeOf(file) as typeof file;
    await file.close();
    const cache = await FileScoreCache.open(path);
    let used: typeof file | undefined;
    const append = vi.spyOn(handles, "appendFile").mockImplementation(async function (this: typeof file) {
      used = this;
      throw new Error("the disk is full");
    });
    await expect(cache.set("k", 1)).rejects.toThrow("the disk is full");
    append.mockRestore();
    expect(used!.fd).toBeGreaterThan(0);
    await expect(cache.close()).rejects.toThrow("the disk is full");
    expect(used!.fd).toBe(-1);
  });

  it("makes different cache keys for different values", async () => {
    const keys = await Promise.all([
      cacheKey("ab", "c"),
      cacheKey("a", "bc"),
      cacheKey("abc"),
      cacheKey(["ab", "c"]),
      cacheKey({ a: "b" }),
      cacheKey('{"a":"b"}'),
      cacheKey(1),
      cacheKey("1"),
      cacheKey(null),
      cacheKey(undefined),
      cacheKey(Number.NaN),
      cacheKey("NaN"),
      cacheKey(Number.POSITIVE_INFINITY),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await cacheKey({ a: 1, b: 2 })).toBe(await cacheKey({ b: 2, a: 1 }));
  });
});
