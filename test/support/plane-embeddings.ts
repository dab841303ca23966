/** Vectors of the texts, so that every similarity can be computed by hand. The query is (1, 0). */
export const VECTORS: Readonly<Record<string, number[]>> = {
  query: [1, 0],
  same: [1, 0],
  near: [0.6, 0.8],
  orth: [0, 1],
  opposite: [-1, 0],
  /** Five times as long as the others, in the direction of "near". */
  long: [3, 4],
};

/** LangChain's interface to {@link VECTORS}. */
export const planeEmbeddings = {
  embedQuery: async (text: string) => VECTORS[text]!,
  embedDocuments: async (texts: string[]) => texts.map((text) => VECTORS[text]!),
};
