import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Builds the package and installs what the examples need, when it is missing or older than the lock file. */
export function prepare() {
  quietly("npm", ["run", "build", "--silent"], at(".."));
  const installed = at("node_modules/.package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(at("package-lock.json")).mtimeMs) return;
  console.log("Installing what the examples need (npm ci) …");
  quietly("npm", ["ci"], at("."));
}

/** @returns {import("./check-example.js").Result} */
export function checkTypes() {
  const started = performance.now();
  const { status, stdout } = run(
    process.execPath,
    [at("../node_modules/typescript/bin/tsc"), "-p", at("tsconfig.json")],
    at("."),
  );
  const milliseconds = performance.now() - started;
  return { check: "every file type-checks", status: status === 0 ? "passed" : "failed", reason: stdout, milliseconds };
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function quietly(command, args, cwd) {
  const { status, stdout, stderr } = run(command, args, cwd);
  if (status === 0) return;
  process.stderr.write(`${command} ${args.join(" ")} failed in ${cwd}:\n${stdout}${stderr}`);
  process.exit(1);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
  // npm is a script of the shell on Windows.
  return spawnSync(command, args, { cwd, encoding: "utf8", shell: process.platform === "win32" && command === "npm" });
}
