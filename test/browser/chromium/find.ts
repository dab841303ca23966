import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of a Chromium; undefined where there is none. */
    chromium: string | undefined;
  }
}

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** Debian's Chromium, where this process may install it. */
function install(): string | undefined {
  if (process.getuid?.() !== 0) {
    process.stdout.write("CI has no Chromium, and only root may install one\n");
    return undefined;
  }
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const { status, stderr, error } = spawnSync("apt-get", args, { encoding: "utf8" });
    if (status === 0) continue;
    process.stdout.write(`CI could not install Chromium: apt-get ${args[0]}: ${error?.message ?? stderr.trim()}\n`);
    return undefined;
  }
  return onPath();
}

function find(): string | undefined {
  const { CHROMIUM_PATH: given, CI: ci } = process.env;
  if (given && !existsSync(given)) throw new Error(`CHROMIUM_PATH is ${given}, where there is no file`);
  return given || onPath() || (ci ? install() : undefined);
}

/** Looks for a Chromium once, and says plainly when the tests have to be skipped. */
export default function setup({ provide }: TestProject): void {
  const path = find();
  if (!path) {
    process.stdout.write(
      "SKIPPED test/browser: no Chromium here (install Debian's package `chromium`, or set CHROMIUM_PATH)\n",
    );
  }
  provide("chromium", path);
}
