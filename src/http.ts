export { HttpCrossEncoder } from "./scorers/http/http-cross-encoder.js";
export type {
  CustomOptions,
  HttpCrossEncoderOptions,
  HttpScorerOptions,
  ProviderOptions,
} from "./scorers/http/options.js";
export type { ProviderExtras } from "./scorers/http/providers/extras.js";
export type { ProviderName } from "./scorers/http/providers/index.js";
export type { ApiKey } from "./scorers/remote/api-key.js";
export type { HttpClientOptions } from "./scorers/remote/options.js";
export type { Activation } from "./scorers/remote/scores.js";
