import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Variables of the surrounding shell that would change what is tested: LangSmith's, npm's own and the test runner's. */
const FOREIGN = /^(LANGCHAIN_|LANGSMITH_|npm_|NODE_OPTIONS$|NODE_PATH$|VITEST|NODE_ENV$)/i;

const PROJECT = fileURLToPath(new URL("./project/", import.meta.url));
const TSC = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Runs a program to its end; resolves to what it printed. */
export function run(command: string, args: readonly string[], folder: string): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd: folder, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      reject(new Error(`${command} ${args.join(" ")} failed with ${error.code}:\n${stdout}\n${stderr}`));
    });
  });
}

/** Writes a project that depends on nothing yet, with its sources, where `langchain` stands for LangChain's legacy package. */
export async function createProject(folder: string, langchain: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(PROJECT, folder, { recursive: true });
  // The same lines as a CommonJS module, which resolves the packages' other halves.
  await cp(join(folder, "types.ts"), join(folder, "types-commonjs.cts"));
  for (const name of await readdir(folder)) {
    const source = await readFile(join(folder, name), "utf8");
    await writeFile(join(folder, name), source.replaceAll("@langchain/classic/", `${langchain}/`));
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
}

/** Installs packages as a user does, without their scripts; npm's own cache is shared between projects. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await run("npm", ["install", ...flags, ...packages], folder);
}

/** Runs one of the project's programs, which writes what it saw to a file. */
export async function see<T>(folder: string, program: string): Promise<T> {
  const out = join(folder, `${program}.json`);
  await run(process.execPath, [program, out], folder);
  return JSON.parse(await readFile(out, "utf8")) as T;
}

/** Checks types with `--strict` and the declarations of every package too; resolves to what the compiler says. */
export function checkTypes(folder: string, file: string, resolution: "nodenext" | "bundler"): Promise<string> {
  const module = resolution === "nodenext" ? "nodenext" : "esnext";
  const options = ["--strict", "--noEmit", "--target", "es2022", "--types", "node", "--skipLibCheck", "false"];
  return run(process.execPath, [TSC, ...options, "--module", module, "--moduleResolution", resolution, file], folder);
}
