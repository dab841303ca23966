import { pathToFileURL } from "node:url";
import { isRerankError } from "langchain-rerank";
import { ServiceError } from "./missing-service.js";

/**
 * Runs an example when its file is the program that was started, and does nothing when it was imported.
 * With `--json` prints the outcome as JSON, which is what its check reads; else prints it for people. What can be expected to go wrong (a
 * service that is not there, a named error of the package) becomes one line and exit status 1; anything else is a defect and keeps its stack.
 *
 * @template Outcome
 * @param {string} url `import.meta.url` of the example
 * @param {() => Promise<Outcome>} main
 * @param {(outcome: Outcome) => void} print
 */
export async function runAsProgram(url, main, print) {
  if (!process.argv[1] || url !== pathToFileURL(process.argv[1]).href) return;
  try {
    const outcome = await main();
    if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    else print(outcome);
  } catch (error) {
    if (!(error instanceof ServiceError) && !isRerankError(error)) throw error;
    process.stderr.write(`${error.name}: ${error.message.replaceAll(/\s*\n\s*/g, " ")}\n`);
    process.exitCode = 1;
  }
}
