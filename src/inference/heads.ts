import { forwardPass } from "./forward-pass.js";
import { isCausal, type ModelConfig } from "./model-config.js";
import type { ModelTokenizer } from "./model-tokenizer.js";
import type { ModuleChain } from "./modules.js";
import type { Encoded } from "./pair-encoding.js";
import { POOLINGS } from "./pooling.js";
import type { ModelSpec } from "./protocol.js";
import { type Platform, type RuntimeSession, toFloat32 } from "./session.js";
import { YesNoReader } from "./yes-no.js";

/** What one batch gave: a logit or two a row, or the vectors of a row. */
export interface BatchOutput {
  values: Float32Array;
  dims: readonly number[];
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
  if (spec.kind === "embeddings") return graphHead(parts, pick(session, HIDDEN));
  if (spec.head?.type === "yes-no" || (!spec.head && isCausal(config))) return yesNoHead(spec, parts);
  if (modules && modules.steps.length > 0) return modulesHead(parts, modules);
  return graphHead(parts, pick(session, ["logits"]));
}

function pick(session: RuntimeSession, names: readonly string[]): string {
  return names.find((name) => session.outputNames.includes(name)) ?? session.outputNames[0]!;
}

/** The graph's own output is all there is to it. */
function graphHead({ platform, session, tokenizer, config }: HeadParts, output: string): Head {
  return {
    output,
    async run(batch) {
      const { tensor, width } = await forwardPass(platform, session, output, batch, { padId: tokenizer.padId, config });
      const tokens = batch.length * width;
      return { values: toFloat32(tensor), dims: tensor.dims, tokens, release: () => tensor.dispose?.() };
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
