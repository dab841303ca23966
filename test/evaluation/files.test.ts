import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DataWarning,
  formatRun,
  readBeir,
  readCorpus,
  readQrels,
  readQueries,
  readRun,
  writeRun,
} from "../../src/evaluation.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evaluation-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads text as if it were a file with that name, and collects the warnings. */
async function read<T>(
  reader: (source: string[], options: { name: string; onWarning: (warning: DataWarning) => void }) => Promise<T>,
  text: string,
  name = "file",
): Promise<{ value: T; warnings: string[] }> {
  const warnings: string[] = [];
  const value = await reader([text], {
    name,
    onWarning: ({ code, count, line }) => warnings.push(`${code} ×${count} @${line}`),
  });
  return { value, warnings };
}
const plain = (map: ReadonlyMap<string, ReadonlyMap<string, number>>) =>
  Object.fromEntries([...map].map(([key, inner]) => [key, Object.fromEntries(inner)]));

describe("readQrels and readRun", () => {
  const judged = { q1: { d1: 2, d2: 0 }, q2: { d1: 1 } };
  it.each([
    ["TREC", "q1 0 d1 2\nq1 0 d2 0\nq2 0 d1 1\n", "a.qrels"],
    ["TREC with tabs and CRLF", "q1\t0\td1\t2\r\nq1\t0\td2\t0\r\n\r\nq2\t0\td1\t1", "a.qrels"],
    ["BEIR", "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td1\t1\n", "a.tsv"],
    ["CSV", 'query_id,doc_id,relevance\nq1,d1,2\n"q1",d2,0\nq2,d1,1.0\n', "a.csv"],
    ["CSV with other columns", 'note,docno,qid,rel\n"a, b",d1,q1,2\n,d2,q1,0\n,d1,q2,1\n', "a.csv"],
    ["ranx JSON", '{"q1": {"d1": 2,\n"d2": 0}, "q2": {"d1": 1}}', "a.json"],
  ])("reads %s as qrels", async (_name, text, file) => {
    const { value, warnings } = await read(readQrels, text, file);
    expect(plain(value)).toEqual(judged);
    expect(warnings).toEqual([]);
  });

  it("reads the score of a run and not its rank, including infinities and exponents", async () => {
    const { value } = await read(readRun, "q Q0 a 1 -1.5e-3 tag\nq Q0 b 2 inf tag\nq Q0 c 3 -Infinity tag\n");
    expect(plain(value)).toEqual({ q: { a: -0.0015, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY } });
  });

  it("reads rows and characters that span chunks", async () => {
    const bytes = new TextEncoder().encode("q Q0 日本 1 2.5 t\nq Q0 d 2 1 t\n");
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(plain(await readRun(chunks))).toEqual({ q: { 日本: 2.5, d: 1 } });
  });

  it("decompresses .gz files and reads file URLs", async () => {
    const path = join(folder, "run.trec.gz");
    await writeFile(path, gzipSync("q Q0 d 1 2 t\n"));
    expect(plain(await readRun(path))).toEqual({ q: { d: 2 } });
    expect(plain(await readRun(new URL(`file://${path}`)))).toEqual({ q: { d: 2 } });
  });

  it.each([
    ["a byte order mark", "\uFEFFq 0 d 1\n", "byte-order-mark ×1 @1"],
    ["duplicate rows", "q 0 d 1\nq 0 e 0\nq 0 d 1\nq 0 d 1\n", "duplicate-row ×2 @3"],
    ["mixed tabs and spaces in TREC", "q 0 d 1\nq\t0 d 1 \nq 0\te  0\n", "mixed-separators ×2 @2"],
    ["spaces instead of BEIR's tabs", "query-id\tcorpus-id\tscore\nq d 1\n", "mixed-separators ×1 @2"],
  ])("warns about %s with the count and the line", async (_name, text, warning) => {
    const { value, warnings } = await read(readQrels, text, "a.tsv");
    expect(warnings).toContain(warning);
    expect(value.get("q")!.get("d")).toBe(1);
  });

  it.each<[string, string, string, RegExp]>([
    ["a short line", "q 0 d 1\nq 0 d\n", "a.qrels", /^Invalid a\.qrels:2: Expected 4 fields \(trec\), got 3 fields/],
    ["a word for a grade", "q 0 d high\n", "a.qrels", /^Invalid a\.qrels:1: "high" is not an integer/],
    ["a fractional grade", "q 0 d 0.5\n", "a.qrels", /:1: "0\.5" is not an integer/],
    [
      "two grades for one pair",
      "q 0 d 1\n\nq 0 d 2\n",
      "a.qrels",
      /:3: The value of query "q", document "d" is 2 here and 1 before/,
    ],
    ["an empty file", "\n \n", "a.qrels", /^Invalid a\.qrels: It has no rows/],
    ["only a header", "query-id\tcorpus-id\tscore\n", "a.tsv", /It has no rows/],
    ["an unknown shape", "one line of prose, maybe two words more\n", "a.txt", /:1: Unknown format.*for qrels: TREC/],
    ["an open quote", 'query_id,doc_id,rel\n"q,d,1\n', "a.csv", /:2: .*a quote that is not closed/],
    [
      "an empty id",
      "query-id\tcorpus-id\tscore\n\td\t1\n",
      "a.tsv",
      /:2: The id of the query or the document is empty/,
    ],
    ["ranx JSON without the ending .json", '{"q": {"d": 1}}', "a.txt", /:1: It looks like JSON.*name the file \.json/],
    ["a query that appears twice in JSON", '{"q": {"d": 1},\n"q": {"e": 1}}', "a.json", /:2: Query "q" appears twice/],
    ["two values for one pair in JSON", '{"q": {"d": 1,\n\n"d": 2}}', "a.json", /:3: .*is 2 here and 1 before/],
    ["JSON that ends early", '{"q": {"d": 1}\n', "a.json", /:1: The JSON ends too early/],
    ["JSON of another shape", '{"q": [1]}', "a.json", /:1: Unexpected/],
    ["a trailing comma in JSON", '{"q": {"d": 1,}}', "a.json", /:1: Unexpected "}"/],
  ])("rejects %s with file and line", async (_name, text, file, message) => {
    await expect(read(readQrels, text, file)).rejects.toThrow(message);
    await expect(read(readQrels, text, file)).rejects.toMatchObject({ name: "InvalidInputError" });
  });

  it.each<[string, RegExp]>([
    [
      '{"query-id": 1, "corpus-id": 12345678901234567891, "score": 1}',
      /input:1: Expected `corpus-id` to be a string or an integer below 2\^53; write .* Got 12345678901234567000\./,
    ],
    ['{"query-id": null, "corpus-id": "d", "score": 1}', /Expected `query-id` to be a string .* Got null\./],
    ['{"query-id": "q", "corpus-id": {"a": 1}, "score": 1}', /Expected `corpus-id` .* Got \{"a":1\}\./],
    ['{"query-id": "q", "corpus-id": "d", "score": [1]}', /input:1: "\[1\]" is not an integer grade\./],
  ])("rejects ids and grades of JSON lines that would be mistaken for others: %s", async (line, message) => {
    await expect(readQrels([line])).rejects.toThrow(message);
  });

  it("reads ids of JSON lines that are integers", async () => {
    expect(plain(await readQrels(['{"query-id": 1, "corpus-id": 9007199254740991, "score": 2}']))).toEqual({
      1: { 9007199254740991: 2 },
    });
  });

  it("rejects NaN scores, a missing file, and bytes that are not UTF-8", async () => {
    await expect(read(readRun, "q Q0 d 1 NaN t\n")).rejects.toThrow(/file:1: "NaN" is not a number/);
    await expect(readRun(join(folder, "none.trec"))).rejects.toThrow(
      /none\.trec: Could not read the file\. There is no such file/,
    );
    await expect(readRun([Uint8Array.of(0xff, 0xfe, 0x20)])).rejects.toThrow(/not UTF-8/);
  });

  it("rejects with the signal's reason when reading is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(readRun(["q Q0 d 1 1 t\n"], { signal })).rejects.toThrow("enough");
  });
});

describe("writeRun", () => {
  const id = fc.string({ minLength: 1 }).filter((text) => !/\s/.test(text));
  const run = fc
    .dictionary(
      id,
      fc.dictionary(
        id,
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
        { minKeys: 1 },
      ),
      {
        minKeys: 1,
      },
    )
    .map((value) => new Map(Object.entries(value).map(([query, scores]) => [query, new Map(Object.entries(scores))])));

  it.each(["trec", "csv", "json", "jsonl"] as const)("writes a run as %s that reads back the same", async (format) => {
    await fc.assert(
      fc.asyncProperty(run, async (value) => {
        const back = await readRun([...formatRun(value, { format })], { format, onWarning: () => {} });
        expect(plain(back)).toEqual(plain(value));
      }),
      { numRuns: 60 },
    );
  });

  it("chooses the format by the ending and writes infinities in TREC", async () => {
    await writeRun(join(folder, "a.json"), { q: { d: 1 } });
    expect(JSON.parse(await readFile(join(folder, "a.json"), "utf8"))).toEqual({ q: { d: 1 } });
    await writeRun(join(folder, "a.trec"), { q: { d: 1, e: Number.POSITIVE_INFINITY } }, { tag: "mine" });
    expect(await readFile(join(folder, "a.trec"), "utf8")).toBe("q Q0 e 1 inf mine\nq Q0 d 2 1 mine\n");
  });

  it.each(["run.gz", "a.trec.gz", "a.csv.gz", "a.json.gz", "a.jsonl", "a.jsonl.gz", "a.ndjson", "a.tsv"])(
    "writes %s so that readRun reads it back",
    async (name) => {
      const path = join(folder, name);
      await writeRun(path, { "q-1": { d1: 1.5, "d,2": -1 } });
      expect(plain(await readRun(path))).toEqual({ "q-1": { d1: 1.5, "d,2": -1 } });
      expect((await readFile(path)).subarray(0, 2).toString("hex") === "1f8b").toBe(name.endsWith(".gz"));
    },
  );

  it("leaves a file as it was when an id cannot be written", async () => {
    const path = join(folder, "kept-too.trec");
    await writeFile(path, "q Q0 d 1 1 kept\n");
    await expect(writeRun(path, { q: { d: 1 }, "a b": { d: 1 } })).rejects.toThrow(/contains white space/);
    // A stream that was destroyed while it opened would have emptied the file by now.
    await writeRun(join(folder, "later.trec"), { q: { d: 1 } });
    expect(await readFile(path, "utf8")).toBe("q Q0 d 1 1 kept\n");
  });

  it("leaves a file as it was when an option is not allowed", async () => {
    const path = join(folder, "kept.trec");
    await writeFile(path, "q Q0 d 1 1 kept\n");
    await expect(writeRun(path, { q: { d: 1 } }, { tag: "two words" })).rejects.toThrow(/a name without white space/);
    expect(await readFile(path, "utf8")).toBe("q Q0 d 1 1 kept\n");
  });

  it("rejects ids and scores that the format cannot store", async () => {
    expect(() => [...formatRun({ "a b": { d: 1 } })]).toThrow(/contains white space/);
    expect(() => [...formatRun({ q: { d: Number.POSITIVE_INFINITY } }, { format: "json" })]).toThrow(
      /JSON cannot store/,
    );
    expect(() => [...formatRun({ q: { d: Number.NEGATIVE_INFINITY } }, { format: "jsonl" })]).toThrow(
      /JSON cannot store -Infinity/,
    );
    expect(() => [...formatRun({ q: { "d\ne": 1 } }, { format: "csv" })]).toThrow(/"d\\ne", which .* a line break/);
    await expect(writeRun(join(folder, "no", "a.trec"), { q: { d: 1 } })).rejects.toThrow(
      /a\.trec: Could not write the run \(ENOENT.*Name a file in a folder that exists/,
    );
  });
});

describe("readCorpus and readQueries", () => {
  it("reads JSON lines and tabs in the order of the file", async () => {
    const { value } = await read(
      readCorpus,
      '{"_id": "b", "title": "T", "text": "x"}\n{"_id": "1", "text": "y", "metadata": {}}\n',
    );
    expect([...value.values()]).toEqual([
      { id: "b", title: "T", text: "x" },
      { id: "1", title: "", text: "y" },
    ]);
    expect([...(await read(readQueries, "7\tone two\n", "q.tsv")).value]).toEqual([["7", "one two"]]);
  });

  it.each<[string, string, RegExp]>([
    ["no JSON", '{"_id": "a", "text": "x"}\n{oops\n', /file:2: It is not one JSON object/],
    ["no id", '{"text": "x"}\n', /file:1: It has no `_id`/],
    ["no text", '{"_id": "a"}\n', /file:1: It has no `text`/],
    ["a repeated id", '{"_id": "a", "text": "x"}\n\n{"_id": "a", "text": "y"}\n', /file:3: The id "a" appears twice/],
    ["a blank query", '{"_id": "a", "text": "  "}\n', /file:1: Query "a" is blank/],
    ["an empty file", "", /It has no rows/],
    ["null", "null\n", /file:1: It has no `_id`/],
  ])("rejects a queries file with %s", async (_name, text, message) => {
    await expect(read(readQueries, text)).rejects.toThrow(message);
  });
});

describe("readBeir", () => {
  it("returns judged queries, and warns about judgments without a query or document", async () => {
    const data = await mkdtemp(join(folder, "beir-"));
    await rm(join(data, "qrels"), { recursive: true, force: true });
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(data, "qrels"));
    await writeFile(join(data, "qrels", "dev.tsv"), "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\tgone\t2\nq9\td1\t1\n");
    await writeFile(join(data, "queries.jsonl"), '{"_id": "q1", "text": "a"}\n{"_id": "q2", "text": "b"}\n');
    await writeFile(join(data, "corpus.jsonl"), '{"_id": "d1", "title": "", "text": "x"}\n');
    await writeFile(join(data, "bm25.trec"), "q1 Q0 d1 1 3 bm25\n");
    const warnings: DataWarning[] = [];
    const set = await readBeir(data, { onWarning: (warning) => warnings.push(warning) });
    expect([...set.queries.keys()]).toEqual(["q1"]);
    expect(plain(set.run!)).toEqual({ q1: { d1: 3 } });
    expect(warnings.map(({ code, line, examples }) => [code, line, ...examples])).toEqual([
      ["query-without-qrels", 2, "q2"],
      ["qrels-without-query", 4, "q9"],
      ["qrels-without-document", 3, "q1/gone"],
    ]);
    expect(warnings[0]!.message).toMatch(
      /queries\.jsonl:2: queries without judgments in this split, which are ignored: 1 \(q2\)/,
    );
    await writeFile(join(data, "other.run"), "q1 Q0 d1 1 3 other\n");
    await expect(readBeir(data, { onWarning: () => {} })).rejects.toThrow(
      /several runs: bm25\.trec, other\.run\. Pass one as `run`/,
    );
    await expect(readBeir(data, { split: "test", onWarning: () => {} })).rejects.toThrow(
      /There is no split "test"\. Splits found: dev/,
    );
  });

  it("names what another folder lacks, what was found, and what is needed", async () => {
    const notes = await mkdtemp(join(folder, "notes-"));
    for (let i = 10; i < 20; i++) await writeFile(join(notes, `note-${i}.md`), "");
    await writeFile(join(notes, "corpus.jsonl"), "");
    await expect(readBeir(notes)).rejects.toThrow(
      /notes-\w+: this is not a BEIR folder: it has no queries\.jsonl, no qrels\. Found: corpus\.jsonl, note-10\.md, .*note-16\.md, … \(11 in all\)\. Needed: .*qrels\/<split>\.tsv/,
    );
    await expect(readBeir(await mkdtemp(join(folder, "empty-")))).rejects.toThrow(/no qrels\. Found: nothing\./);
    await expect(readBeir(join(folder, "absent"))).rejects.toThrow(
      /absent: there is no such folder\. Pass one in BEIR's layout/,
    );
  });
});
