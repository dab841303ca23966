import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultModel } from "../../src/models/find.js";
import { runCli } from "./run-cli.js";

const DATA = "examples/data/bicycle";
const MODEL = defaultModel().name;
const TINY = resolve("test/fixtures/tiny-models/bert-one-logit");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cli-eval-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("eval", () => {
  it("measures the first stage, the default model and a hybrid on the bundled data, and writes runs, report and cache", async () => {
    const runs = join(folder, "runs");
    const html = join(folder, "report.html");
    const cache = join(folder, "cache.jsonl");
    const args = [
      "eval",
      DATA,
      "--hybrid",
      "--depth",
      "15",
      "--limit",
      "6",
      "--runs",
      runs,
      "--html",
      html,
      "--cache",
      cache,
    ];
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toContain(`report: ${html}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^system +nDCG@10 +RR@10 +p50 ms +p95 ms\n/);
    for (const name of ["first stage", MODEL, `hybrid ${MODEL}`]) expect(stdout).toContain(`\n${name} `);
    expect((await readdir(runs)).sort()).toEqual(["first_stage.trec", `hybrid_${MODEL}.trec`, `${MODEL}.trec`]);
    for (const heading of ["Quality against time", "Query by query", "Worst queries", "Tuning"]) {
      expect(await readFile(html, "utf8")).toContain(`<h2>${heading}</h2>`);
    }
    expect((await readFile(cache, "utf8")).trim().split("\n")).toHaveLength(12);

    const again = await runCli([...args.slice(0, 7), "--cache", cache, "--json"]);
    const result = JSON.parse(again.stdout) as { evaluations: { cached: number }[]; runs: { name: string }[] };
    expect(result.evaluations.map(({ cached }) => cached)).toEqual([6, 6]);
    expect(result.runs.map(({ name }) => name)).toEqual(["first stage", MODEL, `hybrid ${MODEL}`]);
  });

  it("writes its report also if nobody reads its standard output", async () => {
    const html = join(folder, "unread.html");
    const args = ["eval", DATA, "--depth", "2", "--limit", "2", "--html", html];
    const { code, stderr } = await runCli(args, { closesStdout: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: `report: ${html}\n` });
    expect(await readFile(html, "utf8")).toMatch(/<\/html>\n$/);
  });

  it("measures only the queries that --skip and --limit leave", async () => {
    const args = ["eval", DATA, "--depth", "2", "--skip", "2", "--limit", "3", "--json"];
    const { queries } = JSON.parse((await runCli(args)).stdout) as { queries: string[] };
    expect(queries).toEqual(["q03", "q04", "q05"]);
  });

  it("writes a run for each system, whatever letters and signs its name has", async () => {
    const models = ["模型", "日本", "a b", "a_b"].map((name) => join(folder, name));
    for (const model of models) await cp(TINY, model, { recursive: true });
    const runs = join(folder, "all-runs");
    const few = ["--depth", "3", "--limit", "2", "--runs", runs];
    expect((await runCli(["eval", DATA, "--model", models.join(","), ...few])).code).toBe(0);
    const files = await readdir(runs);
    expect(files).toHaveLength(5);
    for (const end of ["模型", "日本", "a_b", "a_b-2"]) {
      const [file] = files.filter((name) => name.endsWith(`_${end}.trec`));
      expect(await readFile(join(runs, file!), "utf8")).toContain(` ${file!.replace(".trec", "")}\n`);
    }
  });

  it("finds a baseline that is no system, and ids that a TREC run cannot store, before it scores", async () => {
    const cache = join(folder, "unused.jsonl");
    const typo = await runCli(["eval", DATA, "--model", TINY, "--baseline", "typo", "--cache", cache]);
    expect(typo).toMatchObject({ code: 2, stdout: "" });
    expect(typo.stderr).toBe(`error: --baseline typo: there is no such system; there are: first stage, ${TINY}.\n`);

    const spaced = join(folder, "spaced");
    await cp(DATA, spaced, { recursive: true });
    const qrels = await readFile(join(spaced, "qrels/test.tsv"), "utf8");
    await writeFile(join(spaced, "qrels/test.tsv"), qrels.replaceAll("q01\t", "q 01\t"));
    const queries = await readFile(join(spaced, "queries.jsonl"), "utf8");
    await writeFile(join(spaced, "queries.jsonl"), queries.replaceAll('"q01"', '"q 01"'));
    const args = ["eval", spaced, "--model", TINY, "--cache", cache, "--limit", "2"];
    const refused = await runCli([...args, "--runs", join(folder, "no-runs")]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(
      /error: --runs: a TREC run cannot store the id "q 01", which contains white space\./,
    );
    expect(await readdir(folder)).not.toContain("unused.jsonl");
    expect((await runCli(args)).code).toBe(0);
  });

  it("exits with 2 and names the folder, measure or option that is wrong", async () => {
    const missing = await runCli(["eval", join(folder, "nothing")]);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toMatch(/nothing: there is no such folder/);
    const other = await runCli(["eval", "docs"]);
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toMatch(/^error: Invalid docs: this is not a BEIR folder.*Found: .*evaluation\.md/);
    const measure = await runCli(["eval", DATA, "--measures", "ndcg"]);
    expect(measure).toMatchObject({ code: 2 });
    expect(measure.stderr).toMatch(/nDCG or NDCG/);
    expect((await runCli(["eval", DATA, "--depth", "0"])).code).toBe(2);
  });
});

describe("compare", () => {
  it("knows a measure that an imported module defines, and lists it in the help", async () => {
    const module = join(folder, "my-measures.mjs");
    const entry = pathToFileURL(resolve("dist/evaluation.js")).href;
    await writeFile(
      module,
      `import { defineMeasure } from ${JSON.stringify(entry)};
      defineMeasure({ name: "Mine", description: "Always a quarter.", parameters: {}, compute: () => 0.25 });`,
    );
    await writeFile(join(folder, "tiny.qrels"), "q1 0 a 1\n");
    await writeFile(join(folder, "tiny.trec"), "q1 Q0 a 1 2 t\n");
    const env = { NODE_OPTIONS: `--import ${pathToFileURL(module).href}` };
    const args = ["compare", join(folder, "tiny.qrels"), join(folder, "tiny.trec"), "--measures", "Mine,P@1"];
    const { stdout, stderr, code } = await runCli(args, { env });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/tiny +0\.250 .* 1\.000 /);
    expect((await runCli(["compare", "--help"], { env })).stdout).toMatch(/Mine +Always a quarter\./);
  });

  it("compares runs of several formats, warns with file and line, and prints JSON", async () => {
    const qrels = join(folder, "judged.qrels");
    await writeFile(qrels, "q1 0 a 1\nq2 0 b 1\nq2 0 b 1\n");
    await writeFile(join(folder, "one.trec"), "q1 Q0 a 1 2 t\nq1 Q0 b 2 1 t\nq2 Q0 a 1 2 t\nq2 Q0 b 2 1 t\n");
    await writeFile(join(folder, "two.json"), '{"q1": {"a": 1, "b": 0}, "q2": {"b": 1, "a": 0}}');
    const args = ["compare", qrels, join(folder, "one.trec"), join(folder, "two.json"), "--measures", "RR@10,P@1"];
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(0);
    expect(stderr).toContain(`${qrels}:3: query "q2", document "b" appears twice`);
    expect(stdout).toMatch(/one +0\.750 /);
    expect(stdout).toMatch(/two − one +RR@10 +\+0\.250/);
    const { comparisons } = JSON.parse((await runCli([...args, "--json", "--baseline", "two"])).stdout) as {
      comparisons: { run: string; difference: number }[];
    };
    expect(comparisons.map(({ run, difference }) => [run, difference])).toEqual([
      ["one", -0.25],
      ["one", -0.5],
    ]);
  });

  it("rejects two runs with the same name, and a baseline that is not a run", async () => {
    const same = await runCli([
      "compare",
      join(folder, "judged.qrels"),
      join(folder, "one.trec"),
      join(folder, "one.trec"),
    ]);
    expect(same).toMatchObject({ code: 2 });
    expect(same.stderr).toMatch(/Two runs are named "one"/);
    expect(
      (await runCli(["compare", join(folder, "judged.qrels"), join(folder, "one.trec"), "--baseline", "x"])).code,
    ).toBe(2);
  });
});

describe("--cache", () => {
  const json = async (args: string[]) => {
    const { code, stdout, stderr } = await runCli([...args, "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout) as { evaluations: { cached: number }[]; references: { mean: number }[] };
  };

  it("does not take the scores of the model that a folder held before", async () => {
    const tiny = (name: string) => resolve("test/fixtures/tiny-models", name);
    const model = join(folder, "model");
    await cp(tiny("bert-one-logit"), model, { recursive: true });
    const few = ["--limit", "2", "--depth", "4", "--cache", join(folder, "models.jsonl")];
    const cached = async () => (await json(["eval", DATA, "--model", model, ...few])).evaluations[0]!.cached;
    expect(await cached()).toBe(0);
    expect(await cached()).toBe(2);
    await cp(tiny("bert-two-logits"), model, { recursive: true });
    expect(await cached()).toBe(0);
  });

  it("keeps the cosines and the scores of one model apart in tune", async () => {
    const args = ["tune", DATA, "--embeddings", "static-en-v1", "--model", "static-en-v1", "--limit", "6"];
    const means = async (more: string[]) => (await json([...args, ...more])).references.map(({ mean }) => mean);
    expect(await means(["--cache", join(folder, "kinds.jsonl")])).toEqual(await means([]));
  });
});

describe("tune", () => {
  it("finds options on the bundled data, measures them on held-out queries, and writes a report", async () => {
    const html = join(folder, "tuned.html");
    const args = [
      "tune",
      DATA,
      "--model",
      "static-en-v1",
      "--depth",
      "12",
      "--limit",
      "8",
      "--alphas",
      "0.3:0.9:0.3",
      "--top-ks",
      "4,8",
      "--folds",
      "4",
    ];
    const { code, stdout, stderr } = await runCli([...args, "--threshold", "f1", "--html", html]);
    expect(stderr).toContain("report:");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^24 settings over 8 queries/);
    expect(stdout).toMatch(/: first stage run, model static-en-v1, [\d.]+ m?s per query/);
    expect(stdout).toMatch(
      /\{"firstStageKey":"score","topK":[48],"alpha":0\.[369],"normalization":"[a-z-]+","threshold":/,
    );
    expect(await readFile(html, "utf8")).toContain("<h2>Tuning</h2>");
  });

  it("tells a model that is a first stage from the same model that reranks", async () => {
    const model = "static-en-v1";
    const args = ["tune", DATA, "--model", model, "--first-stage", model, "--embeddings", model, "--limit", "6"];
    const { stdout } = await runCli([...args, "--depth", "10", "--normalizations", "sigmoid", "--json"]);
    const { comparison, references } = JSON.parse(stdout) as {
      comparison: { runs: { name: string }[] };
      references: { name: string; kind: string }[];
    };
    const alone = references.filter(({ kind }) => kind === "first" || kind === "model").map(({ name }) => name);
    expect(alone).toEqual(["run", `${model} first`, `${model} cosine`, model]);
    const compared = comparison.runs.map(({ name }) => name);
    for (const name of alone) expect(compared).toContain(name);
    expect(new Set(compared).size).toBe(compared.length);
  });

  it.each([
    [["--alphas", "0:1"], /from:to:step/],
    [["--alphas", "0:1:1e-10"], /A range has at most 1000 numbers/],
    [["--alphas", "2"], /grid\.alpha/],
    [["--threshold", "recall"], /precision=0\.9/],
    [["--normalizations", "ln"], /grid\.normalization/],
  ])("rejects %j with exit code 2", async (extra, message) => {
    const { code, stderr } = await runCli(["tune", DATA, "--limit", "2", "--depth", "2", "--folds", "2", ...extra]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
