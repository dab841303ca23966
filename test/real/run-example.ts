import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The folder of the examples. */
export const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));

const run = promisify(execFile);

/** Installs what the examples need, unless it is there. */
export async function installExamples(): Promise<void> {
  if (!existsSync(join(EXAMPLES, "node_modules"))) await run("npm", ["ci"], { cwd: EXAMPLES });
}

/**
 * Runs an example as its own program.
 *
 * @param file Its file, relative to the examples' folder.
 * @returns What it came to, as data.
 * @throws When it fails, or writes anything to standard error.
 */
export async function runExample<Outcome>(
  file: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<Outcome> {
  const { stdout, stderr } = await run(process.execPath, [join(EXAMPLES, file), "--json", ...args], {
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 26,
  });
  if (stderr !== "") throw new Error(`${file} wrote to standard error: ${stderr}`);
  return JSON.parse(stdout) as Outcome;
}
