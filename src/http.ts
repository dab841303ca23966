export type { ProviderExtras } from "./scorers/http/extras.js";
export { HttpCrossEncoder } from "./scorers/http/http-cross-encoder.js";
export type {
  Activation,
  CustomOptions,
  HttpClientOptions,
  HttpCrossEncoderOptions,
  HttpScorerOptions,
  ProviderOptions,
} from "./scorers/http/options.js";
export type { ProviderName } from "./scorers/http/providers.js";
