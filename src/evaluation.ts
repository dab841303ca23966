/**
 * Measure rerankers, compare runs, and tune hybrids.
 *
 * @module
 */
export { FileScoreCache } from "./evaluation/cache/file-score-cache.js";
export type { ScoreCache } from "./evaluation/cache/score-cache.js";
export { fitCalibration } from "./evaluation/calibration/fit.js";
export { type Reliability, reliability } from "./evaluation/calibration/reliability.js";
export { type CompareOptions, type CompareResult, type Comparison, compareRuns } from "./evaluation/compare.js";
export type { Dataset, DatasetInput } from "./evaluation/dataset.js";
export { type Evaluation, evaluate } from "./evaluation/evaluate.js";
export type { EvaluateOptions } from "./evaluation/evaluate-options.js";
export { readBeir } from "./evaluation/files/beir.js";
export { readQrels, readRun } from "./evaluation/files/read-table.js";
export { readCorpus, readQueries } from "./evaluation/files/read-texts.js";
export type { ReadOptions, TextSource } from "./evaluation/files/source.js";
export { formatRun, writeRun } from "./evaluation/files/write-run.js";
export { type MeasuredValues, measureRun } from "./evaluation/measure-run.js";
export { AP } from "./evaluation/measures/ap.js";
export type { MeasureDeclaration } from "./evaluation/measures/declaration.js";
export { Judged } from "./evaluation/measures/judged.js";
export type { Measure } from "./evaluation/measures/measure.js";
export { nDCG } from "./evaluation/measures/ndcg.js";
export { P } from "./evaluation/measures/p.js";
export { parseMeasure } from "./evaluation/measures/parse.js";
export { R } from "./evaluation/measures/r.js";
export { defineMeasure } from "./evaluation/measures/registry.js";
export { RR } from "./evaluation/measures/rr.js";
export { Success } from "./evaluation/measures/success.js";
export { renderReport } from "./evaluation/report/report.js";
export type { ReportInput } from "./evaluation/report/types.js";
export { bootstrapInterval, type Interval } from "./evaluation/significance/bootstrap.js";
export { pairedRandomizationTest } from "./evaluation/significance/randomization.js";
export type { Compressor } from "./evaluation/system.js";
export { chooseThreshold } from "./evaluation/tuning/threshold.js";
export { type Tuned, type TuneOptions, tune } from "./evaluation/tuning/tune.js";
export { type TuneResult, tuneStages } from "./evaluation/tuning/tune-stages.js";
export type { ById, CorpusDocument, DataWarning, Qrels, Run } from "./evaluation/types.js";
