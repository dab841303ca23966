import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Document } from "@langchain/core/documents";
import { CrossEncoderReranker } from "langchain-rerank";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readRun } from "../../src/evaluation.js";
import { OnnxCrossEncoder } from "../../src/onnx.js";
import { type CliRun, runCli } from "./run-cli.js";

const TINY = fileURLToPath(new URL("../fixtures/tiny-models/bert-one-logit", import.meta.url));
// Every test starts several processes.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const QUERIES = 40;
const DOCUMENTS = 200;
const DEPTH = 12;

let folder: string;
let data: string;
let whole: string;
const at = (name: string) => join(folder, name);
const textOf = (index: number) =>
  `document ${index} is about ${["bees", "ferries", "solar panels"][index % 3]} and ${index * 7}`;

/** Reranks the run of the test data with the tiny model. */
function rankRun(out: string, more: string[] = [], options?: Parameters<typeof runCli>[1]): Promise<CliRun> {
  const args = ["rank", "--run", join(data, "bm25.trec"), "--corpus", data, "--out", out, "--model", TINY, ...more];
  return runCli(args, options);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bulk-rank-"));
  data = at("data");
  mkdirSync(data);
  const corpus = Array.from({ length: DOCUMENTS }, (_, index) => {
    return JSON.stringify({ _id: `d${index}`, title: index % 2 ? `Title ${index}` : "", text: textOf(index) });
  });
  // A blank document, ids that come last in their row, have an escape, or are a number.
  corpus.push(
    '{"_id": "blank", "text": " "}',
    '{"_id": "caf\\u00e9", "text": "an escape in the id"}',
    '{"text": "the id comes last", "_id": "last"}',
    '{"_id": 7, "text": "seven é"}',
  );
  writeFileSync(join(data, "corpus.jsonl"), `${corpus.join("\n")}\n`);
  const queries = Array.from({ length: QUERIES }, (_, index) =>
    JSON.stringify({ _id: `q${index}`, text: `what is ${index}?` }),
  );
  writeFileSync(join(data, "queries.jsonl"), queries.join("\n"));
  const rows: string[] = [];
  for (let query = 0; query < QUERIES; query++) {
    const depth = 1 + ((query * 5) % DEPTH);
    const ids = Array.from({ length: depth }, (_, rank) => `d${(query * 13 + rank * 31) % DOCUMENTS}`);
    if (query === 3) ids.push("blank", "café", "last", "7");
    rows.push(...ids.map((id, rank) => `q${query} Q0 ${id} ${rank + 1} ${10 - rank / 10} bm25`));
  }
  writeFileSync(join(data, "bm25.trec"), `${rows.join("\n")}\n`);
  cpSync(TINY, at("calibrated"), { recursive: true });
  const config = JSON.parse(readFileSync(join(at("calibrated"), "config.json"), "utf8")) as object;
  const calibration = { slope: 1, intercept: 0 };
  writeFileSync(
    join(at("calibrated"), "config.json"),
    JSON.stringify({ ...config, langchain_rerank: { calibration } }),
  );
  expect(await rankRun(at("whole.trec"))).toMatchObject({ code: 0, stdout: "", stderr: "" });
  whole = readFileSync(at("whole.trec"), "utf8");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("rank --run", () => {
  it("writes the model's own scores for every document of the run, best first", async () => {
    const before = await readRun(join(data, "bm25.trec"));
    const after = await readRun(at("whole.trec"));
    expect([...after.keys()]).toEqual([...before.keys()]);
    const model = new OnnxCrossEncoder({ model: TINY });
    for (const query of ["q3", "q17"]) {
      const ids = [...before.get(query)!.keys()];
      expect([...after.get(query)!.keys()].toSorted()).toEqual(ids.toSorted());
      const known = ids.filter((id) => /^d/.test(id));
      const texts = known.map((id) => {
        const index = Number(id.slice(1));
        return index % 2 ? `Title ${index}\n${textOf(index)}` : textOf(index);
      });
      const scores = await model.score(`what is ${query.slice(1)}?`, texts);
      for (const [index, id] of known.entries()) expect(after.get(query)!.get(id)).toBeCloseTo(scores[index]!, 5);
    }
    expect(Math.min(...after.get("q3")!.values())).toBe(after.get("q3")!.get("blank"));
    await model.dispose();
  });

  it("writes the probabilities that rerankers write to sim if the model has a calibration, and cuts by them", async () => {
    const out = at("probabilities.trec");
    const model = "static-en-v1";
    const ids = [...(await readRun(join(data, "bm25.trec"))).get("q3")!.keys()];
    const records = readFileSync(join(data, "corpus.jsonl"), "utf8").trim().split("\n");
    const rows = records.map((row) => JSON.parse(row) as { _id: string | number; title?: string; text: string });
    const documents = ids.map((id) => {
      const { title, text } = rows.find(({ _id }) => String(_id) === id)!;
      return new Document({ pageContent: title ? `${title}\n${text}` : text, metadata: { id } });
    });
    await using reranker = new CrossEncoderReranker({ model });
    const ranked = await reranker.compressDocuments(documents, "what is 3?");
    const best = ranked.slice(0, 3).map(({ metadata }) => ({ id: metadata.id as string, sim: metadata.sim as number }));
    // Halfway to the next, for other processors compute slightly other scores.
    const threshold = String((best[2]!.sim + (ranked[3]!.metadata.sim as number)) / 2);
    expect(await rankRun(out, ["--model", model, "--threshold", threshold])).toMatchObject({ code: 0, stderr: "" });
    expect([...(await readRun(out)).get("q3")!]).toEqual(best.map(({ id, sim }) => [id, expect.closeTo(sim, 9)]));
  });

  it("gives blank documents 0 if the model has a calibration", async () => {
    const run = at("blank.trec");
    writeFileSync(run, "q3 Q0 blank 1 9 bm25\nq3 Q0 d3 2 8 bm25\n");
    const out = at("blank.out.trec");
    expect(await rankRun(out, ["--run", run, "--model", at("calibrated")])).toMatchObject({ code: 0, stderr: "" });
    expect([...(await readRun(out)).get("q3")!]).toEqual([
      ["d3", expect.any(Number)],
      ["blank", 0],
    ]);
  });

  it("refuses a threshold that is no probability, also if only the model's files have a calibration", async () => {
    for (const name of ["static-en-v1", at("calibrated")]) {
      expect(await rankRun(at("refused.trec"), ["--model", name, "--threshold", "1.5"]), name).toMatchObject({
        code: 2,
        stderr: "error: Invalid `threshold`: expected a number between 0 and 1, got 1.5.\n",
      });
    }
  });

  it("says that a key is missing before any work, as rank does", async () => {
    const { code, stderr } = await rankRun(at("keyless.trec"), ["--model", "cohere:rerank-v3.5"]);
    expect(stderr).toMatch(/^error: Missing API key for cohere\. .*\n$/);
    expect(code).toBe(2);
    expect(existsSync(at("keyless.trec.partial"))).toBe(false);
  });

  it("accepts tabs, CRLF and white space around the rows of a run", async () => {
    const rows = readFileSync(join(data, "bm25.trec"), "utf8").trim().split("\n");
    const run = at("tabs.trec");
    writeFileSync(run, `\r\n${rows.map((row) => ` \t${row.replaceAll(" ", " \t")} \r\n`).join("\n")}`);
    const corpus = join(data, "corpus.jsonl");
    const args = ["rank", "--run", run, "--corpus", corpus, "--out", at("tabs.out.trec"), "--model", TINY];
    expect(await runCli(args)).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(at("tabs.out.trec"), "utf8")).toBe(whole);
  });

  it("accepts infinite scores, as readRun does", async () => {
    const run = at("infinite.trec");
    const rows = readFileSync(join(data, "bm25.trec"), "utf8");
    writeFileSync(run, rows.replace(/ 10 bm25$/m, " inf bm25").replace(/ 9\.9 bm25$/m, " -Infinity bm25"));
    expect(readFileSync(run, "utf8")).toMatch(/ inf bm25\n.* -Infinity bm25\n/s);
    expect(await rankRun(at("infinite.out"), ["--run", run])).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(at("infinite.out"), "utf8")).toBe(whole);
  });

  it("removes what it needed for resuming when it is done", () => {
    expect(existsSync(at("whole.trec.partial"))).toBe(false);
  });

  it("writes the same bytes with several processes", async () => {
    expect(await rankRun(at("two.trec"), ["--processes", "2"])).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(at("two.trec"), "utf8")).toBe(whole);
  });

  it("writes shards that are the whole run, one after the other", async () => {
    const shards: string[] = [];
    for (const index of [1, 2, 3]) {
      const out = at(`shard-${index}.trec`);
      expect(await rankRun(out, ["--shard", `${index}/3`])).toMatchObject({ code: 0, stderr: "" });
      shards.push(readFileSync(out, "utf8"));
    }
    expect(shards.join("")).toBe(whole);
    expect(Math.min(...shards.map((shard) => shard.length))).toBeGreaterThan(whole.length / 5);
  });

  it("cuts each query to --top-n", async () => {
    expect(await rankRun(at("top.trec"), ["-n", "2"])).toMatchObject({ code: 0 });
    const run = await readRun(at("top.trec"));
    expect(Math.max(...[...run.values()].map((scores) => scores.size))).toBe(2);
  });
});

describe("an interrupted rank --run", () => {
  const out = () => at("killed.trec");
  beforeEach(() => {
    rmSync(out(), { force: true });
    rmSync(`${out()}.partial`, { recursive: true, force: true });
  });

  it("leaves no output, and resumes to the same bytes after any number of kills", async () => {
    const written = () => (existsSync(`${out()}.partial/output`) ? statSync(`${out()}.partial/output`).size : -1);
    let kills = 0;
    for (const share of [0, 0.3, 0.7]) {
      const { code } = await killWhen(() => written() >= share * whole.length);
      if (code === 0) break;
      kills++;
      expect(existsSync(out())).toBe(false);
    }
    expect(kills).toBeGreaterThan(1);
    const resumed = await rankRun(out());
    expect(resumed).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(out(), "utf8")).toBe(whole);
  });

  it("throws away what was written in part, or damaged", async () => {
    await killWhen(() => existsSync(`${out()}.partial/output`) && statSync(`${out()}.partial/output`).size > 500);
    const path = `${out()}.partial/output`;
    const bytes = readFileSync(path);
    bytes[Math.floor(bytes.length / 2)] = 0;
    writeFileSync(path, Buffer.concat([bytes, Buffer.from("q9 Q0 d1")]));
    writeFileSync(`${out()}.partial/journal`, "99", { flag: "a" });
    expect(await rankRun(out())).toMatchObject({ code: 0 });
    expect(readFileSync(out(), "utf8")).toBe(whole);
  });

  it("refuses to resume with other inputs or options, and says which changed", async () => {
    await killWhen(() => existsSync(`${out()}.partial/journal`) && statSync(`${out()}.partial/journal`).size > 0);
    const shard = await rankRun(out(), ["--shard", "1/2", "--long-documents", "max-passage"]);
    expect(shard).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /cannot resume: .* different shard, long-documents|different long-documents, shard/,
      ),
    });
    const corpus = readFileSync(join(data, "corpus.jsonl"), "utf8");
    const changed = at("changed");
    mkdirSync(changed, { recursive: true });
    writeFileSync(join(changed, "corpus.jsonl"), corpus.replace("bees", "wasp"));
    writeFileSync(join(changed, "queries.jsonl"), readFileSync(join(data, "queries.jsonl")));
    const other = await rankRun(out(), ["--corpus", changed]);
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/it was started with a different corpus\. Delete it/),
    });
  });

  it("refuses to resume what an earlier version wrote with raw scores", async () => {
    const inputs = `${out()}.partial/inputs.json`;
    await killWhen(() => existsSync(`${out()}.partial/journal`) && statSync(`${out()}.partial/journal`).size > 0);
    const { "kind of score": _kind, ...before } = JSON.parse(readFileSync(inputs, "utf8")) as Record<string, unknown>;
    writeFileSync(inputs, JSON.stringify(before));
    expect(await rankRun(out())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/it was started with a different kind of score\. Delete it/),
    });
  });

  it("refuses to resume when a file of the model's folder has changed", async () => {
    const model = at("model");
    cpSync(TINY, model, { recursive: true });
    const journal = `${out()}.partial/journal`;
    await killWhen(() => existsSync(journal) && statSync(journal).size > 0, ["--model", model]);
    const other = fileURLToPath(new URL("../fixtures/tiny-models/bert-two-logits", import.meta.url));
    const before = readFileSync(`${out()}.partial/output`, "utf8");
    for (const file of ["onnx/model.onnx", "config.json", "tokenizer.json"]) {
      const original = readFileSync(join(model, file));
      writeFileSync(join(model, file), readFileSync(join(other, file)));
      expect(await rankRun(out(), ["--model", model]), file).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/it was started with a different model content\. Delete it/),
      });
      expect(readFileSync(`${out()}.partial/output`, "utf8")).toBe(before);
      writeFileSync(join(model, file), original);
    }
    // The same content with another modification time is the same model.
    expect(await rankRun(out(), ["--model", model])).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(out(), "utf8")).toBe(whole);
  });

  it("starts over with other inputs while nothing has been scored", async () => {
    const run = at("mended.trec");
    const rows = readFileSync(join(data, "bm25.trec"), "utf8");
    writeFileSync(run, rows.replace(" d31 ", " d31x "));
    const corpus = join(data, "corpus.jsonl");
    const start = () => runCli(["rank", "--run", run, "--corpus", corpus, "--out", out(), "--model", TINY]);
    expect(await start()).toMatchObject({ code: 1, stderr: expect.stringMatching(/"d31x" is not in the corpus/) });
    writeFileSync(run, rows);
    expect(await start()).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(out(), "utf8")).toBe(whole);
  });

  /** Starts the command and kills it, with SIGKILL, as soon as the check holds. */
  async function killWhen(check: () => boolean, more: string[] = []): Promise<CliRun> {
    let timer: NodeJS.Timeout | undefined;
    const done = rankRun(out(), ["--processes", "2", ...more], {
      onStart: (kill) => {
        timer = setInterval(() => {
          if (check()) kill("SIGKILL");
        }, 1);
      },
    });
    return done.finally(() => clearInterval(timer));
  }
});

it("rank --run says that a worker process has ended, also if it ends before it gets a query", async () => {
  const module = at("end-workers.mjs");
  writeFileSync(module, 'if (/bulk-worker/.test(process.argv[1])) process.kill(process.pid, "SIGKILL");\n');
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(module)}` };
  const { code, stderr } = await rankRun(at("ended.trec"), [], { env });
  expect(stderr).toBe("error: a worker process ended with SIGKILL; run the command again to resume.\n");
  expect(code).toBe(1);
  expect(await rankRun(at("ended.trec"))).toMatchObject({ code: 0, stderr: "" });
});

describe("mistakes in the inputs of rank --run", () => {
  const withRun = async (rows: string, more: string[] = []) => {
    const path = at("mistake.trec");
    writeFileSync(path, rows);
    const out = at("mistake.out");
    const { code, stderr } = await runCli([
      "rank",
      "--run",
      path,
      "--corpus",
      data,
      "--out",
      out,
      "--model",
      TINY,
      ...more,
    ]);
    expect(existsSync(out)).toBe(false);
    rmSync(`${out}.partial`, { recursive: true, force: true });
    return { code, stderr };
  };
  const good = "q1 Q0 d1 1 9 bm25\n";

  it.each([
    [`${good}q1 Q0 nowhere 2 8 bm25\n`, /mistake\.trec:2: the document "nowhere" is not in the corpus/],
    [`${good}q99 Q0 d1 1 8 bm25\n`, /mistake\.trec:2: the query "q99" is not in the queries file/],
    [`${good}q1 Q0 d1 2 8 bm25\n`, /mistake\.trec:2: the document "d1" appears twice for the query "q1"/],
    [
      `${good}q2 Q0 d1 1 8 bm25\nq1 Q0 d2 2 8 bm25\n`,
      /mistake\.trec:3: the query "q1" already has rows further up; sort/,
    ],
    [`${good}q1 d2 2\n`, /mistake\.trec:2: not a row of a TREC run/],
    [`${good}q1 Q0 d2 2 8 bm25 more\n`, /mistake\.trec:2: not a row of a TREC run/],
    [`${good}q1 Q0 d2 2 8 \r\n`, /mistake\.trec:2: not a row of a TREC run/],
    [`${good}q1 Q0 d2 2 high bm25\n`, /mistake\.trec:2: not a row of a TREC run/],
    [`${good}q1 Q0 d2 2 nan bm25\n`, /mistake\.trec:2: not a row of a TREC run/],
    [`${good}q1 Q0 d\u00a02 2 8 bm25\n`, /mistake\.trec:2: the id "d\u00a02" contains white space that is no blank/],
    [`${good}q\u30002 Q0 d2 2 8 bm25\n`, /mistake\.trec:2: the id "q\u30002" contains white space that is no blank/],
    ["\n", /mistake\.trec: the run is empty/],
  ])("%j is reported with file and line before anything is scored", async (rows, message) => {
    const { code, stderr } = await withRun(rows);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  it.each(["0/2", "3/2", "1", "a/b", "-1/2", "1/0"])("--shard %s is refused", async (shard) => {
    const { code, stderr } = await withRun(good, ["--shard", shard]);
    expect(stderr).toMatch(/is not a shard: write i\/n with i from 1 to n/);
    expect(code).toBe(2);
  });

  it.each([
    [["--run", "x", "--corpus", "y"], /--out is missing/],
    [["--run", "x", "--corpus", "y", "--out", "z", "-q", "q"], /--query cannot be combined with --run/],
    [["--run", "x", "--corpus", "y", "--out", "z", "notes.md"], /notes\.md/],
    [["--run", "x", "--corpus", "y", "--out", "z.trec.gz"], /--out z\.trec\.gz: .*compressed.* Name it z\.trec\./],
    [
      ["--run", "x", "--corpus", "y", "--out", "z.json"],
      /--out z\.json: .*ends in \.json says otherwise\. Name it z\.trec\./,
    ],
    [["--processes", "2", "-q", "q"], /--run is missing/],
    [["--processes", "100000", "--run", "x"], /--processes .*It must be an integer between 1 and \d+\./],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stderr } = await runCli(["rank", ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it("an id that appears twice in the corpus is reported with its line", async () => {
    const twice = at("twice.jsonl");
    writeFileSync(twice, '{"_id": "d1", "text": "a"}\n\n{"_id": "d1", "text": "b"}\n');
    const { stderr } = await withRun(good, ["--corpus", twice, "--queries", join(data, "queries.jsonl")]);
    expect(stderr).toMatch(/twice\.jsonl:3: the id "d1" appears twice/);
  });

  it("an output that exists is not overwritten", async () => {
    const { code, stderr } = await rankRun(at("whole.trec"));
    expect(stderr).toMatch(/whole\.trec: the file exists/);
    expect(code).toBe(2);
    expect(readFileSync(at("whole.trec"), "utf8")).toBe(whole);
  });
});
