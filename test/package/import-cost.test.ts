import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { built } from "../support/built.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const probe = fileURLToPath(new URL("./import-probe.js", import.meta.url));

interface Imported {
  /** Paths that anything read, opened or looked at. */
  filesRead: string[];
  workers: number;
  nativeLibraries: string[];
  /** Parts of Node that were not loaded before. */
  builtins: string[];
  /** Modules that `require` loaded. */
  modules: string[];
  /** Cost of the entry alone, after `@langchain/core`. */
  milliseconds: number;
  /** Cost of `@langchain/core`. */
  core: number;
}

built("index.js");

async function importEntry(form: "esm" | "cjs", entry: string): Promise<Imported> {
  const { stdout } = await promisify(execFile)(process.execPath, [probe, form, entry], { cwd: root });
  return JSON.parse(stdout) as Imported;
}

/** Modules of Node that the engine needs and the core does not. */
const ENGINE = /worker|os$|crypto|child_process|dlopen|net$|http|fs\/promises/;

describe.each([
  ["esm", "dist/index.js"],
  ["cjs", "dist/index.cjs"],
] as const)("importing the core as %s", (form, entry) => {
  it("reads only the package's modules, starts no worker and loads no native code", async () => {
    const { filesRead, workers, nativeLibraries, builtins, modules, milliseconds, core } = await importEntry(
      form,
      entry,
    );
    const own = new RegExp(`^${dirname(join(root, entry)).replaceAll("\\", "\\\\")}[\\\\/][\\w-]+\\.c?js$`);
    expect([...filesRead, ...modules].filter((path) => !own.test(path))).toEqual([]);
    expect(workers).toBe(0);
    expect(nativeLibraries).toEqual([]);
    expect(builtins.filter((name) => ENGINE.test(name))).toEqual([]);
    process.stdout.write(
      `${entry}: imported in ${milliseconds.toFixed(0)} ms, @langchain/core in ${core.toFixed(0)} ms\n`,
    );
  });
});

it("a module that loads parts of Node shows up in these measurements", async () => {
  const { builtins } = await importEntry("cjs", "test/package/loads-node-modules.cjs");
  expect(builtins.filter((name) => ENGINE.test(name))).not.toEqual([]);
});
