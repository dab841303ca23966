import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBeir, readCorpus, readQrels, readQueries, readRun } from "../../src/evaluation.js";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "folders-"));
});
afterAll(() => rm(root, { recursive: true }));

/** Writes files into a new folder and returns its path. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(root, "data-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const CORPUS = '{"_id": "d1", "title": "T", "text": "one"}\n{"_id": "d2", "text": "two"}\n';
const QUERIES = '{"_id": "q1", "text": "which"}\n';
const QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\n";

describe("readBeir on files as people have them", () => {
  it.each<[string, Record<string, string>]>([
    ["BEIR's own layout", {}],
    ["qrels as JSON lines, as in MTEB", { "qrels/test.jsonl": '{"query-id": "q1", "corpus-id": "d1", "score": 1}\n' }],
    ["qrels as CSV", { "qrels/test.csv": "query-id,corpus-id,score\nq1,d1,1\n" }],
    ["TREC qrels", { "qrels/test.qrels": "q1 0 d1 1\n" }],
    ["a single qrels file next to the corpus", { "qrels.tsv": QRELS }],
    ["a single file of TREC qrels next to the corpus", { "qrels.txt": "q1 0 d1 1\n" }],
    ["queries as CSV", { "queries.csv": '_id,text\nq1,"which"\n' }],
    ["queries as CSV with other names", { "queries.csv": "query_id,query,note\nq1,which,\n" }],
    ["queries as TSV with a header", { "queries.tsv": "id\ttext\nq1\twhich\n" }],
    ["queries as TSV without a header", { "queries.tsv": "q1\twhich\n" }],
    [
      "a corpus that is a JSON array",
      { "corpus.json": '[\n  {"_id": "d1", "title": "T", "text": "one"},\n  {"_id": "d2", "text": "two"}\n]\n' },
    ],
    [
      "a corpus named .jsonl that is a JSON array",
      { "corpus.jsonl": '[{"_id": "d1", "title": "T", "text": "one"}, {"_id": "d2", "text": "two"}]' },
    ],
    ["a corpus as CSV", { "corpus.csv": "_id,title,text\nd1,T,one\nd2,,two\n" }],
  ])("reads %s", async (_name, files) => {
    const stems = Object.keys(files).map((name) => name.replace(/[./].*$/, ""));
    const usual = { "corpus.jsonl": CORPUS, "queries.jsonl": QUERIES, "qrels/test.tsv": QRELS };
    const others = Object.entries(usual).filter(([name]) => !stems.includes(name.replace(/[./].*$/, "")));
    const data = await readBeir(await folderWith({ ...Object.fromEntries(others), ...files }));
    expect([...data.corpus.values()]).toEqual([
      { id: "d1", title: "T", text: "one" },
      { id: "d2", title: "", text: "two" },
    ]);
    expect([...data.queries]).toEqual([["q1", "which"]]);
    expect(data.qrels.get("q1")).toEqual(new Map([["d1", 1]]));
  });

  it("names Parquet files, as in folders of the Hugging Face hub, and Git LFS pointers", async () => {
    const parquet = await folderWith({
      "corpus/corpus-00000-of-00001.parquet": "PAR1",
      "queries/queries.parquet": "PAR1",
    });
    await expect(readBeir(parquet)).rejects.toThrow(/Parquet files are not read/);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 123\n`;
    const cloned = await folderWith({ "corpus.jsonl": pointer, "queries.jsonl": QUERIES, "qrels/test.tsv": QRELS });
    await expect(readBeir(cloned)).rejects.toThrow(/corpus\.jsonl:1: It is a Git LFS pointer/);
  });

  it("rejects two files for one split, and a split that does not exist", async () => {
    const files = { "corpus.jsonl": CORPUS, "queries.jsonl": QUERIES, "qrels/test.tsv": QRELS };
    const folder = await folderWith({ ...files, "qrels/test.csv": "query-id,corpus-id,score\nq1,d1,1\n" });
    await expect(readBeir(folder)).rejects.toThrow(/several files for the split "test": test\.csv, test\.tsv/);
    await expect(readBeir(folder, { split: "dev" })).rejects.toThrow(/no split "dev"\. Splits found: test/);
  });
});

describe("readers of single files", () => {
  const read = (reader: typeof readCorpus | typeof readQueries, text: string, name: string) =>
    (reader as typeof readCorpus)([text], { name, onWarning: () => {} });

  it("reads JSON-lines qrels and runs, whatever the file is called", async () => {
    const lines =
      '{"query-id": "q1", "corpus-id": "d1", "score": 2}\n{"query-id": "q1", "corpus-id": "d2", "score": 0}\n';
    for (const name of ["test.jsonl", "test.ndjson", "test.txt"]) {
      expect((await readQrels([lines], { name })).get("q1")!.get("d1")).toBe(2);
    }
    const run = await readRun(['{"qid": 7, "docid": "d1", "score": -0.5}\n'], { name: "run.jsonl" });
    expect(run.get("7")!.get("d1")).toBe(-0.5);
  });

  it("keeps line breaks and commas of quoted CSV fields", async () => {
    const corpus = await read(readCorpus, '_id,text\nd1,"a, b\nand ""c"""\n', "corpus.csv");
    expect(corpus.get("d1")!.text).toBe('a, b\nand "c"');
  });

  it.each<[string, typeof readCorpus | typeof readQueries, string, string, RegExp]>([
    [
      "CSV without a header",
      readQueries,
      "q1,which\n",
      "queries.csv",
      /queries\.csv:1: Expected a header such as "_id,text"/,
    ],
    [
      "CSV with a missing column",
      readQueries,
      "_id,text\nq1\n",
      "queries.csv",
      /:2: Expected 2 columns \(_id, text\), got 1/,
    ],
    ["CSV with an open quote", readCorpus, '_id,text\nd1,"a\n', "corpus.csv", /corpus\.csv.*quote/],
    [
      "a JSON array that ends early",
      readCorpus,
      '[{"_id": "d1", "text": "a"},\n',
      "corpus.json",
      /It is not a JSON array/,
    ],
    [
      "an item of a JSON array without text",
      readCorpus,
      '[{"_id": "d1"}]',
      "c.json",
      /c\.json\[0\]: It has no `text`.*_id/,
    ],
    [
      "an id twice in a JSON array",
      readCorpus,
      '[{"_id":"a","text":"x"},{"_id":"a","text":"y"}]',
      "c.json",
      /c\.json\[1\]: The id "a"/,
    ],
    [
      "texts under another name",
      readCorpus,
      '{"_id": "d1", "body": "x"}\n',
      "c.jsonl",
      /no `text` .*its fields are: _id, body/,
    ],
    [
      "a title that is a number",
      readCorpus,
      '{"_id": "d1", "text": "x", "title": 3}\n',
      "c.jsonl",
      /`title` is not a string/,
    ],
  ])("rejects %s and says where", async (_name, reader, text, name, message) => {
    await expect(read(reader, text, name)).rejects.toThrow(message);
    await expect(read(reader, text, name)).rejects.toMatchObject({ name: "InvalidInputError" });
  });

  it.each<[string, string, RegExp]>([
    ["without a grade", '{"query-id": "q", "corpus-id": "d"}\n', /:1: Expected the fields query-id, corpus-id/],
    [
      "that is cut off",
      '{"query-id": "q", "corpus-id": "d", "score": 1}\n{"query-id": "q"\n',
      /:2: It is not one JSON object/,
    ],
    [
      "with a grade that is not a number",
      '{"query-id": "q", "corpus-id": "d", "score": null}\n',
      /"null" is not an integer grade/,
    ],
    [
      "with an empty id",
      '{"query-id": "", "corpus-id": "d", "score": 1}\n',
      /id of the query or the document is empty/,
    ],
  ])("rejects a JSON-lines qrels row %s", async (_name, text, message) => {
    await expect(readQrels([text], { name: "test.jsonl" })).rejects.toThrow(message);
  });
});
