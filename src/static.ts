export { StaticEmbeddings, type StaticEmbeddingsOptions } from "./embeddings/static-embeddings.js";
