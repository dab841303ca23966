import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Calibration } from "../../../calibration.js";
import { formatMetric } from "../../../evaluation/format.js";
import type { Reliability } from "../../../evaluation.js";
import { DEFAULT_MODELS } from "../../../models/bundled.js";
import {
  addDataOptions,
  type DataOptions,
  EXAMPLE_DATA,
  loadData,
  modelName,
  warner,
  withBar,
  withCache,
} from "../evaluation-inputs.js";
import { EXIT_CODES_HELP } from "../failure.js";
import { interruption } from "../interruption.js";
import { checkOutputs } from "../output-paths.js";

interface CalibrateOptions extends DataOptions {
  model?: string;
  out?: string;
  html?: string;
}

const HELP = `
Examples:
  $ langchain-rerank calibrate ${EXAMPLE_DATA} --model rerank-en-v1
  $ langchain-rerank calibrate beir/my-questions --model cohere:rerank-v3.5 --out cohere.json --html cohere.html

The model scores the candidates of every query: the top of the first-stage run or, without a run, the whole corpus. Documents without a
judgment count as not relevant. At least 20 candidates must be relevant, and 20 not.

The curve is one JSON value, { slope, intercept, model, positives, negatives }, that rerankers accept as "calibration". Its probabilities
assume the proportion of relevant candidates that positives and negatives state.
`;

/** Adds the command `calibrate`. */
export function register(program: Command): void {
  const command = program
    .command("calibrate")
    .summary("fit a curve that turns a model's scores into probabilities")
    .description("Fits a logistic curve that turns a model's raw scores into probabilities of relevance.");
  addDataOptions(command)
    .option(
      "-m, --model <name>",
      `model: registered, a local folder, or provider:model (default: ${DEFAULT_MODELS.reranker})`,
    )
    .option("--out <file>", "write the curve to this file instead of standard output")
    .option("--html <file>", "write a report with a reliability diagram (needs the packages vega and vega-lite)")
    .addHelpText("after", HELP + EXIT_CODES_HELP)
    .action(run);
}

async function run(folder: string, options: CalibrateOptions): Promise<void> {
  const [{ compareRuns, evaluate, fitCalibration }, examples, output, { CrossEncoderReranker }] = await Promise.all([
    import("../../../evaluation.js"),
    import("../../../evaluation/calibration/examples.js"),
    import("../evaluation-output.js"),
    import("../../../rerankers/cross-encoder-reranker.js"),
  ]);
  checkOutputs([
    { option: "--out", path: options.out },
    { option: "--html", path: options.html },
    { option: "--cache", path: options.cache, createsFolders: true },
  ]);
  await output.checkReport(options.html);
  const signal = interruption();
  const { data, warnings } = await loadData(folder, options, signal);
  const name = modelName(options.model);
  const { depth, ignoreIdenticalIds } = options;
  await using reranker = new CrossEncoderReranker({ model: options.model, details: true });
  const evaluation = await withCache(options.cache, warnings, (cache) =>
    withBar(name, (onProgress) =>
      evaluate(reranker, data, {
        depth,
        ignoreIdenticalIds,
        name,
        cache,
        system: ["cross", name],
        signal,
        onProgress,
        onWarning: warner(warnings),
      }),
    ),
  );
  const labeled = examples.labelScores(evaluation.raw, data.qrels);
  const calibration = fitCalibration(labeled.scores, labeled.relevant, name);
  const reliability = examples.heldOutReliability(labeled);
  const json = `${JSON.stringify(calibration)}\n`;
  if (options.out === undefined) process.stdout.write(json);
  else await writeFile(options.out, json);
  const sentences = describe(calibration, reliability);
  process.stderr.write(`${sentences.join("\n")}\n`);
  await output.writeReport(options.html, {
    title: `${data.name}: calibration of ${name}`,
    comparison: compareRuns({ [name]: evaluation.run }, data.qrels, { ignoreIdenticalIds, onWarning: () => {} }),
    calibrations: reliability && [{ name, calibration, reliability }],
    notes: [...sentences, ...warnings],
  });
}

function describe(
  { positives, negatives }: Calibration & { positives: number; negatives: number },
  reliability: Reliability | undefined,
): string[] {
  const percent = ((100 * positives) / (positives + negatives)).toPrecision(3);
  const prior = `Fitted to ${positives} relevant and ${negatives} other candidates: the probabilities assume that ${percent}% are relevant.`;
  if (!reliability)
    return [prior, "Too few queries have relevant candidates to measure the calibration on held-out queries."];
  const { expectedCalibrationError, brierScore, priorBrierScore } = reliability;
  return [
    prior,
    `On held-out queries: expected calibration error ${formatMetric(expectedCalibrationError)}, Brier score ` +
      `${formatMetric(brierScore)} (${formatMetric(priorBrierScore)} if every text had the same probability).`,
  ];
}
