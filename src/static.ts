export { type BrowserSettings, configureBrowser } from "./browser-settings.js";
export type { EmbedCallOptions, EmbeddingReport } from "./embeddings/call-options.js";
export type { StaticModelSource } from "./embeddings/static/static-model.js";
export { StaticEmbeddings, type StaticEmbeddingsOptions } from "./embeddings/static-embeddings.js";
export { StaticLateInteraction, type StaticLateInteractionOptions } from "./scorers/static/static-late-interaction.js";
