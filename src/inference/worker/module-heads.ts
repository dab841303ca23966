import type { ModuleChain } from "../formats/sentence-transformers-modules.js";
import type { Head } from "./graph-head.js";
import { POOLINGS } from "./pooling.js";

/**
 * Applies the layers that are stored next to a graph to each of its token vectors.
 *
 * @param graph Gives token vectors, [batch, tokens, dimension].
 */
export function projectTokens(graph: Head, modules: ModuleChain): Head {
  return {
    ...graph,
    async run(batch) {
      const { values, dims, tokens, release } = await graph.run(batch);
      const [rows = 0, width = 0, dimension = 0] = dims;
      const { inputs, outputs } = modules.sizes ?? { inputs: dimension, outputs: dimension };
      // Exports that contain the projection still have its weights next to them.
      if (dimension === outputs && dimension !== inputs) return { values, dims, tokens, release };
      if (dimension !== inputs)
        throw new Error(`its vectors have ${dimension} dimensions, but the layers of modules.json take ${inputs}`);
      const projected = Array.from({ length: rows * width }, (_, token) =>
        modules.steps.reduce(
          (vector, step) => step(vector),
          values.subarray(token * dimension, (token + 1) * dimension),
        ),
      );
      release();
      const size = projected[0]?.length ?? 0;
      const all = new Float32Array(projected.length * size);
      for (const [token, vector] of projected.entries()) all.set(vector, token * size);
      return { values: all, dims: [rows, width, size], tokens, release: () => {} };
    },
  };
}

/**
 * Turns token vectors into one score per row, by the pooling and the layers that are stored next to a graph.
 *
 * @param graph Gives token vectors, [batch, tokens, dimension].
 */
export function scoreTokens(graph: Head, { pooling = "mean", steps }: ModuleChain): Head {
  return {
    ...graph,
    async run(batch) {
      const { values, dims, tokens, release } = await graph.run(batch);
      const [, width = 0, dimension = 0] = dims;
      const rows = batch.map(({ ids }, row) => {
        const pooled = POOLINGS[pooling](values, row * width * dimension, ids.length, dimension);
        return steps.reduce((vector, step) => step(vector), pooled);
      });
      release();
      const labels = rows[0]?.length ?? 1;
      const scores = Float32Array.from(rows.flatMap((row) => Array.from(row)));
      return { values: scores, dims: [batch.length, labels], tokens, release: () => {} };
    },
  };
}
