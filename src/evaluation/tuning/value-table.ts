import { sum } from "../mean.js";
import { checkedValue, type Measure } from "../measures/measure.js";
import type { Qrels } from "../types.js";
import { type Calibrations, fitStages } from "./fit-stages.js";
import type { Setting, SettingGroup } from "./settings.js";
import { type SimulatedAnswer, simulate, simulatedSeconds } from "./simulate.js";
import type { QueryStages, StageScores } from "./stage-scores.js";
import type { LabeledScore } from "./threshold.js";

/** Every judged query with the scores of its stages; undefined for queries without candidates, which count as 0. */
export interface TuningQueries {
  ids: readonly string[];
  stages: readonly (QueryStages | undefined)[];
  qrels: Qrels;
}

/**
 * The measure's value by setting (in the order of `listSettings`) and query.
 *
 * @param calibrations - required if a group's normalization is `sigmoid`
 */
export function valueTable(
  groups: readonly SettingGroup[],
  queries: TuningQueries,
  measure: Measure,
  calibrations?: Calibrations,
): Float64Array[] {
  const values = queries.stages.map((stages) => stages && measure.prepare(queries.qrels.get(stages.id)!));
  return groups.flatMap((group) => {
    const rows = group.alphas.map(() => new Float64Array(queries.ids.length));
    queries.stages.forEach((stages, column) => {
      if (!stages) return;
      simulate(stages, group, calibrations).forEach(({ ranking }, row) => {
        rows[row]![column] = checkedValue(measure, stages.id, values[column]!(ranking));
      });
    });
    return rows;
  });
}

/** Mean wall-clock seconds per query of a group; queries without candidates take none. */
export function secondsOf(group: Omit<SettingGroup, "alphas">, queries: TuningQueries): number {
  return sum(queries.stages.map((stages) => (stages ? simulatedSeconds(stages, group) : 0))) / queries.ids.length;
}

/** Curves fitted to the queries at these indices. */
export function calibrationsFor(
  indices: readonly number[],
  queries: TuningQueries,
  scores: StageScores,
  rel: number,
): Calibrations {
  const chosen = indices.flatMap((index) => queries.stages[index] ?? []);
  return fitStages(chosen, scores, queries.qrels, rel);
}

/** Scores and labels that a setting produces for the queries at these indices. Blank documents come last. */
export function labeledScores(
  { alpha, ...group }: Setting,
  indices: readonly number[],
  queries: TuningQueries,
  rel: number,
  calibrations?: Calibrations,
): LabeledScore[] {
  return indices.flatMap((index) => {
    const stages = queries.stages[index];
    if (!stages) return [];
    const [answer] = simulate(stages, { ...group, alphas: [alpha] }, calibrations) as [SimulatedAnswer];
    const judgments = queries.qrels.get(stages.id)!;
    return answer.ranking.map((id, i) => ({
      score: answer.sims[i] ?? Number.NEGATIVE_INFINITY,
      relevant: (judgments.get(id) ?? 0) >= rel,
    }));
  });
}
