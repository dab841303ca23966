import { type Command, InvalidArgumentError } from "commander";
import { createEmbeddings } from "../../../embeddings/create-embeddings.js";
import { formatDuration, formatMetric } from "../../../evaluation/format.js";
import type { TuneFirstStage } from "../../../evaluation/tuning/first-stages.js";
import type { ThresholdGoal } from "../../../evaluation/tuning/threshold.js";
import type { Tuned } from "../../../evaluation.js";
import { DEFAULT_MODELS } from "../../../models/bundled.js";
import type { BlendNormalization } from "../../../rerankers/normalization.js";
import { createScorer } from "../../../scorers/create-scorer.js";
import {
  addDataOptions,
  type DataOptions,
  EXAMPLE_DATA,
  loadData,
  modelName,
  numberList,
  TABLES_HELP,
  textList,
  warner,
  withBar,
  withCache,
} from "../evaluation-inputs.js";
import type { OutputOptions } from "../evaluation-output.js";
import { CliError, EXIT, EXIT_CODES_HELP } from "../failure.js";
import { interruption } from "../interruption.js";
import { finiteNumber, wholeNumber } from "../options.js";
import { checkOutputs } from "../output-paths.js";

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
  $ langchain-rerank tune ${EXAMPLE_DATA}
  $ langchain-rerank tune beir/scifact --cache scores.jsonl --html report.html
  $ langchain-rerank tune beir/scifact --first-stage static-en-v1 --alphas 0.5:1:0.05 --top-ks 10,20,30 --within 0.01
  $ langchain-rerank tune beir/scifact --model ./models/a,./models/b --holdout 0.3 --threshold precision=0.9

Each model scores each pair of query and document once, whatever the number of settings. If there is a run, its reciprocal-rank fusion with
each other first stage is tried too. "Held out" values come from queries that did not choose the setting.
`;

/** Adds the command `tune`. */
export function register(program: Command): void {
  const command = program
    .command("tune")
    .summary("choose alpha, topK, normalization, model and threshold of a hybrid from data")
    .description(
      "Chooses the options of a HybridReranker from a data set with judgments, and measures them on held-out queries.",
    );
  addDataOptions(command)
    .option("-m, --model <names>", `models that rerank (default: ${DEFAULT_MODELS.reranker})`, textList)
    .option(
      "-e, --embeddings <names>",
      "embedding models, by name or folder, whose cosine is a first stage: static-en-v1, …",
      textList,
    )
    .option("--first-stage <names>", "models whose scores are a first stage: static-en-v1, …", textList)
    .option("--alphas <list>", "weights to try, such as 0.5,0.7 or 0.1:1:0.1", numberList)
    .option("--top-ks <list>", "values of topK to try", numberList)
    .option("--normalizations <list>", "normalizations to try: min-max, z-score, max, rank, sigmoid", textList)
    .option("--measure <name>", "the measure to maximize", "nDCG@10")
    .option("--within <proportion>", "how far below the best the fastest setting may be", finiteNumber, 0.02)
    .option("--folds <count>", "number of parts of the cross-validation (default: 5)", wholeNumber(2))
    .option("--holdout <proportion>", "hold out this proportion of the queries instead", finiteNumber)
    .option("--threshold <goal>", "also choose a threshold: f1, or precision=0.9", thresholdGoal)
    .option("--seed <number>", "seed of the random split", finiteNumber, 1)
    .option("--html <file>", "write a report: one page without scripts (needs the packages vega and vega-lite)")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES + TABLES_HELP + EXIT_CODES_HELP)
    .action(run);
}

async function run(folder: string, options: TuneCommandOptions): Promise<void> {
  const [{ tune }, output] = await Promise.all([import("../../../evaluation.js"), import("../evaluation-output.js")]);
  checkOutputs([
    { option: "--html", path: options.html },
    { option: "--cache", path: options.cache, createsFolders: true },
  ]);
  await output.checkReport(options.html);
  const signal = interruption();
  const { data, warnings } = await loadData(folder, options, signal);
  const { stages, dispose } = await firstStages(options, data.run !== undefined);
  const names = options.model ?? [undefined];
  const { alphas, topKs, normalizations, measure, within, folds, holdout, threshold, seed } = options;
  const { depth, ignoreIdenticalIds } = options;
  try {
    const tuned = await withCache(options.cache, warnings, (cache) =>
      withBar("scoring", (onProgress) =>
        tune(data, {
          first: stages,
          models: Object.fromEntries(names.map((name) => [modelName(name), name])),
          grid: { alpha: alphas, topK: topKs, normalization: normalizations as BlendNormalization[] | undefined },
          measure,
          within,
          folds,
          holdout,
          threshold,
          seed,
          depth,
          ignoreIdenticalIds,
          cache,
          signal,
          onProgress,
          onWarning: warner(warnings),
        }),
      ),
    );
    if (options.json) output.print(output.toJson({ ...tuned, stages: undefined, ...readable(tuned) }));
    else output.print(await summary(tuned));
    await output.writeReport(options.html, {
      title: `${data.name}: tuned hybrid`,
      comparison: tuned.comparison,
      seconds: new Map([
        ...tuned.references.map(({ name, seconds }) => [name, { mean: seconds }] as const),
        ["tuned, best", { mean: tuned.best.setting.seconds }] as const,
        ["tuned, fastest", { mean: tuned.fastest.setting.seconds }] as const,
      ]),
      tuned,
      pair: [tuned.bestSingle, "tuned, best"],
      notes: [tuned.verdict, ...warnings],
    });
  } finally {
    await dispose();
  }
}

/** First stages by name, and what frees them. */
async function firstStages({ embeddings: named = [], firstStage = [], model }: TuneCommandOptions, hasRun: boolean) {
  const loaded = new Map<string, Exclude<TuneFirstStage, "run" | { fuse: readonly string[] }>>();
  // The same model may be used in several ways, which need different names.
  const taken = new Set(["run", ...(model ?? [modelName(undefined)])]);
  for (const name of firstStage) loaded.set(taken.has(name) ? `${name} first` : name, createScorer(name));
  for (const name of named) {
    const stage = taken.has(name) || loaded.has(name) ? `${name} cosine` : name;
    loaded.set(stage, await createEmbeddings(name));
  }
  if (loaded.size === 0 && !hasRun) {
    throw new CliError(
      "A first stage is missing. Pass a run with --run, or name models with --first-stage or --embeddings.",
      EXIT.usage,
    );
  }
  const stages: Record<string, TuneFirstStage> = hasRun ? { run: "run" } : {};
  for (const [name, stage] of loaded) {
    stages[name] = stage;
    if (hasRun) stages[`run + ${name}`] = { fuse: ["run", name] };
  }
  const dispose = () =>
    Promise.all([...loaded.values()].map((each) => (each as { dispose?(): Promise<void> }).dispose?.()));
  return { stages, dispose };
}

async function summary(tuned: Tuned): Promise<string> {
  const output = await import("../evaluation-output.js");
  const scoring = formatDuration(tuned.stages.seconds);
  const lines = [
    `${tuned.settings.length} settings over ${tuned.queries} queries; scoring took ${scoring}, the search ${formatDuration(tuned.searchSeconds)}`,
    "",
    output.qualityTable(tuned.comparison),
    "",
    output.comparisonTable(tuned.comparison),
    "",
    tuned.verdict,
  ];
  const isSame = tuned.best === tuned.fastest;
  for (const name of isSame ? (["best"] as const) : (["best", "fastest"] as const)) {
    const { setting, heldOut, threshold } = tuned[name];
    const { low, high } = heldOut.interval;
    const label = isSame ? `best, and fastest within ${100 * tuned.within}% of it` : name;
    lines.push(
      "",
      `${label}: first stage ${setting.first}, model ${setting.model}, ${formatDuration(setting.seconds)} per query`,
      `  ${tuned.measure} held out ${formatMetric(heldOut.mean)} [${formatMetric(low)}, ${formatMetric(high)}]; on the queries that chose it ${formatMetric(setting.mean)}`,
      `  ${JSON.stringify(readable(tuned)[name].options)}`,
    );
    if (threshold) {
      const { precision, recall } = threshold.heldOut;
      const quality = `precision ${formatMetric(precision)}, recall ${formatMetric(recall)} held out`;
      lines.push(`  threshold ${threshold.threshold.toPrecision(4)}: ${quality}`);
    }
  }
  return lines.join("\n");
}

/** Choices whose options are plain values: models by name, the first stage by its name in the grid. */
function readable({ best, fastest }: Tuned) {
  const plain = ({ options, setting, ...rest }: Tuned["best"]) => {
    const { firstStage, model, ...values } = options;
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
