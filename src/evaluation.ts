export { FileScoreCache, type FileScoreCacheOptions } from "./evaluation/cache/file-score-cache.js";
export { hashKey, type KeyPart } from "./evaluation/cache/keys.js";
export { MemoryScoreCache, type ScoreCache } from "./evaluation/cache/score-cache.js";
export type { CandidateOptions } from "./evaluation/candidates.js";
export {
  type ComparedRun,
  type CompareOptions,
  type CompareResult,
  type Comparison,
  compareMeasured,
  compareRuns,
} from "./evaluation/compare.js";
export type { ById, DatasetInput } from "./evaluation/dataset.js";
export {
  type EvaluateOptions,
  type Evaluation,
  type EvaluationProgress,
  evaluate,
  type Seconds,
} from "./evaluation/evaluate.js";
export { type Dataset, type ReadBeirOptions, readBeir } from "./evaluation/files/beir.js";
export { type ReadTableOptions, readQrels, readRun } from "./evaluation/files/read-table.js";
export { readCorpus, readQueries } from "./evaluation/files/read-texts.js";
export type { ReadOptions, TextSource } from "./evaluation/files/source.js";
export type { TableFormat } from "./evaluation/files/table-format.js";
export { formatRun, type RunFormat, type WriteRunOptions, writeRun } from "./evaluation/files/write-run.js";
export { type MeasuredValues, type MeasureRunOptions, measureRun } from "./evaluation/measure-run.js";
export { AP } from "./evaluation/measures/ap.js";
export type { MeasureDeclaration, MeasureParams, ParamTable } from "./evaluation/measures/declaration.js";
export { Judged } from "./evaluation/measures/judged.js";
export { type Measure, makeMeasure } from "./evaluation/measures/measure.js";
export { nDCG } from "./evaluation/measures/ndcg.js";
export { P } from "./evaluation/measures/p.js";
export { parseMeasure } from "./evaluation/measures/parse.js";
export { R } from "./evaluation/measures/r.js";
export { MEASURES } from "./evaluation/measures/registry.js";
export { RR } from "./evaluation/measures/rr.js";
export { Success } from "./evaluation/measures/success.js";
export { trecOrder } from "./evaluation/ranking.js";
export { type ReportInput, type ReportTexts, renderReport } from "./evaluation/report/report.js";
export type { ReportChoice, ReportTuning } from "./evaluation/report/tuning-section.js";
export { type BootstrapOptions, bootstrapInterval, type Interval } from "./evaluation/significance/bootstrap.js";
export { holm } from "./evaluation/significance/holm.js";
export { pairedRandomizationTest, type RandomizationOptions } from "./evaluation/significance/randomization.js";
export { pairedTTest, type TTestResult } from "./evaluation/significance/t-test.js";
export type { Compressor } from "./evaluation/system.js";
export { fitCalibration } from "./evaluation/tuning/calibrate.js";
export type { TunedChoice } from "./evaluation/tuning/choice.js";
export { type CollectOptions, collectStageScores, type FirstStage } from "./evaluation/tuning/collect.js";
export type { SplitOptions } from "./evaluation/tuning/folds.js";
export { stagesFromEvaluations } from "./evaluation/tuning/from-evaluations.js";
export type { Reference } from "./evaluation/tuning/references.js";
export type { RatedSetting } from "./evaluation/tuning/search.js";
export { paretoFront, type Rated } from "./evaluation/tuning/select.js";
export type { Setting, TuneGrid } from "./evaluation/tuning/settings.js";
export type { QueryStages, StageColumn, StageScores } from "./evaluation/tuning/stage-scores.js";
export {
  chooseThreshold,
  type Threshold,
  type ThresholdFigures,
  type ThresholdGoal,
} from "./evaluation/tuning/threshold.js";
export { type ReadyChoice, type Tuned, tune } from "./evaluation/tuning/tune.js";
export { type TuneOptions, type TuneResult, tuneStages } from "./evaluation/tuning/tune-stages.js";
export type {
  CorpusDocument,
  DataWarning,
  NestedNumbers,
  PerQuery,
  Qrels,
  Run,
  WarningHandler,
} from "./evaluation/types.js";
