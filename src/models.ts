export { downloadModel } from "./models/download.js";
export type { DownloadOptions, LocalModel } from "./models/download-options.js";
export type { DownloadProgress } from "./models/download-progress.js";
export { defaultModel, findModel, getModel, listModels, type ModelFilter } from "./models/find.js";
export {
  type ActivationName,
  type DType,
  type LateInteractionFormat,
  type ModelEntry,
  type ModelFamily,
  type ModelFile,
  type ModelHead,
  type ModelKind,
  type ModelRuntime,
  type Pooling,
  type Precision,
  type PromptTemplate,
  type PublishedMetric,
  type SpeedClass,
  speedClass,
} from "./models/types.js";
export type { HubOptions } from "./platform/node/hub/settings.js";
