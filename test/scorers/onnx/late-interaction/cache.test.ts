import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { OnnxLateInteraction, type OnnxLateInteractionOptions } from "langchain-rerank/onnx";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CacheReport, ScorerReport } from "../../../../src/index.js";
import { ThreadWatch } from "../../../inference/engine-threads.js";

const model = fileURLToPath(new URL("../../../fixtures/tiny-models/colbert", import.meta.url));
const query = "fresh bread and butter";
/** Queries of this model are filled up to so many. */
const QUERY_TOKENS = 16;
const texts = Array.from(
  { length: 24 },
  (_, i) => `The museum ${i} stores the history of the town, ${"page by page ".repeat(i % 5)}.`,
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "late-vectors-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (options: OnnxLateInteractionOptions = {}) => new OnnxLateInteraction({ model, workers: 1, ...options });

async function score(scorer: OnnxLateInteraction, asked: readonly string[] = texts, question = query) {
  let report: ScorerReport = {};
  const scores = await scorer.score(question, asked, {
    onReport: (told) => {
      report = told;
    },
  });
  return { scores, report, cache: report.cache as CacheReport };
}

/** Other batches move a 32-bit float's last digits, and so now and then what they are rounded to. */
function expectNear(found: readonly number[], expected: readonly number[]) {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of found.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4);
}

const files = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".vectors"))
    .map((path) => join(folder, path));

describe("vectors in memory", () => {
  it("are used by the next query, whose scores are those of a scorer without any", async () => {
    await using scorer = open();
    await using forgetful = open({ cache: false });
    const first = await score(scorer);
    expect(first.cache).toMatchObject({ hits: 0, misses: texts.length, stored: 0, damaged: 0 });
    const again = await score(scorer);
    expect(again.scores).toEqual(first.scores);
    expect(again.cache).toMatchObject({ hits: texts.length, misses: 0, bytes: first.cache.bytes });
    expect(again.report.batches).toBe(0);
    const other = await score(scorer, texts, "which river?");
    expect(other.report).toMatchObject({ batches: 1, tokens: QUERY_TOKENS });
    const fresh = await score(forgetful, texts, "which river?");
    expect(other.scores).toEqual(fresh.scores);
    expect(fresh.cache).toMatchObject({ hits: 0, misses: texts.length, bytes: 0 });
    expect((await score(forgetful)).cache.hits).toBe(0);
  });

  it("stay within their bytes and drop what was used longest ago", async () => {
    await using all = open();
    const { cache } = await score(all);
    const maxBytes = Math.floor(cache.bytes / 2);
    await using half = open({ cache: { maxBytes } });
    const scores: number[] = [];
    for (const text of texts) {
      // The first text is asked for again and again, and so stays.
      const found = await score(half, [texts[0]!, text]);
      expect(found.cache.bytes).toBeLessThanOrEqual(maxBytes);
      scores.push(found.scores[1]!);
    }
    expectNear(scores, (await score(all)).scores);
    expect((await score(half, [texts[0]!])).cache).toMatchObject({ hits: 1 });
    expect((await score(half, [texts[1]!])).cache).toMatchObject({ misses: 1 });
    expect((await score(half, [texts.at(-1)!])).cache).toMatchObject({ hits: 1 });
  });

  it("are not cached if one text exceeds the limit by itself", async () => {
    await using none = open({ cache: { maxBytes: 0 } });
    await score(none);
    expect((await score(none)).cache).toMatchObject({ hits: 0, misses: texts.length, bytes: 0 });
  });

  it("are shared by instances that name the same model and options, and by no others", async () => {
    await using one = open();
    await score(one);
    await using same = open();
    expect((await score(same)).cache.hits).toBe(texts.length);
    const others: OnnxLateInteractionOptions[] = [
      { maxLength: 24 },
      { longDocuments: "max-passage" },
      { longDocuments: "max-passage", passageLength: 12 },
      { cache: { maxBytes: 1e6 } },
      { cache: false },
    ];
    for (const options of others) {
      await using other = open(options);
      expect((await score(other)).cache.hits, JSON.stringify(options)).toBe(0);
    }
    await using longer = open({ queryLength: 12 });
    await score(longer);
    expect((await score(longer)).report.batches).toBe(0);
  });

  it("are freed when the last instance is disposed of", async () => {
    const one = open();
    const two = open();
    await score(one);
    await score(two);
    await one.dispose();
    expect((await score(two)).cache.hits).toBe(texts.length);
    await two.dispose();
    expect((await score(two)).cache.hits).toBe(0);
    await two.dispose();
  });
});

describe("a call", () => {
  it("encodes duplicate texts once, and a query that calls share once", async () => {
    await using scorer = open({ cache: false });
    const double = [texts[3]!, texts[1]!, texts[3]!, texts[3]!];
    const { scores, cache, report } = await score(scorer, double);
    expect(cache.misses).toBe(2);
    expect(scores[0]).toBe(scores[2]);
    expect(scores[0]).toBe(scores[3]);
    expect(report.raw).toHaveLength(4);
    const parts = [0, 8, 16].map((start) => texts.slice(start, start + 8));
    const ask = (part: string[]) => score(scorer, part, "a new query");
    const total = (found: { report: ScorerReport }[]) => found.reduce((sum, { report }) => sum + report.tokens!, 0);
    const together = await Promise.all(parts.map(ask));
    const later = await Promise.all(parts.map(ask));
    expect(total(together)).toBe(total(later) + QUERY_TOKENS);
  });

  it("gives blank texts the lowest score, and sends none of them", async () => {
    await using scorer = open();
    const { scores, report, cache } = await score(scorer, ["", " \n\t", texts[0]!, "\u00a0"]);
    expect([scores[0], scores[1], scores[3]]).toEqual([0, 0, 0]);
    expect(scores[2]).toBeGreaterThan(0);
    expect(report.raw!.filter((value) => value === -1)).toHaveLength(3);
    expect(cache.misses).toBe(1);
    expect(scorer.lowestScore).toBe(0);
    expect(await scorer.score(query, [])).toEqual([]);
    await expect(scorer.score("  ", texts)).rejects.toMatchObject({ name: "InvalidInputError", input: "query" });
  });

  it("scores a text the same next to any other texts, in any order", async () => {
    await using scorer = open();
    await using forgetful = open({ cache: false, batchTokens: 1 });
    const alone = new Map((await score(forgetful)).scores.map((value, i) => [texts[i]!, value]));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(texts, { minLength: 1 }), fc.boolean(), async (some, forget) => {
        const { scores } = await score(forget ? forgetful : scorer, some);
        for (const [i, text] of some.entries()) expect(Math.abs(scores[i]! - alone.get(text)!)).toBeLessThan(1e-4);
      }),
      { numRuns: 25 },
    );
  });

  it("that is aborted rejects with the reason, stops, and leaves nothing but whole vectors behind", async () => {
    const watch = new ThreadWatch();
    await using scorer = open();
    await using reference = open({ cache: false });
    const many = Array.from({ length: 400 }, (_, i) => `${texts[i % texts.length]} ${i}`);
    const expected = (await score(reference, many)).scores;
    const controller = new AbortController();
    // The threads are those of the reference.
    const before = watch.count("done");
    const call = scorer.score(query, many, { signal: controller.signal });
    // The query, then the first documents.
    await vi.waitFor(() => expect(watch.count("done") - before).toBeGreaterThan(2), { interval: 1 });
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    watch.stop();
    const { scores, cache } = await score(scorer, many);
    expectNear(scores, expected);
    expect(cache.misses).toBeGreaterThan(0);
    expect(cache.hits).toBeGreaterThan(0);
    expect(cache.hits + cache.misses).toBe(many.length);
    await expect(scorer.score(query, many, { signal: AbortSignal.abort("never") })).rejects.toBe("never");
  });

  it("that is aborted leaves a shared query to the other call", async () => {
    await using scorer = open({ cache: false });
    const controller = new AbortController();
    const aborted = scorer.score("a shared query", texts, { signal: controller.signal });
    const other = scorer.score("a shared query", texts);
    controller.abort("gone");
    await expect(aborted).rejects.toBe("gone");
    expect(await other).toHaveLength(texts.length);
  });
});

describe("vectors in a folder", () => {
  const stored = (more: object = {}) => open({ cache: { folder, ...more } });

  it("are available to the next instance, with the same scores", async () => {
    const first = stored();
    const { scores } = await score(first);
    await first.dispose();
    expect(files()).toHaveLength(texts.length);
    await using second = stored();
    const warm = await score(second);
    expect(warm.scores).toEqual(scores);
    expect(warm.cache).toMatchObject({ hits: texts.length, stored: texts.length, misses: 0 });
    expect((await score(second)).cache).toMatchObject({ hits: texts.length, stored: 0 });
  });

  it("serve a model by its files, in any folder", async () => {
    const first = stored();
    await score(first);
    await first.dispose();
    const elsewhere = join(folder, "elsewhere");
    cpSync(model, elsewhere, { recursive: true });
    await using moved = new OnnxLateInteraction({ model: elsewhere, workers: 1, cache: { folder } });
    expect((await score(moved)).cache.stored).toBe(texts.length);
    const changed = join(folder, "changed");
    cpSync(model, changed, { recursive: true });
    const settings = join(changed, "config_sentence_transformers.json");
    writeFileSync(settings, readFileSync(settings, "utf8").replace('"document_length": 40', '"document_length": 30'));
    await using other = new OnnxLateInteraction({ model: changed, workers: 1, cache: { folder } });
    expect((await score(other)).cache).toMatchObject({ hits: 0, misses: texts.length });
  });

  it.each<[string, (path: string) => void]>([
    ["cut off", (path) => truncateSync(path, statSync(path).size - 7)],
    ["empty", (path) => truncateSync(path, 0)],
    ["of something else", (path) => writeFileSync(path, "x".repeat(5000))],
    [
      "with one bit turned",
      (path) => {
        const bytes = readFileSync(path);
        bytes[bytes.length - 20]! ^= 4;
        writeFileSync(path, bytes);
      },
    ],
    [
      "with another size in its header",
      (path) => {
        const bytes = readFileSync(path);
        bytes.writeInt32LE(2 ** 30, 40);
        writeFileSync(path, bytes);
      },
    ],
  ])("that are %s are counted, computed again and replaced", async (_, damage) => {
    const first = stored();
    const { scores } = await score(first);
    await first.dispose();
    for (const path of files().slice(0, 5)) damage(path);
    const second = stored();
    const found = await score(second);
    expectNear(found.scores, scores);
    expect(found.cache).toMatchObject({ hits: texts.length - 5, misses: 5, damaged: 5 });
    await second.dispose();
    await using third = stored();
    expect((await score(third)).cache).toMatchObject({ hits: texts.length, damaged: 0 });
  });

  it("stay within their bytes and drop what was written longest ago", async () => {
    const first = stored();
    await score(first);
    await first.dispose();
    const sizes = files().map((path) => statSync(path).size);
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
    for (const path of files()) utimesSync(path, 1000, 1000);
    const second = stored({ maxFolderBytes: total });
    await score(second, [...texts, ...texts.slice(0, 6).map((text) => `${text} and more`)]);
    await second.dispose();
    expect(files().reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThanOrEqual(total);
    expect(files().filter((path) => statSync(path).mtimeMs > 1000_000)).toHaveLength(6);
  });

  it("fail no call when the folder cannot be written", async () => {
    const blocked = join(folder, "a file");
    writeFileSync(blocked, "");
    await using scorer = open({ cache: { folder: blocked } });
    await using plain = open();
    const { scores } = await score(scorer);
    expect(scores).toEqual((await score(plain)).scores);
    const again = await score(scorer);
    expect(again.cache.hits).toBe(texts.length);
    expect(again.cache.failure).toMatch(/ENOTDIR|EEXIST/);
  });

  it("hold passages with their spans", async () => {
    const options = { longDocuments: "max-passage", passageLength: 12, cache: { folder } } as const;
    const long = texts.slice(0, 6).join(" ");
    const first = open(options);
    const a = await score(first, [long, "short"]);
    await first.dispose();
    await using second = open(options);
    const b = await score(second, [long, "short"]);
    expect(b.cache.stored).toBe(2);
    expect(b.scores).toEqual(a.scores);
    expect(b.report.passages).toEqual(a.report.passages);
    const { start, end } = b.report.passages![0]!;
    expect(b.report.passages![1]).toBeUndefined();
    await using plain = open();
    const [alone] = (await score(plain, [long.slice(start, end)])).scores;
    expect(Math.abs(alone! - b.scores[0]!)).toBeLessThan(1e-4);
  });
});

describe("options", () => {
  it.each<[string, object, string]>([
    ["a cache that is no object", { cache: 5 }, "cache"],
    ["negative bytes", { cache: { maxBytes: -1 } }, "cache.maxBytes"],
    ["a blank folder", { cache: { folder: " " } }, "cache.folder"],
    ["a misspelt one of the cache", { cache: { maxbytes: 1 } }, "cache.maxbytes"],
    ["a misspelt one", { querylength: 32 }, "querylength"],
    ["an instruction, which it does not know", { instruction: "find" }, "instruction"],
    ["a query of no tokens", { queryLength: 2 }, "queryLength"],
    ["an overlap of everything", { passageOverlap: 1 }, "passageOverlap"],
  ])("refuses %s", (_name, options, option) => {
    expect(() => open(options)).toThrow(expect.objectContaining({ name: "InvalidOptionError", option }));
  });
});
