import type { Calibration } from "../../calibration.js";
import { mean } from "../measure-run.js";
import { type BootstrapOptions, bootstrapInterval, type Interval } from "../significance/bootstrap.js";
import type { Split } from "./folds.js";
import type { RatedSetting, Search } from "./search.js";
import type { Setting } from "./settings.js";
import {
  applyThreshold,
  chooseLabelledThreshold,
  type Threshold,
  type ThresholdFigures,
  type ThresholdGoal,
} from "./threshold.js";
import { labelledScores } from "./value-table.js";

/** A choice that was made by one rule, and what it is worth on queries that it was not made by. */
export interface TunedChoice {
  setting: RatedSetting;
  /** Options of a `HybridReranker`, but for its first stage and its model. */
  options: {
    topK: number;
    alpha: number;
    normalization: Setting["normalization"];
    calibration?: { first: Calibration; cross: Calibration };
    threshold?: number;
  };
  /** The rule applied without the held-out queries, and measured on those. */
  heldOut: { mean: number; interval: Interval; perQuery: ReadonlyMap<string, number> };
  /** What the rule chose in each split. */
  chosen: readonly Setting[];
  /** With `threshold`: the one chosen, and how thresholds chosen without the held-out queries fare on those. */
  threshold?: Threshold & { heldOut: ThresholdFigures };
}

/** How a setting is chosen among rated ones. */
export type Rule = (rated: readonly RatedSetting[]) => RatedSetting;

/** Applies a rule to the choosing queries, and once more for each split without its held-out queries. */
export function makeChoice(
  rule: Rule,
  settings: readonly RatedSetting[],
  choosers: readonly number[],
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
    for (const place of test) perQuery.set(queries.ids[place]!, values[place]!);
    return pick;
  });
  const curves = search.calibrations(setting, choosers);
  const values = [...perQuery.values()];
  const threshold = options.threshold && chooseThresholds(setting, chosen, choosers, splits, search, options.threshold);
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
    heldOut: { mean: mean(values), interval: bootstrapInterval(values, options), perQuery },
    chosen: chosen.map(({ mean: _mean, seconds: _seconds, ...plain }) => plain),
    ...(threshold && { threshold }),
  };
}

function chooseThresholds(
  final: Setting,
  picks: readonly Setting[],
  choosers: readonly number[],
  splits: readonly Split[],
  search: Search,
  goal: ThresholdGoal,
): Threshold & { heldOut: ThresholdFigures } {
  const pool = (setting: Setting, places: readonly number[], fittedTo: readonly number[]) =>
    labelledScores(setting, places, search.queries, search.rel, search.calibrations(setting, fittedTo));
  // Each split has its own threshold; told apart by it, the scores of all splits can be counted together.
  const outside = splits.flatMap(({ train, test }, i) => {
    const { threshold } = chooseLabelledThreshold(pool(picks[i]!, train, train), goal);
    return pool(picks[i]!, test, train).map(({ score, relevant }) => ({ score: score >= threshold ? 1 : 0, relevant }));
  });
  return { ...chooseLabelledThreshold(pool(final, choosers, choosers), goal), heldOut: applyThreshold(outside, 1) };
}
