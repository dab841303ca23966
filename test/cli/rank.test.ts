import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Document } from "@langchain/core/documents";
import { CrossEncoderReranker } from "langchain-rerank";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

const TINY = fileURLToPath(new URL("../fixtures/tiny-models/bert-one-logit", import.meta.url));
const TEXTS = [
  "Bees see ultraviolet light.",
  "The ferry leaves at seven.",
  "Solar panels turn light into electricity with silicon cells.",
];
const QUERY = "how do solar panels work?";

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-rank-"));
  writeFileSync(file("notes.txt"), `${TEXTS[0]}\r\n\r\n${TEXTS[1]}\r\n\r\n\r\n${TEXTS[2]}`);
  writeFileSync(
    file("notes.md"),
    `# Bees\n${TEXTS[0]}\n\n# Ferries\n${TEXTS[1]}\n\`\`\`\n# a comment\n\`\`\`\n## Panels\n${TEXTS[2]}\n`,
  );
  writeFileSync(file("notes.jsonl"), TEXTS.map((text) => JSON.stringify({ id: 1, text })).join("\n"));
  writeFileSync(file("notes.json"), JSON.stringify(TEXTS.map((passage) => ({ passage }))));
  writeFileSync(file("other.json"), JSON.stringify([{ title: "no text here" }]));
  writeFileSync(file("broken.jsonl"), '{"text":"fine"}\n{"text":');
  writeFileSync(file("empty.txt"), " \n\n ");
  writeFileSync(file("latin1.txt"), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  writeFileSync(file("data.bin"), "text");
  writeFileSync(file("notes.csv"), `id,text\n${TEXTS.map((text, index) => `${index},"${text}"`).join("\n")}\n`);
  writeFileSync(file("lines.txt"), TEXTS.join("\n"));
  for (const name of ["pictures", "mixed", "wiki", "wiki/.git", "wiki/node_modules", "wiki/deeper", "wiki/..hidden"])
    mkdirSync(file(name));
  writeFileSync(file("pictures/a.png"), "no text");
  writeFileSync(file("mixed/other.json"), JSON.stringify([{ title: "no text here" }]));
  writeFileSync(file("wiki/b.txt"), TEXTS[0]!);
  writeFileSync(file("wiki/a.txt"), TEXTS[1]!);
  writeFileSync(file("wiki/empty.txt"), "");
  writeFileSync(file("wiki/.git/config.txt"), "hidden");
  writeFileSync(file("wiki/.draft.md"), "hidden");
  writeFileSync(file("wiki/..hidden/a.md"), "hidden");
  writeFileSync(file("wiki/node_modules/readme.md"), "not yours");
  writeFileSync(file("wiki/deeper/c.md"), TEXTS[2]!);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  rank: number;
  firstRank: number;
  score: number;
  text: string;
  source: string;
}

async function rankJson(args: string[], input?: string): Promise<Row[]> {
  const { code, stdout, stderr } = await runCli(
    ["rank", "-q", QUERY, "--json", ...args],
    input === undefined ? {} : { input },
  );
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe("rank", () => {
  it("prints rank, first-stage rank, score and text, best first and without colors", async () => {
    const { code, stdout, stderr } = await runCli(["rank", "--query", QUERY, file("notes.txt")]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    const [header, first, ...rest] = stdout.trimEnd().split("\n");
    expect(header!.split(/\s+/)).toEqual(["rank", "was", "score", "text"]);
    expect(first).toMatch(/^ +1 +3 +[01]\.\d{4} +Solar panels turn light into electricity with silicon cells\.$/);
    expect(rest).toHaveLength(2);
    expect(stdout).not.toContain("\u001b");
  });

  it.each(["notes.txt", "lines.txt", "notes.md", "notes.jsonl", "notes.json", "notes.csv"])(
    "reads %s",
    async (name) => {
      const rows = await rankJson([file(name)]);
      expect(rows.map(({ rank }) => rank)).toEqual([1, 2, 3]);
      expect(rows[0]).toMatchObject({ firstRank: 3, text: expect.stringContaining("Solar panels") });
      expect(rows[0]!.source).toContain(name);
      expect(rows.every(({ score }, index) => index === 0 || score <= rows[index - 1]!.score)).toBe(true);
    },
  );

  it("reads standard input as lines, paragraphs or records, and several files in turn", async () => {
    expect((await rankJson([], TEXTS.join("\n")))[0]).toMatchObject({ firstRank: 3, source: "stdin:3" });
    expect(await rankJson(["-"], `one\ntwo\n\n${TEXTS[2]}`)).toHaveLength(2);
    expect(await rankJson([], TEXTS.map((text) => JSON.stringify({ text })).join("\n"))).toHaveLength(3);
    expect(await rankJson([], JSON.stringify(TEXTS))).toHaveLength(3);
    expect(await rankJson([file("notes.txt"), file("notes.md")])).toHaveLength(6);
  });

  it("reads the text files of a folder and of the folders in it, sorted by path", async () => {
    const rows = await rankJson([file("wiki")]);
    const byPosition = rows.toSorted((a, b) => a.firstRank - b.firstRank);
    expect(byPosition.map(({ source }) => source)).toEqual(
      ["wiki/a.txt:1", "wiki/b.txt:1", "wiki/deeper/c.md:1"].map((name) => file(name)),
    );
  });

  it.each([".", "./", "./wiki", "wiki/", "mixed/../wiki"])("reads the same files of the folder %s", async (path) => {
    const cwd = path.includes("wiki") ? folder : file("wiki");
    const { code, stdout, stderr } = await runCli(["rank", "-q", QUERY, "--json", "-m", "static-en-v1", path], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const names = (JSON.parse(stdout) as Row[]).map(({ source }) => source.replace(/^wiki\//, ""));
    expect(names.sort()).toEqual(["a.txt:1", "b.txt:1", "deeper/c.md:1"]);
  });

  it("follows links to files, as in a volume of Kubernetes, but not links to folders, and names broken ones", async () => {
    mkdirSync(file("volume/..2026"), { recursive: true });
    writeFileSync(file("volume/..2026/a.md"), TEXTS[0]!);
    symlinkSync("..2026", file("volume/..data"));
    symlinkSync("..data/a.md", file("volume/a.md"));
    symlinkSync("missing.md", file("volume/broken.md"));
    symlinkSync("circle.md", file("volume/circle.md"));
    symlinkSync(".", file("volume/folder.md"));
    const { stdout, stderr } = await runCli(["rank", "-q", QUERY, "--json", "-m", "static-en-v1", file("volume")]);
    const rows = JSON.parse(stdout) as { source: string }[];
    expect(rows.map(({ source }) => source)).toEqual([file("volume/a.md:1")]);
    expect(stderr.trim().split("\n")).toEqual([
      `warning: ${file("volume/broken.md")}: the link cannot be followed (its target does not exist). It is left out.`,
      `warning: ${file("volume/circle.md")}: the link cannot be followed (it leads in a circle). It is left out.`,
    ]);
  });

  it("ranks a file once that a folder holds under several paths, by its own path rather than a link's", async () => {
    mkdirSync(file("several/outside"), { recursive: true });
    mkdirSync(file("several/folder/below"), { recursive: true });
    writeFileSync(file("several/folder/below/original.md"), TEXTS[0]!);
    writeFileSync(file("several/outside/other.md"), TEXTS[1]!);
    symlinkSync("below/original.md", file("several/folder/a-link.md"));
    symlinkSync("../outside/other.md", file("several/folder/second.md"));
    symlinkSync("../outside/other.md", file("several/folder/first.md"));
    const rows = await rankJson(["-m", "static-en-v1", file("several/folder")]);
    expect(rows.map(({ source }) => source).sort()).toEqual([
      file("several/folder/below/original.md:1"),
      file("several/folder/first.md:1"),
    ]);
  });

  it("prints the probabilities that rerankers write to sim", async () => {
    const rows = await rankJson([file("notes.txt")]);
    await using reranker = new CrossEncoderReranker();
    const documents = TEXTS.map((pageContent) => new Document({ pageContent }));
    const ranked = await reranker.compressDocuments(documents, QUERY);
    expect(rows.map(({ score }) => score)).toEqual(
      ranked.map(({ metadata }) => expect.closeTo(metadata.sim as number, 5)),
    );
  });

  it("warns on standard error of texts in a language that the model does not read, and of a query that was cut", async () => {
    const foreign = await runCli(["rank", "-q", "太陽電池はどのように働きますか", file("notes.txt")]);
    expect(foreign).toMatchObject({ code: 0, stderr: expect.stringMatching(/^warning: .*Japanese.*\n$/) });
    const chat = `${"earlier line of the chat. ".repeat(140)}${QUERY}`;
    const cut = await runCli(["rank", "-q", chat, file("notes.txt"), "--model", TINY]);
    expect(cut).toMatchObject({
      code: 0,
      stderr: "warning: The query is longer than the model can read and was truncated.\n",
    });
  });

  it("cuts to --top-n and --threshold", async () => {
    const all = await rankJson([file("notes.txt")]);
    expect(await rankJson(["--top-n", "1", file("notes.txt")])).toEqual(all.slice(0, 1));
    expect(await rankJson(["-n", "50", file("notes.txt")])).toEqual(all);
    expect(await rankJson(["--threshold", String(all[1]!.score), file("notes.txt")])).toEqual(all.slice(0, 2));
  });

  it("reads less with --top-n and the default model, for the same best texts", async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `Number ${index}: ${TEXTS[index % 20 === 2 ? 2 : 1]}`);
    const input = JSON.stringify(texts);
    const run = (...args: string[]) => runCli(["rank", "-q", QUERY, "--json", "--verbose", ...args], { input });
    const [all, best] = [await run(), await run("-n", "3")];
    expect(JSON.parse(best.stdout)).toEqual((JSON.parse(all.stdout) as Row[]).slice(0, 3));
    const [, stages] = /^.*stages: (\{.*?\})/m.exec(best.stderr)!;
    expect(JSON.parse(stages!)).toMatchObject({ "static-en-v1": 60 });
    expect((JSON.parse(stages!) as { whole: number }).whole).toBeLessThan(30);
    expect(all.stderr).not.toContain("stages");
  });

  it("prints no warning of a leak however many texts there are", async () => {
    const input = Array.from({ length: 400 }, (_, index) => `short line number ${index}`).join("\n");
    const { code, stderr } = await runCli(["rank", "-q", QUERY, "-n", "1", "--model", TINY], { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("ranks more texts than one part holds as the model does at once, in the same order", async () => {
    const texts = Array.from({ length: 45 }, (_, index) => `${TEXTS[index % 3]} Number ${index}.`);
    const rows = await rankJson(["--model", TINY], JSON.stringify(texts));
    expect(rows).toHaveLength(45);
    expect(new Set(rows.map(({ firstRank }) => firstRank)).size).toBe(45);
    expect(rows.every(({ firstRank, text }) => text === texts[firstRank - 1])).toBe(true);
    expect(rows.every(({ score }, index) => index === 0 || score <= rows[index - 1]!.score)).toBe(true);
  });

  it("marks texts that were cut, and gives the passage that counts", async () => {
    const long = `${"The ferry leaves at seven and returns before dark. ".repeat(30)} ${TEXTS[2]}`;
    const [cut] = await rankJson(["--model", TINY], JSON.stringify([long]));
    expect(cut).toMatchObject({ truncated: true });
    const [passage] = (await rankJson(
      ["--model", TINY, "--long-documents", "max-passage"],
      JSON.stringify([long]),
    )) as unknown as [{ passage: { start: number; end: number } }];
    expect(passage.passage.end).toBeGreaterThan(passage.passage.start);
    expect(passage.passage.end).toBeLessThanOrEqual(long.length);
  });

  it("prints timings on standard error on request", async () => {
    const { stdout, stderr } = await runCli(["rank", "-q", QUERY, "--verbose", "--json", file("notes.txt")]);
    expect(JSON.parse(stdout)).toHaveLength(3);
    expect(stderr).toMatch(/milliseconds: \{.*"inference":/);
    expect(stderr).toContain("3 texts");
  });

  it("keeps escape sequences of the texts away from the screen", async () => {
    const { stdout } = await runCli(["rank", "-q", QUERY], { input: "evil \u001b[2J\u0007 text\nplain text" });
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain("evil [2J text");
  });

  it("colors the table if colors are requested", async () => {
    const { stdout } = await runCli(["rank", "-q", QUERY, file("notes.txt")], { env: { FORCE_COLOR: "1" } });
    expect(stdout).toContain("\u001b[1m");
  });

  it("ranks with a server named provider:model", async () => {
    const server = createServer((request, response) => {
      request.resume().on("end", () => {
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify({ results: [2, 0, 1].map((index, place) => ({ index, relevance_score: 3 - place })) }),
        );
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    try {
      const env = { LOCALAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
      const { code, stdout, stderr } = await runCli(
        ["rank", "-q", QUERY, "--json", "--model", "localai:some-model", file("notes.txt")],
        { env },
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout).map(({ firstRank }: Row) => firstRank)).toEqual([3, 1, 2]);
    } finally {
      server.close();
    }
  });

  it.each([
    ["missing.txt", /there is no such file/, 1],
    ["pictures", /pictures: the folder holds no text files \(\.txt, \.md/, 1],
    ["other.json", /has no text in text, pageContent.*its fields are: title.*--field/, 1],
    ["mixed", /other\.json\[0\] has no text in .*name the files instead of the folder/, 1],
    ["broken.jsonl", /broken\.jsonl:2 is not valid JSON/, 1],
    ["empty.txt", /holds no text/, 1],
    ["latin1.txt", /is not UTF-8/, 1],
    ["data.bin", /say with --format/, 2],
  ])("%s cannot be read", async (name, message, exit) => {
    const { code, stdout, stderr } = await runCli(["rank", "-q", QUERY, file(name)]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: exit, stdout: "" });
    expect(stderr).not.toContain("    at ");
  });

  it("reads another field, and another format than the extension says", async () => {
    expect(await rankJson(["--field", "title", file("other.json")])).toMatchObject([{ text: "no text here" }]);
    expect(await rankJson(["--format", "paragraphs", file("data.bin")])).toMatchObject([{ text: "text" }]);
  });

  it("an unknown model and a non-commercial one fail with advice", async () => {
    const env = { HF_HUB_OFFLINE: "1", HF_HUB_CACHE: folder };
    const run = (model: string) => runCli(["rank", "-q", QUERY, "--model", model, file("notes.txt")], { env });
    expect(await run("rerank-en-v9")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Did you mean "rerank-en-v1"'),
    });
    expect(await run("jinaai/jina-reranker-v2-base-multilingual")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("acceptLicense"),
    });
    expect(await run("Xenova/ms-marco-MiniLM-L-6-v2")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("offline mode is on"),
    });
    expect(await run("Xenova/ms-marco-MiniLM-L-6-v3")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Did you mean "Xenova/ms-marco-MiniLM-L-6-v2"'),
    });
  });
});
