import { DEFAULT_MODELS } from "../../models/bundled.js";
import { orderByScore } from "../../rerankers/blend.js";
import { BLEND_OF_DEFAULT_STAGES, DEFAULT_BLEND } from "../../rerankers/hybrid-options.js";
import type { BlendNormalization } from "../../rerankers/normalization.js";
import { mean, sum } from "../mean.js";
import { checkedValue, type Measure } from "../measures/measure.js";
import type { QueryStages, StageScores } from "./stage-scores.js";
import { secondsOf, type TuningQueries, valueTable } from "./value-table.js";

/** A system that was not tuned, for comparison with the tuned ones. */
export interface Reference {
  name: string;
  /** A stage alone, a fusion of first stages, or the hybrid with its defaults. */
  kind: "first" | "fusion" | "model" | "default-hybrid";
  /** Mean over the held-out queries. */
  mean: number;
  /** Mean wall-clock seconds per query. */
  seconds: number;
  perQuery: ReadonlyMap<string, number>;
}

/** Every first stage alone, every model that scored all candidates, and every pair of the two with the defaults. */
export function measureReferences(
  scores: StageScores,
  queries: TuningQueries,
  measure: Measure,
  heldOut: readonly number[],
): Reference[] {
  const make = (name: string, kind: Reference["kind"], values: Float64Array, seconds: number): Reference => {
    const perQuery = new Map(heldOut.map((index) => [queries.ids[index]!, values[index]!]));
    return { name, kind, mean: mean([...perQuery.values()]), seconds, perQuery };
  };
  const alone = (name: string, kind: "first" | "model") => {
    const column = (stages: QueryStages) => (kind === "first" ? stages.first : stages.models).get(name)!;
    const values = new Float64Array(queries.ids.length);
    let milliseconds = 0;
    queries.stages.forEach((stages, index) => {
      if (!stages) return;
      const ranking = [...orderByScore(column(stages).scores).map((i) => stages.documents[i]!), ...stages.blank];
      values[index] = checkedValue(measure, stages.id, measure.compute(ranking, queries.qrels.get(stages.id)!));
      milliseconds += sum(column(stages).milliseconds);
    });
    return make(name, scores.fused?.includes(name) ? "fusion" : kind, values, milliseconds / 1000 / queries.ids.length);
  };
  const isComplete = (model: string) =>
    queries.stages.every((stages) => !stages?.models.get(model)?.scores.some((score) => Number.isNaN(score)));
  const pairs = scores.first.flatMap((first) =>
    scores.models.map((model) => ({ first, model, ...defaultBlend(first, model) })),
  );
  const hasCurve = (name: string) => scores.calibrations.has(name);
  return [
    ...scores.first.map((name) => alone(name, "first")),
    ...scores.models.filter(isComplete).map((name) => alone(name, "model")),
    ...pairs
      .filter(({ topK }) => topK <= scores.deepest)
      .map(({ first, model, topK, alpha }) => {
        const normalization: BlendNormalization = hasCurve(first) && hasCurve(model) ? "sigmoid" : "min-max";
        const group = { first, model, topK, normalization, alphas: [alpha] };
        const [values] = valueTable([group], queries, measure, scores.calibrations) as [Float64Array];
        return make(`${group.first} + ${group.model}, defaults`, "default-hybrid", values, secondsOf(group, queries));
      }),
  ];
}

function defaultBlend(first: string, model: string): { topK: number; alpha: number } {
  return first === DEFAULT_MODELS.firstStage && model === DEFAULT_MODELS.reranker
    ? BLEND_OF_DEFAULT_STAGES
    : DEFAULT_BLEND;
}
