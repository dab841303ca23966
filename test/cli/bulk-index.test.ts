import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRun } from "../../src/apps/cli/bulk/check-inputs.js";
import { type FileLine, fileLines } from "../../src/apps/cli/bulk/file-lines.js";
import { HashPartitions, PARTITION_SLOTS } from "../../src/apps/cli/bulk/hash-partitions.js";
import { HashTable, hashOf, readEntry } from "../../src/apps/cli/bulk/hash-table.js";
import { buildIndex, JsonlIndex } from "../../src/apps/cli/bulk/jsonl-index.js";

/** So many that the index has eight partitions, each with several chunks in the temporary file. */
const ROWS = 70_000;

const signal = new AbortController().signal;
let folder: string;
const at = (name: string) => join(folder, name);
const idOf = (index: number) => `d${index}`;
const rowOf = (index: number) => JSON.stringify({ _id: idOf(index), text: `text ${index} é` });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bulk-index-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file and its index; returns the paths. */
async function indexed(name: string, content: string) {
  const file = { path: at(`${name}.jsonl`), index: at(`${name}.index`) };
  writeFileSync(file.path, content);
  await buildIndex(file.path, file.index, content.split("\n").length, signal);
  return file;
}

function textsOf({ path, index }: { path: string; index: string }, ids: readonly string[]) {
  const rows = new JsonlIndex(path, index);
  try {
    return ids.map((id) => rows.read(id)?.text);
  } finally {
    rows.close();
  }
}

describe("the lines of a file", () => {
  const read = async (content: string | Buffer) => {
    writeFileSync(at("lines"), content);
    const lines: FileLine[] = [];
    for await (const group of fileLines(at("lines"), signal)) lines.push(...group);
    return lines;
  };

  it("have their text, number and bytes, whether a part of the file is ASCII or not", async () => {
    const ascii = Array.from({ length: 30_000 }, (_, index) => `line ${index}`);
    const other = Array.from({ length: 30_000 }, (_, index) => `Zeile ${index} äöü 😀`);
    // The long line is longer than what is read at a time.
    const expected = [
      ...ascii,
      "x".repeat(700_000),
      "",
      "é".repeat(300_000),
      ...other,
      "end of line\r",
      ...ascii,
      "last",
    ];
    const lines = await read(expected.join("\n"));
    expect(lines.map(({ text }) => text)).toEqual(expected);
    expect(lines.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
    const bytes = Buffer.from(expected.join("\n"));
    const cut = lines.map(({ offset, length }) => bytes.toString("utf8", offset, offset + length));
    expect(cut).toEqual(expected);
  });

  it("are reported if they are not UTF-8, with file and line", async () => {
    const bytes = Buffer.from("one\ntwo\nthrée\nfour\n", "latin1");
    await expect(read(bytes)).rejects.toThrow(/lines:3: not UTF-8 text/);
  });
});

describe("the index of a file", () => {
  it("finds every row of a file that is larger than a partition, and no other", async () => {
    const content = Array.from({ length: ROWS }, (_, index) => `${rowOf(index)}\n`).join("");
    const file = await indexed("large", content);
    const table = new HashTable(file.index, PARTITION_SLOTS);
    expect(table.capacity / PARTITION_SLOTS).toBe(8);
    table.close();
    const indexes = Array.from({ length: ROWS }, (_, index) => (index * 7919) % ROWS);
    expect(textsOf(file, indexes.map(idOf))).toEqual(indexes.map((index) => `text ${index} é`));
    const unknown = indexes.map((index) => `e${index}`);
    expect(new Set(textsOf(file, unknown))).toEqual(new Set([undefined]));
    // Nothing but the file and its index is left.
    expect(readdirSync(folder).filter((name) => name.startsWith("large"))).toEqual(["large.index", "large.jsonl"]);
  });

  it.each([
    ["a byte order mark", `\uFEFF${rowOf(0)}\n${rowOf(1)}\n${rowOf(2)}\n`],
    ["CRLF line ends", `${rowOf(0)}\r\n${rowOf(1)}\r\n${rowOf(2)}\r\n`],
    ["blank lines", `\n${rowOf(0)}\n \n\r\n${rowOf(1)}\n${rowOf(2)}\n\n`],
    ["a last line without a line break", `${rowOf(0)}\n${rowOf(1)}\n${rowOf(2)}`],
  ])("finds the rows of a file with %s", async (name, content) => {
    const file = await indexed(name, content);
    expect(textsOf(file, ["d0", "d1", "d2", "d3"])).toEqual(["text 0 é", "text 1 é", "text 2 é", undefined]);
  });

  it("distinguishes ids that have the same hash", async () => {
    const [one, other] = ["ln0y6C", "98slbb"];
    expect(Buffer.from(hashOf(one))).toEqual(Buffer.from(hashOf(other)));
    const row = (id: string) => `${JSON.stringify({ _id: id, text: `text of ${id}` })}\n`;
    const both = await indexed("same hash", row(one) + row(other));
    expect(textsOf(both, [other, one])).toEqual([`text of ${other}`, `text of ${one}`]);
    expect(textsOf(await indexed("one of them", row(one)), [other])).toEqual([undefined]);
  });

  it("reports the first of several ids that appear twice, with file and line, however far apart", async () => {
    const rows = Array.from({ length: ROWS }, (_, index) => rowOf(index));
    // Lines are counted from 1. The ids are in different partitions.
    rows[60_000] = rowOf(3);
    rows[50_000] = rowOf(40_000);
    rows[69_999] = rowOf(5);
    rows[55_555] = rowOf(40_000);
    rows.splice(100, 0, "");
    await expect(indexed("twice", rows.join("\n"))).rejects.toThrow(
      /twice\.jsonl:50002: the id "d40000" appears twice/,
    );
    expect(readdirSync(folder)).not.toContain("twice.index");
  });

  it("replaces what a build that was killed has left", async () => {
    writeFileSync(at("killed.index.partial"), Buffer.alloc(1000, 255));
    writeFileSync(at("killed.index.rows"), Buffer.alloc(1000, 255));
    const file = await indexed("killed", `${rowOf(0)}\n${rowOf(1)}\n`);
    expect(textsOf(file, ["d1", "d0"])).toEqual(["text 1 é", "text 0 é"]);
  });
});

describe("the check of a run over many documents", () => {
  const queries = () => indexed("queries", '{"_id": "q1", "text": "a"}\n{"_id": "q2", "text": "b"}\n');
  const check = async (run: string) => {
    const content = Array.from({ length: ROWS }, (_, index) => `${rowOf(index)}\n`).join("");
    writeFileSync(at("run.trec"), run);
    return checkRun(at("run.trec"), await queries(), await indexed("corpus", content), { index: 1, count: 1 }, signal);
  };
  const rows = (query: string, ids: readonly string[]) => ids.map((id) => `${query} Q0 ${id} 1 1 bm25\n`).join("");
  const ids = Array.from({ length: ROWS }, (_, index) => idOf((index * 7919) % ROWS));

  it("counts its pairs and queries", async () => {
    expect(await check(rows("q1", ids) + rows("q2", ids))).toMatchObject({ pairs: 2 * ROWS, shardQueries: 2 });
  });

  it("reports the first of several unknown documents, with its line", async () => {
    const wrong = ids.toSpliced(50_000, 2, "nowhere", "elsewhere").toSpliced(65_000, 1, "nothing");
    await expect(check(rows("q2", ids) + rows("q1", wrong))).rejects.toThrow(
      /run\.trec:120001: the document "nowhere" is not in the corpus/,
    );
  });
});

describe("entries in the order of a hash table", () => {
  const capacity = 2 ** 18;
  const collect = async (partitions: HashPartitions) => {
    const groups: number[][] = [];
    for await (const group of partitions.entries(signal)) {
      groups.push(Array.from(group, (entry) => readEntry(entry).offset));
    }
    return groups;
  };

  it("come back once each, and those of a partition in the order in which they were added", async () => {
    const partitions = new HashPartitions(at("entries"), capacity);
    // More than the table holds: a run may name a document many times.
    const count = 2 * capacity;
    for (let index = 0; index < count; index++) partitions.add(idOf(index), { offset: index, length: 0 });
    const groups = await collect(partitions);
    partitions.close();
    expect(groups).toHaveLength(capacity / PARTITION_SLOTS);
    expect(groups.every((group) => group.every((offset, index) => index === 0 || offset > group[index - 1]!))).toBe(
      true,
    );
    expect(groups.flat().toSorted((one, other) => one - other)).toEqual(Array.from({ length: count }, (_, at) => at));
  });

  it("end with the reason of an interruption", async () => {
    const partitions = new HashPartitions(at("interrupted"), capacity);
    const controller = new AbortController();
    let groups = 0;
    const read = async () => {
      for await (const _ of partitions.entries(controller.signal)) {
        if (++groups === 2) controller.abort(new Error("enough"));
      }
    };
    await expect(read()).rejects.toThrow("enough");
    expect(groups).toBe(2);
    partitions.close();
  });
});
