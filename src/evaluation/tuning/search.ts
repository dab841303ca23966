import { mean } from "../mean.js";
import type { Measure } from "../measures/measure.js";
import type { Calibrations } from "./fit-stages.js";
import { expandGrid, listSettings, type Setting, type SettingGroup, type TuneGrid } from "./settings.js";
import type { StageScores } from "./stage-scores.js";
import { calibrationsFor, secondsOf, type TuningQueries, valueTable } from "./value-table.js";

/** A setting with its quality and time on the queries that choose the setting. */
export interface RatedSetting extends Setting {
  /** Mean of the measure. */
  mean: number;
  /** Mean wall-clock seconds per query: the sum of what each score took when it was computed. */
  seconds: number;
}

/** The value of every setting for every query. What does not depend on which queries are held out is computed once. */
export class Search {
  readonly settings: readonly Setting[];
  readonly #groups: readonly SettingGroup[];
  readonly #seconds: readonly number[];
  readonly #table: (Float64Array | undefined)[];
  readonly #calibrated = new Map<readonly number[], { table: Float64Array[]; calibrations: Calibrations }>();

  constructor(
    readonly stages: StageScores,
    readonly queries: TuningQueries,
    readonly measure: Measure,
    grid: TuneGrid,
    readonly rel: number,
  ) {
    this.#groups = expandGrid(grid, stages);
    this.settings = listSettings(this.#groups);
    this.#seconds = this.#groups.flatMap((group) =>
      new Array<number>(group.alphas.length).fill(secondsOf(group, queries)),
    );
    const rows = valueTable(this.#groups.filter(isPlain), queries, measure).values();
    this.#table = this.#groups.flatMap((group) =>
      group.alphas.map(() => (isPlain(group) ? (rows.next().value as Float64Array) : undefined)),
    );
  }

  /** Every setting with its quality on the queries at these indices. Curves are fitted to those queries only. */
  rate(indices: readonly number[]): RatedSetting[] {
    return this.settings.map((setting, i) => {
      const values = this.values(i, indices);
      return { ...setting, mean: mean(indices.map((index) => values[index]!)), seconds: this.#seconds[i]! };
    });
  }

  /** Values of one setting for all queries, with curves fitted to the queries at these indices. */
  values(index: number, indices: readonly number[]): Float64Array {
    return this.#table[index] ?? this.#withCurves(indices).table[index]!;
  }

  /** Curves fitted to the queries at these indices; undefined for settings without curves. */
  calibrations(setting: Setting, indices: readonly number[]): Calibrations | undefined {
    return setting.normalization === "sigmoid" ? this.#withCurves(indices).calibrations : undefined;
  }

  /** Index of a setting in `settings`. */
  indexOf(setting: Setting): number {
    return this.settings.findIndex((each) =>
      (Object.keys(each) as (keyof Setting)[]).every((key) => each[key] === setting[key]),
    );
  }

  #withCurves(indices: readonly number[]) {
    const cached = this.#calibrated.get(indices);
    if (cached) return cached;
    const calibrations = calibrationsFor(indices, this.queries, this.stages, this.rel);
    const table: Float64Array[] = [];
    let at = 0;
    for (const group of this.#groups) {
      if (group.normalization === "sigmoid") {
        valueTable([group], this.queries, this.measure, calibrations).forEach((row, i) => {
          table[at + i] = row;
        });
      }
      at += group.alphas.length;
    }
    const made = { table, calibrations };
    this.#calibrated.set(indices, made);
    return made;
  }
}

/** Whether a group's values do not depend on which queries are held out. */
function isPlain({ normalization }: SettingGroup): boolean {
  return normalization !== "sigmoid";
}
