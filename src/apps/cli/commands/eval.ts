import { type Command, Option } from "commander";
import { DEFAULT_MODELS } from "../../../models/bundled.js";
import type { SystemOptions } from "../evaluate-systems.js";
import { addDataOptions, EXAMPLE_DATA, measuresHelp, TABLES_HELP, textList } from "../evaluation-inputs.js";
import type { OutputOptions } from "../evaluation-output.js";
import { EXIT_CODES_HELP } from "../failure.js";
import { finiteNumber, wholeNumber } from "../options.js";
import { checkOutputs } from "../output-paths.js";

type EvalOptions = SystemOptions & OutputOptions;

const EXAMPLES = `
Examples:
  $ langchain-rerank eval ${EXAMPLE_DATA}
  $ langchain-rerank eval ${EXAMPLE_DATA} --hybrid --html report.html
  $ langchain-rerank eval beir/scifact --model cohere:rerank-v3.5 --limit 50 --cache scores.jsonl
  $ langchain-rerank eval beir/scifact --embeddings static-en-v1 --measures "nDCG@10,RR@10,P(rel=2)@5" --json > result.json

All systems are measured on the same candidates: the top of the first-stage run or, without a run, the whole corpus.
The first stage is measured too.
`;

/** Adds the command `eval`. */
export function register(program: Command): void {
  const command = program
    .command("eval")
    .summary("measure rerankers on a data set with judgments")
    .description(
      "Measures rerankers on a data set with judgments: quality with confidence intervals, times, and which differences are significant.",
    );
  addDataOptions(command)
    .option(
      "-m, --model <names>",
      `models: registered, a local folder, or provider:model (default: ${DEFAULT_MODELS.reranker})`,
      textList,
    )
    .option("-e, --embeddings <names>", "embedding models to rerank with, by name or folder", textList)
    .option("--hybrid", "also blend each model with the first stage's scores")
    .option("--alpha <weight>", "weight of the model in the blend", finiteNumber, 0.7)
    .option("--top-k <count>", "number of documents that the blend's model scores", wholeNumber(1), 20)
    .addOption(
      new Option("--normalization <name>", "how the blend normalizes scores")
        .choices(["min-max", "z-score", "max", "rank"])
        .default("min-max"),
    )
    .addOption(
      new Option("--measures <names>", "what to measure")
        .argParser((value: string) => textList(value))
        .default(["nDCG@10", "RR@10"], "nDCG@10,RR@10"),
    )
    .option("--baseline <name>", "the system that the others are compared with (default: the first)")
    .option("--runs <folder>", "write each system's run to this folder, in TREC format")
    .option("--html <file>", "write a report: one page without scripts (needs the packages vega and vega-lite)")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES + TABLES_HELP + measuresHelp() + EXIT_CODES_HELP)
    .action(run);
}

async function run(folder: string, options: EvalOptions): Promise<void> {
  const [{ evaluateSystems }, output] = await Promise.all([
    import("../evaluate-systems.js"),
    import("../evaluation-output.js"),
  ]);
  checkOutputs([
    { option: "--runs", path: options.runs, kind: "folder", createsFolders: true },
    { option: "--html", path: options.html },
    { option: "--cache", path: options.cache, createsFolders: true },
  ]);
  await output.checkReport(options.html);
  const { data, comparison, seconds, runs, warnings, evaluations, tuned, calibrations } = await evaluateSystems(
    folder,
    options,
  );
  if (options.json) output.print(output.toJson({ dataset: data.name, ...comparison, evaluations, warnings }));
  else {
    output.print(output.qualityTable(comparison, seconds));
    if (comparison.comparisons.length > 0) output.print(`\n${output.comparisonTable(comparison)}`);
  }
  // After the results, which a full disk must not take away.
  if (options.runs !== undefined) await (await import("../run-files.js")).writeRuns(options.runs, runs);
  const notes = [`Data set ${data.name}, up to ${options.depth} candidates per query.`, ...warnings];
  await output.writeReport(options.html, {
    title: `${data.name}: rerankers`,
    comparison,
    seconds,
    texts: { ...data, runs },
    tuned,
    calibrations,
    notes,
  });
}
