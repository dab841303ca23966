import { create, insertMultiple, search } from "@orama/orama";
import Database from "libsql";
import MiniSearch from "minisearch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromFts5, fromMiniSearch, fromOrama, HybridReranker } from "../../src/index.js";
import { EndNumber, ids } from "../rerankers/scorers.js";

const TEXTS = [
  "solar power is power from the sun",
  "solar panels turn sunlight into electricity",
  "the solar system has eight planets",
  "bread is baked in an oven",
  "cats sleep most of the day",
];
const rows = TEXTS.map((text, i) => ({ id: `d${i}`, text }));
const scores = (documents: readonly { metadata: Record<string, unknown> }[]) =>
  documents.map(({ metadata }) => metadata.score as number);

/** What holds for every conversion: the index's order, with scores that fall. */
function expectFalling(documents: Parameters<typeof scores>[0]) {
  const found = scores(documents);
  expect(found.length).toBeGreaterThan(0);
  expect(found.every((score) => Number.isFinite(score) && score >= 0)).toBe(true);
  expect(found).toEqual([...found].sort((a, b) => b - a));
}

describe("fromMiniSearch", () => {
  const index = new MiniSearch({ fields: ["text"], storeFields: ["text"] });
  index.addAll(rows);

  it("makes documents with MiniSearch's score and stored fields, best first", async () => {
    const documents = fromMiniSearch(index.search("solar power"), { text: (hit) => hit.text });
    expect(documents[0]).toMatchObject({ id: "d0", pageContent: TEXTS[0] });
    expect(Object.keys(documents[0]!.metadata).sort()).toEqual(["score", "text"]);
    expectFalling(documents);
    const reranker = new HybridReranker({ firstStageKey: "score", model: new EndNumber(), alpha: 0 });
    expect(ids(await reranker.compressDocuments(documents, "q"))).toEqual(ids(documents));
  });

  it("refuses a result without a score, and a text option that returns no text", () => {
    const hits = [{ id: 1, score: Number.NaN, text: "a" }];
    expect(() => fromMiniSearch(hits, { text: (hit) => hit.text })).toThrow(
      expect.objectContaining({ input: "results[0].score" }),
    );
    const quoted = [{ id: 1, score: "5" as never, text: "a" }];
    expect(() => fromMiniSearch(quoted, { text: (hit) => hit.text })).toThrow(/expected a finite number, got "5"\./);
    expect(() => fromMiniSearch([{ id: 1, score: 1 }], { text: () => undefined as never })).toThrow(
      expect.objectContaining({ input: "results[0]" }),
    );
    expect(() => fromMiniSearch([{ id: 1, score: 1 }], {} as never)).toThrow(
      expect.objectContaining({ option: "text" }),
    );
  });
});

describe("fromOrama", () => {
  it("makes documents with Orama's score and fields, best first", async () => {
    const db = create({ schema: { text: "string" } as const });
    await insertMultiple(db, rows);
    const { hits } = await search(db, { term: "solar power", limit: 50 });
    const documents = fromOrama(hits, { text: (hit) => hit.document.text, key: "bm25" });
    expect(documents[0]).toMatchObject({ id: "d0", pageContent: TEXTS[0] });
    expectFalling(documents.map(({ metadata }) => ({ metadata: { score: metadata.bm25 } })));
  });
});

describe("fromFts5", () => {
  let db: InstanceType<typeof Database>;
  beforeAll(() => {
    db = new Database(":memory:");
    db.exec("CREATE VIRTUAL TABLE t USING fts5(text)");
    for (const { text } of rows) db.prepare("INSERT INTO t (text) VALUES (?)").run(text);
  });
  afterAll(() => {
    db.close();
  });
  const find = (match: string) =>
    db.prepare("SELECT rowid AS id, text, rank FROM t WHERE t MATCH ? ORDER BY rank LIMIT 50").all(match) as {
      id: number;
      text: string;
      rank: number;
    }[];

  it("makes documents with a positive score, best first, from FTS5's negative rank", () => {
    const documents = fromFts5(find("solar power"), { text: (row) => row.text });
    expect(documents[0]).toMatchObject({ id: "1", pageContent: TEXTS[0] });
    expect(documents[0]!.metadata).toEqual({ text: TEXTS[0], score: expect.any(Number) });
    expect(scores(documents)[0]).toBeGreaterThan(0.1);
    expectFalling(documents);
  });

  it("gives 0 to rows that match only a word of half of the rows, so that noise does not decide the order", async () => {
    const found = find("solar");
    expect(new Set(found.map(({ rank }) => rank)).size).toBeGreaterThan(1);
    const documents = fromFts5(found, { text: (row) => row.text });
    expect(scores(documents)).toEqual([0, 0, 0]);
    const reranker = new HybridReranker({ firstStageKey: "score", model: new EndNumber(), alpha: 0 });
    const ranked = await reranker.compressDocuments(documents, "q");
    expect(new Set(ranked.map(({ metadata }) => metadata.sim)).size).toBe(1);
  });

  it("refuses the rank of a search without MATCH, which is null, and a rank that is text", () => {
    const unmatched = db.prepare("SELECT rowid AS id, text, rank FROM t WHERE text LIKE '%solar%'").all() as never[];
    expect(unmatched[0]).toMatchObject({ rank: null });
    expect(() => fromFts5(unmatched, { text: () => "a" })).toThrow(
      "Invalid rows[0].rank: expected a finite number, got null.",
    );
    expect(() => fromFts5([{ rank: "-2" as never, text: "a" }], { text: () => "a" })).toThrow(/got "-2"\./);
  });

  it("refuses a rank above 0, which FTS5 never returns", () => {
    expect(() => fromFts5([{ rank: 0.5, text: "a" }], { text: () => "a" })).toThrow(
      expect.objectContaining({ input: "rows[0].rank" }),
    );
    expect(() => fromFts5([{ text: "a" } as never], { text: () => "a" })).toThrow(
      expect.objectContaining({ input: "rows[0].rank" }),
    );
  });
});

describe("every conversion", () => {
  type Convert = (hits: never, options: never) => unknown;
  const conversions: [string, Convert, string][] = [
    ["fromMiniSearch", fromMiniSearch, "results"],
    ["fromOrama", fromOrama, "hits"],
    ["fromFts5", fromFts5, "rows"],
  ];

  it.each(conversions)("of %s refuses options that do not exist or are not allowed", (name, convert) => {
    const refused = (options: unknown, option: string) =>
      expect(() => convert([] as never, options as never)).toThrow(
        expect.objectContaining({ name: "InvalidOptionError", option }),
      );
    refused({ text: () => "a", kye: "s" }, "kye");
    refused({ text: () => "a", key: "" }, "key");
    refused({ text: "text" }, "text");
    refused({}, "text");
    refused(undefined, "options");
    expect(() => convert([] as never, { text: () => "a", kye: "s" } as never)).toThrow(`of ${name}.`);
  });

  it.each(conversions)("of %s refuses what is not a list of hits", (_name, convert, argument) => {
    const options = { text: () => "a" };
    for (const [hits, input] of [
      [{ hits: [] }, argument],
      [undefined, argument],
      [[null], `${argument}[0]`],
    ]) {
      expect(() => convert(hits as never, options as never)).toThrow(
        expect.objectContaining({ name: "InvalidInputError", input }),
      );
    }
  });

  it("takes hits whose type is an interface, which has no index signature", () => {
    interface Row {
      id: number;
      rank: number;
      text: string;
    }
    interface Result {
      id: string;
      score: number;
      text: string;
    }
    const rows: Row[] = [{ id: 1, rank: -1, text: "a" }];
    const results: Result[] = [{ id: "1", score: 1, text: "a" }];
    // That this compiles is a part of the test; `npm run typecheck` reads this file.
    const [row] = fromFts5(rows, { text: ({ text }) => text });
    const [result] = fromMiniSearch(results, { text: ({ text }) => text });
    for (const document of [row, result])
      expect(document).toMatchObject({ id: "1", pageContent: "a", metadata: { score: 1, text: "a" } });
  });
});
