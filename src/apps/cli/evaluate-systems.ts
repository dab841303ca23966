import type { Calibration } from "../../calibration.js";
import { createEmbeddings, type DisposableEmbeddings } from "../../embeddings/create-embeddings.js";
import type { CacheKeyPart } from "../../evaluation/cache/cache-key.js";
import { labelScores } from "../../evaluation/calibration/examples.js";
import { trecOrder } from "../../evaluation/ranking.js";
import { stagesFromEvaluations } from "../../evaluation/tuning/from-evaluations.js";
import type { WarningHandler } from "../../evaluation/types.js";
import {
  type CompareResult,
  type Compressor,
  compareRuns,
  type Dataset,
  type Evaluation,
  evaluate,
  type ReportInput,
  type Run,
  reliability,
  type TuneResult,
  tuneStages,
} from "../../evaluation.js";
import { CrossEncoderReranker } from "../../rerankers/cross-encoder-reranker.js";
import { EmbeddingSimilarityReranker } from "../../rerankers/embedding-similarity-reranker.js";
import { HybridReranker } from "../../rerankers/hybrid-reranker.js";
import type { BlendNormalization } from "../../rerankers/normalization.js";
import { resolveScorer } from "../../scorers/create-scorer.js";
import { type DataOptions, loadData, modelName, warner, withBar, withCache } from "./evaluation-inputs.js";
import { CliError, EXIT } from "./failure.js";
import { interruption } from "./interruption.js";
import { checkRunIds } from "./run-files.js";

/** Which systems `eval` measures, and how. */
export interface SystemOptions extends DataOptions {
  model?: string[];
  embeddings?: string[];
  hybrid?: boolean;
  alpha: number;
  topK: number;
  normalization: Exclude<BlendNormalization, "sigmoid">;
  measures: string[];
  baseline?: string;
  html?: string;
  runs?: string;
}

interface System {
  name: string;
  compressor: Compressor;
  key: CacheKeyPart;
  /** The calibration of the model that makes `sim` a probability; known once the model has been loaded. */
  calibration?: () => Calibration | undefined;
  dispose(): Promise<unknown>;
}

/** What one system cost. */
interface Costs {
  name: string;
  seconds: Evaluation["seconds"];
  documents: Evaluation["documents"];
  tokens: number | undefined;
  cached: number;
}

/** Everything that `eval` prints and reports. */
export interface EvaluatedSystems {
  data: Dataset;
  comparison: CompareResult;
  seconds: ReadonlyMap<string, { mean: number; p50?: number; p95?: number }>;
  runs: ReadonlyMap<string, Run>;
  evaluations: readonly Costs[];
  /** Blends of the first stage with each model, tuned on the scores that were measured; undefined if there are none. */
  tuned: TuneResult | undefined;
  /** Systems whose scores are probabilities, and how reliable they are. */
  calibrations: NonNullable<ReportInput["calibrations"]>;
  warnings: readonly string[];
}

/** Measures every system that the options name on the data. */
export async function evaluateSystems(folder: string, options: SystemOptions): Promise<EvaluatedSystems> {
  const signal = interruption();
  const { depth, ignoreIdenticalIds, measures } = options;
  const { data, warnings } = await loadData(folder, options, signal);
  if (options.hybrid && !data.run)
    throw new CliError("--hybrid needs the scores of a first-stage run. Pass one with --run.", EXIT.usage);
  if (options.runs !== undefined) checkRunIds(data);
  const systems = listSystems(options, await openEmbeddings(options));
  checkBaseline(options.baseline, [...(data.run ? ["first stage"] : []), ...systems.map(({ name }) => name)]);
  const runs = new Map<string, Run>(data.run ? [["first stage", cut(data.run, depth!)]] : []);
  const seconds = new Map<string, { mean: number; p50?: number; p95?: number }>(
    data.run ? [["first stage", { mean: 0 }]] : [],
  );
  const evaluations: Costs[] = [];
  const crossEncoders: Record<string, Evaluation> = {};
  const calibrations: NonNullable<ReportInput["calibrations"]>[number][] = [];
  const onWarning = warner(warnings);
  await withCache(options.cache, warnings, async (cache) => {
    for (const system of systems) {
      try {
        const result = await withBar(system.name, (onProgress) =>
          evaluate(system.compressor, data, {
            measures,
            depth,
            ignoreIdenticalIds,
            name: system.name,
            warmUp: true,
            signal,
            onProgress,
            cache,
            system: system.key,
            // The comparison below reports everything about the queries; only these two are known here alone.
            onWarning: (warning) =>
              (warning.code === "query-among-candidates" || warning.code === "fallback") && onWarning(warning),
          }),
        );
        runs.set(system.name, result.run);
        if (system.compressor instanceof CrossEncoderReranker) crossEncoders[system.name] = result;
        const calibration = system.calibration?.();
        if (calibration) {
          const { scores, relevant } = labelScores(result.scores, data.qrels);
          calibrations.push({ name: system.name, calibration, reliability: reliability(scores, relevant) });
        }
        seconds.set(system.name, result.seconds);
        const { documents, tokens, cached } = result;
        evaluations.push({ name: system.name, seconds: result.seconds, documents, tokens, cached });
      } finally {
        await system.dispose();
      }
    }
  });
  const comparison = compareRuns(runs, data.qrels, {
    measures,
    ignoreIdenticalIds,
    baseline: options.baseline ?? [...runs.keys()][0],
    onWarning: onceEach((warning) => warning.code !== "query-among-candidates" && onWarning(warning)),
  });
  const tuned = options.html === undefined ? undefined : tuneBlends(data, crossEncoders, options);
  return { data, comparison, seconds, runs, evaluations, tuned, calibrations, warnings };
}

/** @throws CliError when the baseline is not one of the systems, before they are measured. */
function checkBaseline(baseline: string | undefined, names: readonly string[]): void {
  if (baseline === undefined || names.includes(baseline)) return;
  throw new CliError(`--baseline ${baseline}: there is no such system; there are: ${names.join(", ")}.`, EXIT.usage);
}

/** The best blends, which cost only some sums: what the heat map of the report shows. */
function tuneBlends(
  data: Dataset,
  crossEncoders: Readonly<Record<string, Evaluation>>,
  { depth, ignoreIdenticalIds, measures }: SystemOptions,
): TuneResult | undefined {
  if (!data.run || Object.keys(crossEncoders).length === 0 || data.qrels.size < 2) return undefined;
  const onWarning = () => {};
  const stages = stagesFromEvaluations(data, crossEncoders, { depth, ignoreIdenticalIds, onWarning });
  return tuneStages(stages, data.qrels, { measure: measures[0]!, permutations: 1000, onWarning });
}

async function openEmbeddings({ embeddings = [] }: SystemOptions): Promise<Map<string, DisposableEmbeddings>> {
  const loaded = new Map<string, DisposableEmbeddings>();
  for (const name of embeddings) loaded.set(name, await createEmbeddings(name));
  return loaded;
}

function listSystems(options: SystemOptions, embeddings: ReadonlyMap<string, DisposableEmbeddings>): System[] {
  const systems: System[] = [];
  for (const [name, loaded] of embeddings) {
    systems.push({
      name: `embeddings ${name}`,
      compressor: new EmbeddingSimilarityReranker({ embeddings: loaded }),
      key: ["embeddings", name],
      dispose: async () => loaded.dispose?.(),
    });
  }
  const models = options.model ?? (options.embeddings && !options.hybrid ? [] : [undefined]);
  return [...systems, ...models.flatMap((model) => modelSystems(model, options))];
}

/** A model alone and, with `--hybrid`, blended with the first stage. Both share the scorer, which the last one frees. */
function modelSystems(model: string | undefined, options: SystemOptions): System[] {
  const name = modelName(model);
  const { scorer } = resolveScorer(model);
  const { alpha, topK, normalization } = options;
  const dispose = async () => scorer.dispose?.();
  // With details, the report knows the scores that a hybrid would blend.
  const alone = new CrossEncoderReranker({ model: scorer, details: true });
  const calibration = () => scorer.calibration;
  const single = { name, compressor: alone, key: ["cross", name], calibration } as const;
  if (!options.hybrid) return [{ ...single, dispose }];
  const hybrid = new HybridReranker({ firstStageKey: "score", model: scorer, alpha, topK, normalization });
  return [
    { ...single, dispose: async () => {} },
    {
      name: `hybrid ${name}`,
      compressor: hybrid,
      key: ["hybrid", name, alpha, topK, normalization],
      dispose,
    },
  ];
}

/** The candidates, so that the first stage is measured on what the other systems were given. */
function cut(run: Run, depth: number): Run {
  return new Map(
    Array.from(run, ([query, scores]) => {
      const best = trecOrder(scores).slice(0, depth);
      return [query, new Map(best.map((id) => [id, scores.get(id)!]))];
    }),
  );
}

/** Every system has the same queries, so a warning about them is reported for the first system only. */
function onceEach(warn: WarningHandler): WarningHandler {
  const reported = new Set<string>();
  return (warning) => {
    if (reported.has(warning.code)) return;
    reported.add(warning.code);
    warn(warning);
  };
}
