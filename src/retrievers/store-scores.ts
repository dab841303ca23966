/**
 * What the score of a store means: `similarity` if higher is better, `distance` if lower is better; undefined if that depends on something
 * that the store does not reveal.
 */
export type ScoreKind = "similarity" | "distance" | undefined;

/** How to read the scores of one kind of vector store. */
export interface StoreRule {
  /** From the store's own settings. */
  kind(store: Record<string, unknown>): ScoreKind;
  /** Metadata key of the score, for stores that lose the score of `similaritySearchWithScore`. */
  metadataKey?: string;
  /** Distance of a zero vector, where the store returns NaN or null for it. */
  ofZeroVector?: number;
  /** Whether the store accepts the filter of a search but does not apply it. */
  ignoresFilter?: true;
}

const similarity: StoreRule = { kind: () => "similarity" };
const distance: StoreRule = { kind: () => "distance" };
const unfilteredDistance: StoreRule = { kind: () => "distance", ignoresFilter: true };
/** Cosine distances of zero vectors are NaN or null; they are as distant as orthogonal ones. */
const cosineDistance: StoreRule = { kind: () => "distance", ofZeroVector: 1 };

/**
 * The stores of LangChain.js by the name that `_vectorstoreType()` returns. Measured on real stores in 2026-11, except those in the last two
 * groups, which were taken from the source code.
 */
export const STORE_RULES: Readonly<Record<string, StoreRule>> = {
  /** Ranks by its similarity function, highest first, whatever that function is. */
  memory: similarity,
  pgvector: {
    kind: ({ scoreNormalization }) => (scoreNormalization === "similarity" ? "similarity" : "distance"),
    ofZeroVector: 1,
  },
  chroma: distance,
  milvus: {
    // LangChain's own default is L2. Options without a metric leave it to the server, whose default depends on its version.
    kind: ({ indexCreateParams }) => {
      const { metric_type } = (indexCreateParams ?? {}) as { metric_type?: string };
      const known = { similarity: ["IP", "COSINE"], distance: ["L2", "HAMMING", "JACCARD"] };
      return metricKind(metric_type?.toUpperCase(), known);
    },
  },
  lancedb: { ...unfilteredDistance, metadataKey: "_distance" },
  libsql: cosineDistance,
  hnswlib: distance,

  faiss: unfilteredDistance,
  usearch: unfilteredDistance,
  typesense: distance,
  clickhouse: distance,
  mariadb: distance,
  turbopuffer: distance,

  supabase: similarity,
  upstash: similarity,
  elasticsearch: similarity,
  opensearch: similarity,
  cassandra: similarity,
  azure_aisearch: similarity,
  neo4jvector: similarity,
  qdrant: {
    kind: ({ collectionConfig }) => {
      const { vectors } = (collectionConfig ?? {}) as { vectors?: { distance?: string } };
      return metricKind(vectors?.distance, { similarity: ["Cosine", "Dot"], distance: ["Euclid", "Manhattan"] });
    },
  },
  singlestore: {
    kind: ({ distanceMetric }) =>
      metricKind(distanceMetric, { similarity: ["DOT_PRODUCT"], distance: ["EUCLIDEAN_DISTANCE"] }),
  },
};

function metricKind(metric: unknown, known: Record<"similarity" | "distance", readonly string[]>): ScoreKind {
  if (known.similarity.includes(metric as string)) return "similarity";
  return known.distance.includes(metric as string) ? "distance" : undefined;
}

/** Metadata keys under which retrievers leave a score, and what it means. LanceDB's `_score` is not among them: it may be either. */
export const METADATA_SCORES: readonly { key: string; kind: "similarity" | "distance" }[] = [
  { key: "bm25Score", kind: "similarity" },
  { key: "_relevance_score", kind: "similarity" },
  { key: "relevance_score", kind: "similarity" },
  { key: "relevanceScore", kind: "similarity" },
  { key: "similarity", kind: "similarity" },
  { key: "_distance", kind: "distance" },
  { key: "distance", kind: "distance" },
];
