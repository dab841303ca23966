import { basename } from "node:path";
import { type Command, Option } from "commander";
import type { Run } from "../../../evaluation.js";
import { textList, warner } from "../evaluation-inputs.js";
import type { OutputOptions } from "../evaluation-output.js";
import { CliError, EXIT, EXIT_CODES_HELP } from "../failure.js";
import { finiteNumber } from "../options.js";

interface CompareCommandOptions extends OutputOptions {
  measures: string[];
  baseline?: string;
  confidence: number;
  data?: string;
}

const EXAMPLES = `
Examples:
  $ langchain-rerank eval examples/data/bicycle --hybrid --runs runs
  $ langchain-rerank compare examples/data/bicycle/qrels/test.tsv runs/*.trec --baseline first_stage
  $ langchain-rerank compare qrels.txt bm25.trec reranked.json --measures nDCG@10,AP --data beir/scifact --html report.html

Runs and judgements are read as TREC, BEIR, ranx JSON or CSV. A run is named after its file.
`;

/** Adds the command `compare`. */
export function register(program: Command): void {
  program
    .command("compare")
    .summary("compare runs of any systems, with intervals and tests")
    .description(
      "Compares runs over the same judgements: means with intervals, differences with randomisation test, t-test and Holm's correction.",
    )
    .argument("<qrels>", "file of judgements")
    .argument("<runs...>", "run files")
    .addOption(
      new Option("--measures <names>", "what to measure")
        .argParser((value: string) => textList(value))
        .default(["nDCG@10"]),
    )
    .option("--baseline <name>", "the run that others are held against (default: every pair is compared)")
    .option("--confidence <share>", "of the intervals", finiteNumber, 0.95)
    .option("--data <folder>", "BEIR folder with the texts, for the report's worst queries")
    .option("--html <file>", "write a report: one page without scripts (needs the packages vega and vega-lite)")
    .option("--json", "print figures as JSON")
    .addHelpText("after", EXAMPLES + EXIT_CODES_HELP)
    .action(run);
}

async function run(qrelsPath: string, paths: string[], options: CompareCommandOptions): Promise<void> {
  const [{ compareRuns, readQrels, readRun }, output] = await Promise.all([
    import("../../../evaluation.js"),
    import("../evaluation-output.js"),
  ]);
  await output.checkReport(options.html);
  const warnings: string[] = [];
  const onWarning = warner(warnings);
  const qrels = await readQrels(qrelsPath, { onWarning });
  const runs = new Map<string, Run>();
  for (const path of paths) {
    const name = basename(path)
      .replace(/\.gz$/, "")
      .replace(/\.[^.]+$/, "");
    if (runs.has(name)) throw new CliError(`two runs are named "${name}"; rename one of the files.`, EXIT.usage);
    runs.set(name, await readRun(path, { onWarning }));
  }
  const { measures, baseline, confidence } = options;
  const comparison = compareRuns(runs, qrels, { measures, baseline, confidence, onWarning });
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
  const { readCorpus, readQueries } = await import("../../../evaluation.js");
  const [queries, corpus] = await Promise.all([
    readQueries(`${folder}/queries.jsonl`),
    readCorpus(`${folder}/corpus.jsonl`),
  ]);
  return { queries, corpus };
}
