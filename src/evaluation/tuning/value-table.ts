import type { Measure } from "../measures/measure.js";
import type { Qrels } from "../types.js";
import { fitStages } from "./calibrate.js";
import type { Setting, SettingGroup } from "./settings.js";
import { type Calibrations, type SimulatedAnswer, simulate, simulatedSeconds } from "./simulate.js";
import type { QueryStages, StageScores } from "./stage-scores.js";
import type { LabelledScore } from "./threshold.js";

/** What tuning knows of every judged query: its stages, or nothing where the first stage found no candidates, which counts 0. */
export interface TuningQueries {
  ids: readonly string[];
  stages: readonly (QueryStages | undefined)[];
  qrels: Qrels;
}

/**
 * The measure's value by setting (in the order of `listSettings`) and query.
 *
 * @param calibrations - needed when a group's normalisation is `sigmoid`
 */
export function valueTable(
  groups: readonly SettingGroup[],
  queries: TuningQueries,
  measure: Measure,
  calibrations?: Calibrations,
): Float64Array[] {
  const values = queries.stages.map((stages) => stages && measure.prepare(queries.qrels.get(stages.id)!));
  // What lies beyond the cutoff is not looked at, unless documents before it may be left out.
  const depth = measure.params.judged_only ? undefined : measure.params.cutoff;
  return groups.flatMap((group) => {
    const rows = group.alphas.map(() => new Float64Array(queries.ids.length));
    queries.stages.forEach((stages, column) => {
      if (!stages) return;
      simulate(stages, group, calibrations, depth).forEach(({ ranking }, row) => {
        rows[row]![column] = values[column]!(ranking);
      });
    });
    return rows;
  });
}

/** Mean wall seconds a query by group; queries without candidates take none. */
export function secondsOf(group: Omit<SettingGroup, "alphas">, queries: TuningQueries): number {
  const sum = queries.stages.reduce((total, stages) => total + (stages ? simulatedSeconds(stages, group) : 0), 0);
  return sum / queries.ids.length;
}

/** Curves fitted to some of the queries. */
export function calibrationsFor(
  places: readonly number[],
  queries: TuningQueries,
  scores: StageScores,
  rel: number,
): Calibrations {
  const chosen = places.flatMap((place) => queries.stages[place] ?? []);
  return fitStages(chosen, scores, queries.qrels, rel);
}

/** One setting's answers and labels over some of the queries, pooled, for choosing a threshold. Unseen documents are as low as can be. */
export function labelledScores(
  { alpha, ...group }: Setting,
  places: readonly number[],
  queries: TuningQueries,
  rel: number,
  calibrations?: Calibrations,
): LabelledScore[] {
  return places.flatMap((place) => {
    const stages = queries.stages[place];
    if (!stages) return [];
    const [answer] = simulate(stages, { ...group, alphas: [alpha] }, calibrations) as [SimulatedAnswer];
    const judgements = queries.qrels.get(stages.id)!;
    return answer.ranking.map((id, i) => ({
      score: answer.sims[i] ?? Number.NEGATIVE_INFINITY,
      relevant: (judgements.get(id) ?? 0) >= rel,
    }));
  });
}
