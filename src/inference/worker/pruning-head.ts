import { pruningOutput, RANKING_OUTPUTS } from "../formats/pruning.js";
import { graphHead, type Head, type HeadParts } from "./graph-head.js";

/**
 * The head of a model that ranks a text and says of each of its tokens whether to keep it (OpenProvence; Provence, Chirkova et al. 2025,
 * arXiv:2501.16214).
 *
 * @returns undefined if the graph has no such output.
 */
export function pruningHead(parts: HeadParts): Head | undefined {
  const { outputNames } = parts.session;
  const tokens = pruningOutput(outputNames, parts.config);
  if (tokens === undefined) return undefined;
  const ranking = RANKING_OUTPUTS.find((name) => name !== tokens && outputNames.includes(name));
  if (ranking === undefined) {
    throw new Error(
      `it has "${tokens}" for each token, but no output for the whole text: ${RANKING_OUTPUTS.join(", ")}`,
    );
  }
  const graph = graphHead(parts, ranking, tokens);
  return {
    ...graph,
    async run(batch) {
      const { pooled, dims, values, ...output } = await graph.run(batch);
      const { values: logits, dimension } = pooled!;
      if (dimension !== 2) {
        output.release();
        throw new Error(`"${tokens}" has ${dimension} numbers per token, but two are expected: drop and keep`);
      }
      // Softmax over two logits.
      const keep = Float32Array.from({ length: logits.length / 2 }, (_, token) => {
        return 1 / (1 + Math.exp(logits[2 * token]! - logits[2 * token + 1]!));
      });
      // Provence squeezes its scores to one dimension.
      const isFlat = dims.length < 2;
      return { ...output, values, dims: isFlat ? [values.length, 1] : dims, keep };
    },
  };
}
