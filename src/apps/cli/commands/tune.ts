import { type Command, InvalidArgumentError } from "commander";
import { createEmbeddings } from "../../../embeddings/create-embeddings.js";
import type { FirstStage, ThresholdGoal, Tuned } from "../../../evaluation.js";
import type { BlendNormalization } from "../../../rerankers/normalization.js";
import { createScorer, type ModelOption } from "../../../scorers/create-scorer.js";
import {
  addDataOptions,
  type DataOptions,
  loadData,
  modelKey,
  numberList,
  textList,
  warner,
  withBar,
  withCache,
} from "../evaluation-inputs.js";
import type { OutputOptions } from "../evaluation-output.js";
import { CliError, EXIT, EXIT_CODES_HELP } from "../failure.js";
import { interruption } from "../interruption.js";
import { finiteNumber, wholeNumber } from "../options.js";

interface TuneCommandOptions extends DataOptions, OutputOptions {
  model?: string[];
  embeddings?: string[];
  firstStage?: string[];
  alphas?: number[];
  topKs?: number[];
  normalizations?: string[];
  measure: string;
  within: number;
  folds?: number;
  holdout?: number;
  threshold?: ThresholdGoal;
  seed: number;
}

const EXAMPLES = `
Examples:
  $ langchain-rerank tune examples/data/bicycle
  $ langchain-rerank tune beir/scifact --cache scores.jsonl --html report.html
  $ langchain-rerank tune beir/scifact --first-stage static-en-v1 --alphas 0.5:1:0.05 --top-ks 10,20,30 --within 0.01
  $ langchain-rerank tune beir/scifact --model ./models/a,./models/b --holdout 0.3 --threshold precision=0.9

Each pair of query and document is scored once by each model, whatever the number of settings. With embeddings beside a run, their
reciprocal-rank fusion is tried too. Figures "held out" are of queries that did not choose the setting.
`;

/** Adds the command `tune`. */
export function register(program: Command): void {
  const command = program
    .command("tune")
    .summary("choose alpha, topK, normalisation, model and threshold of a hybrid from data")
    .description(
      "Chooses the options of a HybridReranker from a data set with judgements, and says what they are worth on held-out queries.",
    );
  addDataOptions(command)
    .option("-m, --model <names>", "cross-encoders (default: the bundled one)", textList)
    .option(
      "-e, --embeddings <names>",
      "embedding models as first stages, compared by cosine: a name such as static-en-v1, or a folder",
      textList,
    )
    .option(
      "--first-stage <names>",
      "scorers as first stages, such as static-en-v1, the first stage of a hybrid by default",
      textList,
    )
    .option("--alphas <list>", "weights to try, as 0.5,0.7 or 0.1:1:0.1", numberList)
    .option("--top-ks <list>", "depths to try", numberList)
    .option("--normalizations <list>", "of min-max, z-score, max, rank, sigmoid", textList)
    .option("--measure <name>", "what to raise", "nDCG@10")
    .option("--within <share>", "how far below the best the fastest choice may lie", finiteNumber, 0.02)
    .option("--folds <count>", "parts of the cross-validation (default: 5)", wholeNumber(2))
    .option("--holdout <share>", "hold this share out instead", finiteNumber)
    .option("--threshold <goal>", "also choose a threshold: f1, or precision=0.9", thresholdGoal)
    .option("--seed <number>", "of the split", finiteNumber, 1)
    .option("--html <file>", "write a report: one page without scripts (needs the packages vega and vega-lite)")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES + EXIT_CODES_HELP)
    .action(run);
}

async function run(folder: string, options: TuneCommandOptions): Promise<void> {
  const [{ tune }, output] = await Promise.all([import("../../../evaluation.js"), import("../evaluation-output.js")]);
  await output.checkReport(options.html);
  const signal = interruption();
  const { data, warnings } = await loadData(folder, options, signal);
  const { stages, dispose } = await firstStages(options, data.run !== undefined);
  const models = Object.fromEntries(
    (options.model ?? ["bundled"]).map((name): [string, ModelOption] => [name, options.model && name]),
  );
  const { alphas, topKs, normalizations, measure, within, folds, holdout, threshold, seed, depth } = options;
  const stageKeys = options.model ? {} : { bundled: ["scorer", modelKey(undefined)] as const };
  const grid = { alpha: alphas, topK: topKs, normalization: normalizations as BlendNormalization[] | undefined };
  const onWarning = warner(warnings);
  try {
    const tuned = await withCache(options.cache, warnings, (cache) =>
      withBar("scoring", (onProgress) =>
        tune(data, {
          first: stages,
          models,
          stageKeys,
          grid,
          measure,
          within,
          folds,
          holdout,
          threshold,
          seed,
          depth,
          cache,
          signal,
          onProgress,
          onWarning,
        }),
      ),
    );
    if (options.json) output.print(output.toJson({ ...tuned, stages: undefined, ...readable(tuned) }));
    else output.print(await summary(tuned));
    const seconds = new Map([
      ...tuned.references.map(({ name, seconds }) => [name, { mean: seconds }] as const),
      ["tuned, best", { mean: tuned.best.setting.seconds }] as const,
      ["tuned, fastest", { mean: tuned.fastest.setting.seconds }] as const,
    ]);
    const pair = [tuned.bestSingle, "tuned, best"] as const;
    await output.writeReport(options.html, {
      title: `${data.name}: tuned hybrid`,
      comparison: tuned.comparison,
      seconds,
      tuned,
      pair,
      notes: warnings,
    });
  } finally {
    await dispose();
  }
}

async function firstStages({ embeddings = [], firstStage = [] }: TuneCommandOptions, hasRun: boolean) {
  if (embeddings.length === 0 && firstStage.length === 0 && !hasRun) {
    const problem = "a first stage is needed: a run in the folder or by --run, --first-stage or --embeddings.";
    throw new CliError(problem, EXIT.usage);
  }
  const stages: Record<string, FirstStage> = hasRun ? { run: "run" } : {};
  const opened: { dispose?(): Promise<void> }[] = [];
  const add = (name: string, stage: (FirstStage & object) & { dispose?(): Promise<void> }) => {
    opened.push(stage);
    stages[name] = stage;
    if (hasRun) stages[`run + ${name}`] = { fuse: ["run", name] };
  };
  for (const name of firstStage) add(name, createScorer(name));
  // The same model may be compared both ways.
  for (const name of embeddings) add(firstStage.includes(name) ? `${name} cosine` : name, await createEmbeddings(name));
  return { stages, dispose: () => Promise.all(opened.map((each) => each.dispose?.())) };
}

async function summary(tuned: Tuned): Promise<string> {
  const output = await import("../evaluation-output.js");
  const lines = [
    `${tuned.settings.length} settings over ${tuned.queries} queries; searched in ${tuned.searchSeconds.toFixed(1)} s, scored in ${tuned.stages.seconds.toFixed(1)} s`,
    "",
    output.qualityTable(tuned.comparison),
    "",
    output.comparisonTable(tuned.comparison),
  ];
  for (const name of ["best", "fastest"] as const) {
    const { setting, heldOut, threshold } = tuned[name];
    const low = heldOut.interval.low.toFixed(3);
    const high = heldOut.interval.high.toFixed(3);
    lines.push(
      "",
      `${name}: first stage ${setting.first}, model ${setting.model}, ${(1000 * setting.seconds).toFixed(1)} ms a query`,
      `  ${tuned.measure} held out ${heldOut.mean.toFixed(3)} [${low}, ${high}]; on the queries that chose it ${setting.mean.toFixed(3)}`,
      `  ${JSON.stringify(readable(tuned)[name].options)}`,
    );
    if (threshold) {
      const { precision, recall } = threshold.heldOut;
      lines.push(
        `  threshold ${threshold.threshold.toPrecision(4)}: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)} held out`,
      );
    }
  }
  return lines.join("\n");
}

/** Choices whose options hold plain values: models by name, the first stage by its name in the grid. */
function readable({ best, fastest }: Tuned) {
  const plain = ({ options, setting, ...rest }: Tuned["best"]) => {
    const { embeddings, firstStageModel, firstStages, model, ...values } = options;
    return { ...rest, setting, options: { ...values, ...(typeof model === "string" && { model }) } };
  };
  return { best: plain(best), fastest: plain(fastest) };
}

function thresholdGoal(value: string): ThresholdGoal {
  if (value === "f1") return value;
  const precision = Number(/^precision=(.+)$/.exec(value)?.[1]);
  if (!(precision > 0 && precision <= 1)) throw new InvalidArgumentError("It must be f1, or precision=0.9.");
  return { precision };
}
