import { mean } from "../measure-run.js";
import type { Measure } from "../measures/measure.js";
import { expandGrid, listSettings, type Setting, type SettingGroup, type TuneGrid } from "./settings.js";
import type { Calibrations } from "./simulate.js";
import type { StageScores } from "./stage-scores.js";
import { calibrationsFor, secondsOf, type TuningQueries, valueTable } from "./value-table.js";

/** A setting with its figures on the queries that settings are chosen by. */
export interface RatedSetting extends Setting {
  mean: number;
  /** Mean wall seconds a query: the sum of what each score took when it was made. */
  seconds: number;
}

/** The grid's values, computed once for whatever does not depend on which queries are held out. */
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

  /** Every setting, rated by the queries at the places given; curves are fitted to those alone. */
  rate(places: readonly number[]): RatedSetting[] {
    return this.settings.map((setting, i) => {
      const values = this.values(i, places);
      return { ...setting, mean: mean(places.map((place) => values[place]!)), seconds: this.#seconds[i]! };
    });
  }

  /** Values of one setting for all queries, with curves fitted to the places given. */
  values(index: number, places: readonly number[]): Float64Array {
    return this.#table[index] ?? this.#withCurves(places).table[index]!;
  }

  /** Curves fitted to the places given; undefined for settings that take none. */
  calibrations(setting: Setting, places: readonly number[]): Calibrations | undefined {
    return setting.normalization === "sigmoid" ? this.#withCurves(places).calibrations : undefined;
  }

  indexOf(setting: Setting): number {
    return this.settings.findIndex((each) =>
      (Object.keys(each) as (keyof Setting)[]).every((key) => each[key] === setting[key]),
    );
  }

  #withCurves(places: readonly number[]) {
    const known = this.#calibrated.get(places);
    if (known) return known;
    const calibrations = calibrationsFor(places, this.queries, this.stages, this.rel);
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
    this.#calibrated.set(places, made);
    return made;
  }
}

/** Whether a group's values are the same whichever queries are held out. */
function isPlain({ normalization }: SettingGroup): boolean {
  return normalization !== "sigmoid";
}
