import { isCausal } from "../formats/model-config.js";
import type { ModuleChain } from "../formats/sentence-transformers-modules.js";
import type { ProjectSettings } from "../late-interaction/format.js";
import type { ModelSpec } from "../protocol.js";
import { causalLmHead } from "./causal-lm-head.js";
import { graphHead } from "./graph-head.js";
import type { Head, HeadParts } from "./head.js";
import { POOLINGS } from "./pooling.js";
import type { RuntimeSession } from "./session.js";

/** Outputs that hold hidden states, in order of preference. */
const HIDDEN = ["last_hidden_state", "token_embeddings", "sentence_embedding"];

/** Outputs that hold token vectors, the most processed first. */
const TOKENS = ["token_vectors", "contextual", "token_embeddings", "last_hidden_state"];

/** The head that the registry entry, or else the model's files, ask for. */
export function chooseHead(spec: ModelSpec, parts: HeadParts): Head {
  const { config, session, modules } = parts;
  if (spec.kind === "late-interaction") return tokenHead(parts);
  if (spec.kind === "embedding") return graphHead(parts, pickOutput(session, HIDDEN));
  if (spec.head?.type === "yes-no") return causalLmHead(parts, spec.head);
  if (!spec.head && isCausal(config)) return causalLmHead(parts, { yes: "yes", no: "no" });
  if (modules && modules.steps.length > 0) return modulesHead(parts, modules);
  return graphHead(parts, pickOutput(session, ["logits"]));
}

function pickOutput(session: RuntimeSession, names: readonly string[]): string {
  return names.find((name) => session.outputNames.includes(name)) ?? session.outputNames[0]!;
}

/** Token vectors, through the layers that are stored next to the graph if the graph does not contain them. */
function tokenHead(parts: HeadParts): Head {
  const own = (parts.config as { langchain_rerank?: ProjectSettings }).langchain_rerank;
  const output = pickOutput(parts.session, own?.output === undefined ? TOKENS : [own.output, ...TOKENS]);
  const pooled = parts.session.outputNames.find((name) => name === own?.pooled_output);
  const graph = graphHead(parts, output, pooled);
  const { modules } = parts;
  if (!modules || modules.pooled || modules.steps.length === 0) return graph;
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

/** Pooling and layers that are stored next to the graph turn token vectors into one score. */
function modulesHead(parts: HeadParts, { pooling = "mean", steps }: ModuleChain): Head {
  const graph = graphHead(parts, pickOutput(parts.session, HIDDEN));
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
