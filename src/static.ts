export type { EmbedCallOptions, EmbeddingReport } from "./embeddings/call-options.js";
export { StaticEmbeddings, type StaticEmbeddingsOptions } from "./embeddings/static-embeddings.js";
export { type BrowserSettings, configureBrowser } from "./platform/web/browser-settings.js";
export { StaticLateInteraction, type StaticLateInteractionOptions } from "./scorers/static/static-late-interaction.js";
export type { StaticModelSource } from "./static-model/static-model.js";
