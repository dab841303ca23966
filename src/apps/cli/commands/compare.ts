import { basename } from "node:path";
import { type Command, Option } from "commander";
import type { Run } from "../../../evaluation.js";
import { addIdenticalIds, EXAMPLE_DATA, measuresHelp, TABLES_HELP, textList, warner } from "../evaluation-inputs.js";
import type { OutputOptions } from "../evaluation-output.js";
import { CliError, EXIT, EXIT_CODES_HELP } from "../failure.js";
import { finiteNumber } from "../options.js";
import { checkOutputs } from "../output-paths.js";

interface CompareCommandOptions extends OutputOptions {
  measures: string[];
  baseline?: string;
  ignoreIdenticalIds?: boolean;
  confidence: number;
  data?: string;
}

const EXAMPLES = `
Examples:
  $ langchain-rerank eval ${EXAMPLE_DATA} --hybrid --runs runs
  $ langchain-rerank compare ${EXAMPLE_DATA}/qrels/test.tsv runs/*.trec --baseline first_stage
  $ langchain-rerank compare qrels.txt bm25.trec reranked.json --measures nDCG@10,AP --data beir/scifact --html report.html

Runs and judgments may be TREC, BEIR, ranx JSON, CSV or JSON lines. A run is named after its file.
`;

/** Adds the command `compare`. */
export function register(program: Command): void {
  const command = program
    .command("compare")
    .summary("compare runs of any systems, with intervals and tests")
    .description(
      "Compares runs on the same judgments: means with confidence intervals, and differences with a randomization test and Holm's correction.",
    )
    .argument("<qrels>", "file with judgments")
    .argument("<runs...>", "run files");
  addIdenticalIds(command)
    .addOption(
      new Option("--measures <names>", "what to measure")
        .argParser((value: string) => textList(value))
        .default(["nDCG@10"], "nDCG@10"),
    )
    .option("--baseline <name>", "the run that the others are compared with (default: every pair is compared)")
    .option("--confidence <level>", "confidence level of the intervals, between 0 and 1", finiteNumber, 0.95)
    .option("--data <folder>", "BEIR folder with the texts, for the report's worst queries")
    .option("--html <file>", "write a report: one page without scripts (needs the packages vega and vega-lite)")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES + TABLES_HELP + measuresHelp() + EXIT_CODES_HELP)
    .action(run);
}

async function run(qrelsPath: string, paths: string[], options: CompareCommandOptions): Promise<void> {
  const [{ compareRuns, readQrels, readRun }, output] = await Promise.all([
    import("../../../evaluation.js"),
    import("../evaluation-output.js"),
  ]);
  checkOutputs([{ option: "--html", path: options.html }]);
  await output.checkReport(options.html);
  const warnings: string[] = [];
  const onWarning = warner(warnings);
  const qrels = await readQrels(qrelsPath, { onWarning });
  const runs = new Map<string, Run>();
  for (const path of paths) {
    const name = basename(path)
      .replace(/\.gz$/, "")
      .replace(/\.[^.]+$/, "");
    if (runs.has(name)) throw new CliError(`Two runs are named "${name}". Rename one of the files.`, EXIT.usage);
    runs.set(name, await readRun(path, { onWarning }));
  }
  const { measures, baseline, confidence, ignoreIdenticalIds } = options;
  const comparison = compareRuns(runs, qrels, { measures, baseline, confidence, ignoreIdenticalIds, onWarning });
  if (options.json) output.print(output.toJson({ ...comparison, warnings }));
  else {
    output.print(output.qualityTable(comparison));
    if (comparison.comparisons.length > 0) output.print(`\n${output.comparisonTable(comparison)}`);
  }
  const texts =
    options.html && options.data !== undefined ? { ...(await readTexts(options.data)), qrels, runs } : undefined;
  await output.writeReport(options.html, { title: "Runs compared", comparison, texts, notes: warnings });
}

async function readTexts(folder: string) {
  const { readBeirTexts } = await import("../../../evaluation/files/beir.js");
  return readBeirTexts(folder);
}
