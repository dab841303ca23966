import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { EvalOptions } from "../evaluate-systems.js";
import { addDataOptions, textList } from "../evaluation-inputs.js";
import { EXIT_CODES_HELP } from "../failure.js";
import { finiteNumber, wholeNumber } from "../options.js";

const EXAMPLES = `
Examples:
  $ langchain-rerank eval examples/data/bicycle
  $ langchain-rerank eval examples/data/bicycle --hybrid --html report.html
  $ langchain-rerank eval beir/scifact --model cohere:rerank-v3.5 --limit 50 --cache scores.jsonl
  $ langchain-rerank eval beir/scifact --embeddings static-en-v1 --measures "nDCG@10,RR@10,P(rel=2)@5" --json > figures.json

Every system is measured over the same candidates: the best of the first-stage run, or the whole corpus where there is none.
The first stage itself is measured too. Measures are those of ir_measures: nDCG@k, RR@k, AP, P@k, R@k, Success@k, Judged@k.
`;

/** Adds the command `eval`. */
export function register(program: Command): void {
  const command = program
    .command("eval")
    .summary("measure rerankers on a data set with judgements")
    .description(
      "Measures rerankers on a data set with judgements: quality with intervals, times, and what is more than chance.",
    );
  addDataOptions(command)
    .option(
      "-m, --model <names>",
      "cross-encoders: bundled, registered, local folder or provider:model (default: the bundled one)",
      textList,
    )
    .option(
      "-e, --embeddings <names>",
      "embedding models to rerank by cosine: a name such as static-en-v1, or a folder",
      textList,
    )
    .option("--hybrid", "also blend each cross-encoder with the first stage's scores")
    .option("--alpha <weight>", "weight of the cross-encoder in the blend", finiteNumber, 0.7)
    .option("--top-k <count>", "how many documents the blend's cross-encoder sees", wholeNumber(1), 20)
    .addOption(
      new Option("--normalization <name>", "how the blend brings scores to one scale")
        .choices(["min-max", "z-score", "max", "rank"])
        .default("min-max"),
    )
    .addOption(
      new Option("--measures <names>", "what to measure")
        .argParser((value: string) => textList(value))
        .default(["nDCG@10", "RR@10"]),
    )
    .option("--baseline <name>", "the system that others are held against (default: the first)")
    .option("--runs <folder>", "write each system's run there, in TREC format")
    .option("--html <file>", "write a report: one page without scripts (needs the packages vega and vega-lite)")
    .option("--json", "print figures as JSON")
    .addHelpText("after", EXAMPLES + EXIT_CODES_HELP)
    .action(run);
}

async function run(folder: string, options: EvalOptions): Promise<void> {
  const [{ evaluateSystems }, output] = await Promise.all([
    import("../evaluate-systems.js"),
    import("../evaluation-output.js"),
  ]);
  await output.checkReport(options.html);
  const { data, comparison, seconds, runs, warnings, evaluations, tuned } = await evaluateSystems(folder, options);
  if (options.runs !== undefined) await writeRuns(options.runs, runs);
  if (options.json) output.print(output.toJson({ dataset: data.name, ...comparison, evaluations, warnings }));
  else {
    output.print(output.qualityTable(comparison, seconds));
    if (comparison.comparisons.length > 0) output.print(`\n${output.comparisonTable(comparison)}`);
  }
  const notes = [`Data set ${data.name}, up to ${options.depth} candidates a query.`, ...warnings];
  await output.writeReport(options.html, {
    title: `${data.name}: rerankers`,
    comparison,
    seconds,
    texts: { ...data, runs },
    tuned,
    notes,
  });
}

async function writeRuns(
  folder: string,
  runs: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, number>>>,
): Promise<void> {
  const { writeRun } = await import("../../../evaluation.js");
  await mkdir(folder, { recursive: true });
  for (const [name, run] of runs) {
    const tag = name.replace(/[^\w.-]+/g, "_");
    await writeRun(join(folder, `${tag}.trec`), run, { tag });
  }
}
