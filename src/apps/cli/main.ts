#!/usr/bin/env node
import { Command } from "commander";
import packageJson from "../../../package.json" with { type: "json" };
import { EXIT_CODES_HELP } from "./failure.js";
import { reportFailure } from "./report-failure.js";

/** Commands by name. Only the one that is called is loaded, so that small commands start fast. */
const COMMANDS: Record<string, () => Promise<{ register: (program: Command) => void }>> = {
  rank: () => import("./commands/rank.js"),
  models: () => import("./commands/models.js"),
  serve: () => import("./commands/serve.js"),
  eval: () => import("./commands/eval.js"),
  compare: () => import("./commands/compare.js"),
  tune: () => import("./commands/tune.js"),
  doctor: () => import("./commands/doctor.js"),
  calibrate: () => import("./commands/calibrate.js"),
};

const HELP = `
Examples:
  $ langchain-rerank rank --query "how do solar panels work?" notes.md
  $ langchain-rerank models list --language ja
  $ langchain-rerank doctor
  $ langchain-rerank eval node_modules/langchain-rerank/examples/data/bicycle
  $ langchain-rerank help rank
${EXIT_CODES_HELP}`;

/** Runs the command line and returns its exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("langchain-rerank")
    .description("Reranks texts with local models, or with any rerank server.")
    .version(packageJson.version, "-v, --version")
    .showHelpAfterError("(add --help for the options)")
    .addHelpText("after", HELP)
    .exitOverride();
  const called = Object.hasOwn(COMMANDS, argv[0] ?? "") ? COMMANDS[argv[0]!] : undefined;
  try {
    for (const load of called ? [called] : Object.values(COMMANDS)) (await load()).register(program);
    await program.parseAsync([...argv], { from: "user" });
    return 0;
  } catch (error) {
    return reportFailure(error, argv.includes("--verbose"));
  }
}

// The reader of an output may stop early, as in `… | head -1`. That is no reason to stop: files may still have to be written, and a server
// goes on without its log.
for (const output of [process.stdout, process.stderr]) {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

process.exitCode = await main(process.argv.slice(2));
