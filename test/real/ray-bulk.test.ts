import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, it } from "vitest";
import { fixture } from "./data.js";
import { EXAMPLES, installExamples } from "./run-example.js";
import { loadScaleOut } from "./scale-out-parts.js";

const { path, reason } = inject("installed")["ray-serve"];
const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const run = promisify(execFile);
const lines = (count: number, lineOf: (index: number) => string) =>
  `${Array.from({ length: count }, (_, index) => lineOf(index)).join("\n")}\n`;

it.skipIf(reason)(
  `three shards that Ray distributes come to the same bytes as one run${reason ? ` (${reason})` : ""}`,
  { timeout: 600_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "ray-bulk-"));
    const at = (name: string) => join(folder, name);
    const row = (kind: string) => (index: number) =>
      JSON.stringify({ _id: `${kind}${index}`, text: `${kind} ${index} about the town` });
    writeFileSync(at("corpus.jsonl"), lines(60, row("d")));
    writeFileSync(at("queries.jsonl"), lines(9, row("q")));
    const runRow = (index: number) => `q${Math.floor(index / 10)} Q0 d${(index * 7) % 60} ${1 + (index % 10)} 1 bm25`;
    writeFileSync(at("run.trec"), lines(90, runRow));
    const rank = [CLI, "rank", "--run", at("run.trec"), "--corpus", folder, "--model", fixture("tiny-xlm-roberta")];
    await run(process.execPath, [...rank, "--out", at("one.trec")]);
    const script = join(EXAMPLES, "scale-out/ray_bulk.py");
    const args = [script, "--shards", "3", "--out", at("ray.trec"), "--", process.execPath, ...rank];
    const env = { ...process.env, RAY_USAGE_STATS_ENABLED: "0" };
    await installExamples();
    const { startPatiently } = await loadScaleOut();
    await startPatiently(() => run(`${path}/python`, args, { env }));
    expect(readFileSync(at("ray.trec"), "utf8")).toBe(readFileSync(at("one.trec"), "utf8"));
    expect(readdirSync(folder).filter((name) => name.startsWith("ray.trec"))).toEqual(["ray.trec"]);
    rmSync(folder, { recursive: true, force: true });
  },
);
