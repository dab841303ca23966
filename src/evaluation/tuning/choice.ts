import type { Calibration } from "../../calibration.js";
import { type BootstrapOptions, type Interval, withInterval } from "../significance/bootstrap.js";
import type { Split } from "./folds.js";
import type { RatedSetting, Search } from "./search.js";
import type { Setting } from "./settings.js";
import {
  applyThreshold,
  chooseLabeledThreshold,
  type Threshold,
  type ThresholdGoal,
  type ThresholdQuality,
} from "./threshold.js";
import { labeledScores } from "./value-table.js";

/** A chosen setting, and its quality on queries that did not choose it. */
export interface TunedChoice {
  setting: RatedSetting;
  /** Options of a `HybridReranker`, without its first stage and its model. */
  options: {
    topK: number;
    alpha: number;
    normalization: Setting["normalization"];
    calibration?: { first: Calibration; cross: Calibration };
    threshold?: number;
  };
  /** Quality when the choice is made without the held-out queries and measured on them. */
  heldOut: { mean: number; interval: Interval; perQuery: ReadonlyMap<string, number> };
  /** What was chosen in each split. */
  chosen: readonly Setting[];
  /** With `threshold`: the chosen one, and what thresholds chosen without the held-out queries achieve on them. */
  threshold?: Threshold & { heldOut: ThresholdQuality };
}

/** How a setting is chosen. */
export type Rule = (rated: readonly RatedSetting[]) => RatedSetting;

/** Applies a rule to the training queries, and again for each split without its held-out queries. */
export function makeChoice(
  rule: Rule,
  settings: readonly RatedSetting[],
  training: readonly number[],
  splits: readonly Split[],
  search: Search,
  options: BootstrapOptions & { threshold?: ThresholdGoal | undefined },
): TunedChoice {
  const { queries } = search;
  const setting = rule(settings);
  const perQuery = new Map<string, number>();
  const chosen = splits.map(({ train, test }) => {
    const pick = rule(search.rate(train));
    const values = search.values(search.indexOf(pick), train);
    for (const index of test) perQuery.set(queries.ids[index]!, values[index]!);
    return pick;
  });
  const curves = search.calibrations(setting, training);
  const threshold = options.threshold && chooseThresholds(setting, chosen, training, splits, search, options.threshold);
  const { topK, alpha, normalization } = setting;
  return {
    setting,
    options: {
      topK,
      alpha,
      normalization,
      ...(curves && { calibration: { first: curves.get(setting.first)!, cross: curves.get(setting.model)! } }),
      ...(threshold && { threshold: threshold.threshold }),
    },
    heldOut: withInterval(perQuery, options),
    chosen: chosen.map(({ mean: _mean, seconds: _seconds, ...plain }) => plain),
    ...(threshold && { threshold }),
  };
}

function chooseThresholds(
  final: Setting,
  picks: readonly Setting[],
  training: readonly number[],
  splits: readonly Split[],
  search: Search,
  goal: ThresholdGoal,
): Threshold & { heldOut: ThresholdQuality } {
  const pool = (setting: Setting, indices: readonly number[], fittedTo: readonly number[]) =>
    labeledScores(setting, indices, search.queries, search.rel, search.calibrations(setting, fittedTo));
  // Each split has its own threshold; after applying it, the results of all splits can be counted together.
  const outside = splits.flatMap(({ train, test }, i) => {
    const { threshold } = chooseLabeledThreshold(pool(picks[i]!, train, train), goal);
    return pool(picks[i]!, test, train).map(({ score, relevant }) => ({ score: score >= threshold ? 1 : 0, relevant }));
  });
  return { ...chooseLabeledThreshold(pool(final, training, training), goal), heldOut: applyThreshold(outside, 1) };
}
