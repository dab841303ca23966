import { isCausal, type ModelConfig } from "../formats/model-config.js";
import type { ModuleChain } from "../formats/sentence-transformers-modules.js";
import type { OwnSettings } from "../late-interaction/format.js";
import type { ModelSpec } from "../protocol.js";
import type { ModelTokenizer } from "../tokenizer/model-tokenizer.js";
import type { Encoded } from "../tokenizer/pair-encoding.js";
import { YesNoReader } from "./causal-lm-head.js";
import { forwardPass } from "./forward-pass.js";
import { POOLINGS } from "./pooling.js";
import { type Platform, type RuntimeSession, type RuntimeTensor, toFloat32 } from "./session.js";

/** What one batch gave: a logit or two a row, or the vectors of a row. */
export interface BatchOutput {
  values: Float32Array;
  dims: readonly number[];
  /** Late interaction: one vector a row for the whole text, where the model has that output too. */
  pooled?: { values: Float32Array; dimension: number };
  /** Tokens that went through the graph, padding included. */
  tokens: number;
  /** Frees what the runtime holds; `values` are not to be read afterwards. */
  release(): void;
}

/** The last step of a model: from a batch of sequences to numbers. */
export interface Head {
  /** Name of the output that is read. */
  output: string;
  run(batch: readonly Encoded[]): Promise<BatchOutput>;
}

/** What heads are made of. */
export interface HeadParts {
  platform: Platform;
  session: RuntimeSession;
  tokenizer: ModelTokenizer;
  config: ModelConfig;
  modules: ModuleChain | undefined;
}

const HIDDEN = ["last_hidden_state", "token_embeddings", "sentence_embedding"];

/** The head that a model's files, or its registry entry, ask for. */
export function chooseHead(spec: ModelSpec, parts: HeadParts): Head {
  const { config, session, modules } = parts;
  if (spec.kind === "late-interaction") return tokenHead(parts);
  if (spec.kind === "embedding") return graphHead(parts, pick(session, HIDDEN));
  if (spec.head?.type === "yes-no" || (!spec.head && isCausal(config))) return yesNoHead(spec, parts);
  if (modules && modules.steps.length > 0) return modulesHead(parts, modules);
  return graphHead(parts, pick(session, ["logits"]));
}

function pick(session: RuntimeSession, names: readonly string[]): string {
  return names.find((name) => session.outputNames.includes(name)) ?? session.outputNames[0]!;
}

/** The graph's own output is all there is to it; `pooled` names a second one. */
function graphHead({ platform, session, tokenizer, config }: HeadParts, output: string, pooled?: string): Head {
  const outputs = pooled === undefined ? [output] : [output, pooled];
  return {
    output,
    async run(batch) {
      const { tensors, width } = await forwardPass(platform, session, outputs, batch, {
        padId: tokenizer.padId,
        config,
      });
      const [tensor, second] = tensors as [RuntimeTensor, RuntimeTensor?];
      return {
        values: toFloat32(tensor),
        dims: tensor.dims,
        ...(second ? { pooled: { values: toFloat32(second), dimension: second.dims.at(-1)! } } : {}),
        tokens: batch.length * width,
        release: () => {
          for (const each of tensors) each.dispose?.();
        },
      };
    },
  };
}

/** Outputs that hold token vectors, most finished first; a model of this package names its own. */
const TOKENS = ["token_vectors", "contextual", "token_embeddings", "last_hidden_state"];

/** Token vectors, through the layers that lie beside the graph where it does not hold them itself. */
function tokenHead(parts: HeadParts): Head {
  const own = (parts.config as { langchain_rerank?: OwnSettings }).langchain_rerank;
  const output = pick(parts.session, own?.output === undefined ? TOKENS : [own.output, ...TOKENS]);
  const pooled = parts.session.outputNames.find((name) => name === own?.pooled_output);
  const graph = graphHead(parts, output, pooled);
  const { modules } = parts;
  if (!modules || modules.pooled || modules.steps.length === 0) return graph;
  return {
    output: graph.output,
    async run(batch) {
      const { values, dims, tokens, release } = await graph.run(batch);
      const [rows = 0, width = 0, dimension = 0] = dims;
      const { inputs, outputs } = modules.sizes ?? { inputs: dimension, outputs: dimension };
      // Exports that hold the projection lie beside its weights all the same.
      if (dimension === outputs && dimension !== inputs) return { values, dims, tokens, release };
      if (dimension !== inputs)
        throw new Error(`its vectors have ${dimension} numbers, the layers of modules.json take ${inputs}`);
      const projected = Array.from({ length: rows * width }, (_, place) =>
        modules.steps.reduce(
          (vector, step) => step(vector),
          values.subarray(place * dimension, (place + 1) * dimension),
        ),
      );
      release();
      const size = projected[0]?.length ?? 0;
      const all = new Float32Array(projected.length * size);
      for (const [place, vector] of projected.entries()) all.set(vector, place * size);
      return { values: all, dims: [rows, width, size], tokens, release: () => {} };
    },
  };
}

/** Pooling and layers that lie beside the graph turn token vectors into one score. */
function modulesHead(parts: HeadParts, { pooling = "mean", steps }: ModuleChain): Head {
  const graph = graphHead(parts, pick(parts.session, HIDDEN));
  return {
    output: graph.output,
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

/** Two words of a language model's vocabulary are its answers. */
function yesNoHead(spec: ModelSpec, { platform, session, tokenizer, config }: HeadParts): Head {
  const words = spec.head?.type === "yes-no" ? spec.head : { yes: "yes", no: "no" };
  const [yes, no] = [tokenizer.idOf(words.yes), tokenizer.idOf(words.no)];
  if (yes === undefined || no === undefined) {
    throw new Error(`"${words.yes}" and "${words.no}" have to be one token each in tokenizer.json, and are not`);
  }
  const reader = new YesNoReader(platform, session, config, { yes, no });
  return {
    output: "logits",
    async run(batch) {
      const { logits, tokens } = await reader.read(batch);
      return { values: logits, dims: [batch.length, 1], tokens, release: () => {} };
    },
  };
}
