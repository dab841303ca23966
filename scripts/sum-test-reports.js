/**
 * Sums the tests of several runs: `node sum-test-reports.js FOLDER [FAILED…]` reads vitest's JSON and pytest's JUnit files, and prints
 * `N passed, N failed, N skipped`. A step that failed without a failed test (a linter, a crash) counts as one failure.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";

/** Counts of one report, in the format that its name indicates. */
const READERS = {
  ".json": (text) => {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(text);
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  },
  ".xml": (text) => {
    const [suite] = text.match(/<testsuite .*?>/s) ?? [""];
    const count = (name) => Number(suite.match(new RegExp(`\\b${name}="(\\d+)"`))?.[1] ?? 0);
    const failed = count("failures") + count("errors");
    return { passed: count("tests") - failed - count("skipped"), failed, skipped: count("skipped") };
  },
};

const [folder, ...failedSteps] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
const withFailures = new Set();
for (const file of readdirSync(folder)) {
  const counts = READERS[extname(file)](readFileSync(join(folder, file), "utf8"));
  for (const key of Object.keys(sum)) sum[key] += counts[key];
  if (counts.failed > 0) withFailures.add(basename(file, extname(file)));
}
// Reports are named after their steps.
sum.failed += failedSteps.filter((step) => !withFailures.has(step)).length;
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
