import type { Calibration } from "../../calibration.js";
import type { Reliability } from "../calibration/reliability.js";
import type { CompareResult } from "../compare.js";
import type { TunedChoice } from "../tuning/choice.js";
import type { TuneResult } from "../tuning/tune-stages.js";
import type { CorpusDocument, Qrels, Run } from "../types.js";

/** Wall-clock seconds per query. */
export interface ReportSeconds {
  mean: number;
  p50?: number;
  p95?: number;
}

/** What the report needs to show the order of documents. */
export interface ReportTexts {
  queries: ReadonlyMap<string, string>;
  corpus: ReadonlyMap<string, CorpusDocument>;
  qrels: Qrels;
  /** By the names of the compared runs. */
  runs: ReadonlyMap<string, Run>;
}

/** A setting that was chosen, and its quality on queries that did not choose it. */
export type ReportChoice = Pick<TunedChoice, "setting" | "heldOut"> & { options: object };

/** What the report shows of tuning: the result of `tune`. */
export interface ReportTuning
  extends Pick<TuneResult, "settings" | "pareto" | "measure" | "split" | "within" | "verdict"> {
  best: ReportChoice;
  fastest: ReportChoice;
}

/** A calibrated system: its curve, and how well the probabilities agree with the judgments. */
export interface ReportCalibration {
  name: string;
  calibration?: Calibration | undefined;
  reliability: Reliability;
}

/** The contents of a report. */
export interface ReportInput {
  /** @default "Retrieval report" */
  title?: string | undefined;
  /** Result of `compareRuns`. */
  comparison: CompareResult;
  /** Canonical name of the measure that plots show. @default the first */
  measure?: string | undefined;
  /** Wall-clock seconds per query, by run. */
  seconds?: ReadonlyMap<string, ReportSeconds> | undefined;
  /** Without texts, the report has no list of worst queries. */
  texts?: ReportTexts | undefined;
  /** The two runs that are compared query by query. @default the baseline, or the first run, and the best other run */
  pair?: readonly [baseline: string, run: string] | undefined;
  /** Result of `tune`. */
  tuned?: ReportTuning | undefined;
  /** Systems whose scores are probabilities. */
  calibrations?: readonly ReportCalibration[] | undefined;
  /** Sentences at the top: what was measured and how, and warnings. */
  notes?: readonly string[] | undefined;
}
