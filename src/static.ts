export { type BrowserSettings, configureBrowser } from "./browser-settings.js";
export type { EmbedCallOptions, EmbeddingReport } from "./embeddings/call-options.js";
export { StaticEmbeddings, type StaticEmbeddingsOptions } from "./embeddings/static-embeddings.js";
