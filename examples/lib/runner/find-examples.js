import { readdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * @typedef {object} Failure Something that a user can get wrong, and what the example must say then.
 * @property {Record<string, string> | ((given: { closedPort: number }) => Record<string, string>)} [env]
 * @property {string[]} [args]
 * @property {RegExp[]} says what the one line on standard error must match
 *
 * @typedef {object} Checks What a `NAME.check.js` exports.
 * @property {Record<string, (outcome: any) => void | Promise<void>>} checks by what they show; each throws when it does not hold
 * @property {string[]} [services] variables that name services; unset for the run, so that it stays offline
 * @property {string[]} [args] arguments of the run
 * @property {Record<string, string>} [env] variables to set for the run
 * @property {string} [file] the example's file where it is not the one that the check is named after
 * @property {() => Promise<{ env: Record<string, string>, stop: () => unknown }>} [start] starts what the example talks to
 * @property {() => string | undefined} [skip] why the example cannot run here, or nothing
 * @property {Record<string, Failure>} [failures] by what is wrong
 *
 * @typedef {Checks & { name: string, file: string }} Example
 */

/**
 * What every `NAME.check.js` checks: the `NAME.js` beside it, or the file that it names.
 *
 * @param {string[]} [only] names of examples or folders; all when left out
 * @returns {Promise<Example[]>}
 */
export async function findExamples(only) {
  const examples = [];
  for (const path of checkFiles(ROOT)) {
    const stem = relative(ROOT, path).slice(0, -".check.js".length).replaceAll("\\", "/");
    const name = basename(stem) === basename(dirname(stem)) ? dirname(stem) : stem;
    if (only && !only.some((wanted) => name === wanted || name.startsWith(`${wanted}/`))) continue;
    const module = await import(pathToFileURL(path).href);
    examples.push({ ...module, name, file: module.file ? join(dirname(path), module.file) : join(ROOT, `${stem}.js`) });
  }
  if (!examples.length) throw new Error(`no example is called ${only?.join(" or ")}`);
  return examples.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function checkFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : checkFiles(join(folder, entry.name));
    return entry.name.endsWith(".check.js") ? [join(folder, entry.name)] : [];
  });
}
