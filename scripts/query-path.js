/**
 * Lists the source files that one query passes through, on the main thread and in the worker, by V8's function coverage:
 * `node scripts/query-path.js [ROOT]`. "Cold" is the first query of a process, from `new CrossEncoderReranker()` to its documents; "warm"
 * is the second. A file counts when one of its functions ran; code that only runs on import does not. ROOT defaults to this repository
 * and is built with source maps first, so that two checkouts can be compared.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(process.argv[2] ?? join(here, ".."));

execFileSync("npx", ["tsdown", "--sourcemap"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const { status } = spawnSync(
  process.execPath,
  ["--import", join(here, "query-path/record-coverage.js"), join(here, "query-path/run-queries.js"), root],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
