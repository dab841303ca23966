export { type DownloadOptions, downloadModel, type LocalModel } from "./models/download.js";
export type { DownloadProgress } from "./models/download-progress.js";
export { defaultModel, findModel, getModel, listModels, type ModelFilter } from "./models/find.js";
export type { HubOptions } from "./models/hub/settings.js";
export {
  type Activation,
  type DType,
  type LateInteractionFormat,
  type ModelEntry,
  type ModelFamily,
  type ModelFigure,
  type ModelFile,
  type ModelHead,
  type ModelKind,
  type ModelPooling,
  type Precision,
  type PromptTemplate,
  type SpeedClass,
  speedClass,
} from "./models/types.js";
