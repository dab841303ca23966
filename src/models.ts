export { defaultModel, findModel, getModel, listModels, type ModelFilter } from "./models/find.js";
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
