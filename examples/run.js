/**
 * `npm run examples`: runs every example offline and checks its outcome. The convention is in README.md beside this file.
 *
 *     npm run examples -- [--only NAME]… [--report FILE]
 *
 * `--only` runs the examples whose name is NAME or lies in the folder NAME, and leaves the type check out; `--report` writes counts as JSON.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkExample } from "./lib/runner/check-example.js";
import { findExamples } from "./lib/runner/find-examples.js";
import { checkTypes, prepare } from "./lib/runner/prepare.js";

const { values } = parseArgs({ options: { only: { type: "string", multiple: true }, report: { type: "string" } } });

await prepare();
const examples = await findExamples(values.only);
/** @type {import("./lib/runner/check-example.js").Result[]} */
const results = [];
if (!values.only) results.push(...report("types", [checkTypes()]));
for (const example of examples) results.push(...report(example.name, await checkExample(example)));

const count = (/** @type {string} */ status) => results.filter((result) => result.status === status).length;
const [passed, failed, skipped] = ["passed", "failed", "skipped"].map(count);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped in ${examples.length} examples`);
if (values.report) {
  // The same field names as vitest's JSON report, so that one script sums both.
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0 };
  writeFileSync(values.report, JSON.stringify({ ...counts, results }));
}
process.exitCode = failed || !results.length ? 1 : 0;

/**
 * One line an example, and one for each thing that failed or was skipped.
 * @param {string} name
 * @param {import("./lib/runner/check-example.js").Result[]} results
 */
function report(name, results) {
  const passed = results.filter(({ status }) => status === "passed").length;
  const seconds = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  console.log(`${name.padEnd(40)} ${passed}/${results.length} checks  ${seconds.toFixed(1)} s`);
  for (const { check, status, reason } of results) {
    if (status !== "passed") console.log(`  ${status.toUpperCase()} ${check}: ${reason?.replaceAll("\n", "\n    ")}`);
  }
  return results.map((result) => ({ example: name, ...result }));
}
