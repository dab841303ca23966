import { createEmbeddings } from "../../embeddings/create-embeddings.js";
import type { Compressor } from "../../evaluation.js";
import {
  type CompareResult,
  compareRuns,
  type Dataset,
  type Evaluation,
  evaluate,
  type KeyPart,
  type Run,
  stagesFromEvaluations,
  type TuneResult,
  trecOrder,
  tuneStages,
  type WarningHandler,
} from "../../evaluation.js";
import { CrossEncoderReranker } from "../../rerankers/cross-encoder-reranker.js";
import { EmbeddingSimilarityReranker } from "../../rerankers/embedding-similarity-reranker.js";
import { HybridReranker } from "../../rerankers/hybrid-reranker.js";
import type { BlendNormalization } from "../../rerankers/normalization.js";
import { createScorer } from "../../scorers/create-scorer.js";
import { type DataOptions, loadData, modelKey, warner, withBar, withCache } from "./evaluation-inputs.js";
import type { OutputOptions } from "./evaluation-output.js";
import { CliError, EXIT } from "./failure.js";
import { interruption } from "./interruption.js";

/** Options of `eval`. */
export interface EvalOptions extends DataOptions, OutputOptions {
  model?: string[];
  embeddings?: string[];
  hybrid?: boolean;
  alpha: number;
  topK: number;
  normalization: Exclude<BlendNormalization, "sigmoid">;
  measures: string[];
  baseline?: string;
  runs?: string;
}

interface System {
  name: string;
  compressor: Compressor;
  key: KeyPart;
  dispose(): Promise<unknown>;
}

/** What one system cost. */
interface Costs {
  name: string;
  seconds: { mean: number; p50: number; p95: number; total: number };
  documents: { given: number; scored: number | undefined };
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
  /** Blends of the first stage with each cross-encoder, over the scores that are there anyway; where there are some. */
  tuned: TuneResult | undefined;
  warnings: readonly string[];
}

/** Runs every system that the options name over the data. */
export async function evaluateSystems(folder: string, options: EvalOptions): Promise<EvaluatedSystems> {
  const signal = interruption();
  const { data, warnings } = await loadData(folder, options, signal);
  if (options.hybrid && !data.run)
    throw new CliError("--hybrid needs a first-stage run for its scores; pass --run.", EXIT.usage);
  const runs = new Map<string, Run>(data.run ? [["first stage", cut(data.run, options.depth!)]] : []);
  const seconds = new Map<string, { mean: number; p50?: number; p95?: number }>(
    data.run ? [["first stage", { mean: 0 }]] : [],
  );
  const evaluations: Costs[] = [];
  const crossEncoders: Record<string, Evaluation> = {};
  await withCache(options.cache, warnings, async (cache) => {
    for (const system of await listSystems(options)) {
      try {
        const result = await withBar(system.name, (onProgress) =>
          evaluate(system.compressor, data, {
            measures: options.measures,
            depth: options.depth,
            name: system.name,
            warmUp: true,
            signal,
            onProgress,
            cache,
            system: system.key,
            // The comparison below looks at the same queries and would say all of it again.
            onWarning: () => {},
          }),
        );
        runs.set(system.name, result.run);
        if (system.compressor instanceof CrossEncoderReranker) crossEncoders[system.name] = result;
        seconds.set(system.name, result.seconds);
        const { documents, tokens, cached } = result;
        evaluations.push({ name: system.name, seconds: result.seconds, documents, tokens, cached });
      } finally {
        await system.dispose();
      }
    }
  });
  const comparison = compareRuns(runs, data.qrels, {
    measures: options.measures,
    baseline: options.baseline ?? [...runs.keys()][0],
    onWarning: onceEach(warner(warnings)),
  });
  const tuned = options.html === undefined ? undefined : tuneBlends(data, crossEncoders, options);
  return { data, comparison, seconds, runs, evaluations, tuned, warnings };
}

/** The best blends, at the price of some sums: what the heat map of the report shows. */
function tuneBlends(
  data: Dataset,
  crossEncoders: Readonly<Record<string, Evaluation>>,
  options: EvalOptions,
): TuneResult | undefined {
  if (!data.run || Object.keys(crossEncoders).length === 0 || data.qrels.size < 2) return undefined;
  const stages = stagesFromEvaluations(data, crossEncoders, { depth: options.depth });
  const measure = options.measures[0]!;
  return tuneStages(stages, data.qrels, { measure, permutations: 1000, onWarning: () => {} });
}

async function listSystems(options: EvalOptions): Promise<System[]> {
  const systems: System[] = [];
  for (const name of options.embeddings ?? []) {
    const embeddings = await createEmbeddings(name);
    const compressor = new EmbeddingSimilarityReranker({ embeddings });
    systems.push({
      name: `embeddings ${name}`,
      compressor,
      key: ["embeddings", name],
      dispose: async () => embeddings.dispose?.(),
    });
  }
  const models = options.model ?? (options.embeddings && !options.hybrid ? [] : [undefined]);
  for (const model of models) {
    const label = model ?? "bundled model";
    const scorer = createScorer(model);
    const { alpha, topK, normalization } = options;
    const cross = new CrossEncoderReranker({ model: scorer });
    const last = async () => scorer.dispose?.();
    systems.push({
      name: label,
      compressor: cross,
      key: ["cross", modelKey(model)],
      dispose: options.hybrid ? async () => {} : last,
    });
    if (!options.hybrid) continue;
    const hybrid = new HybridReranker({ firstStageKey: "score", model: scorer, alpha, topK, normalization });
    const key = ["hybrid", modelKey(model), alpha, topK, normalization] as const;
    systems.push({ name: `hybrid ${label}`, compressor: hybrid, key, dispose: last });
  }
  return systems;
}

/** The candidates themselves, so that the first stage is measured over what the others saw. */
function cut(run: Run, depth: number): Run {
  return new Map(
    Array.from(run, ([query, scores]) => [
      query,
      new Map(
        trecOrder(scores)
          .slice(0, depth)
          .map((id) => [id, scores.get(id)!]),
      ),
    ]),
  );
}

/** Every system has the same queries: what is said of the first need not be said of all. */
function onceEach(warn: WarningHandler): WarningHandler {
  const said = new Set<string>();
  return (warning) => {
    if (said.has(warning.code)) return;
    said.add(warning.code);
    warn(warning);
  };
}
