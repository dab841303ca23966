import { QWEN3_RERANKER_PROMPT } from "../../models/registry/prompts.js";
import type { PromptTemplate } from "../../models/types.js";
import { type EmbeddingSettings, readEmbeddingSettings } from "../formats/embedding-settings.js";
import { readPositiveLabel } from "../formats/labels.js";
import {
  flattenConfig,
  isCausal,
  isDecoder,
  type ModelConfig,
  maxTokens,
  namedActivation,
} from "../formats/model-config.js";
import { keepThreshold, pruningOutput, RANKING_OUTPUTS } from "../formats/pruning.js";
import { type ModuleChain, readModules } from "../formats/sentence-transformers-modules.js";
import { type LateFraming, type ProjectSettings, readFormat, resolveFormat } from "../late-interaction/framing.js";
import type { ModelInfo, ModelSpec } from "../protocol.js";
import { ModelTokenizer } from "../tokenizer/model-tokenizer.js";
import { encodeSequence } from "../tokenizer/sequences.js";
import { WorkerFault } from "../worker-fault.js";
import { causalLmHead } from "./causal-lm-head.js";
import { fixedShape, graphHead, type Head, type HeadParts, unknownInputs } from "./graph-head.js";
import { projectTokens, scoreTokens } from "./module-heads.js";
import { pruningHead } from "./pruning-head.js";
import type { Platform, RuntimeSession } from "./session.js";

/** A session with its tokenizer, checked against each other. */
export interface LoadedModel {
  readonly name: string;
  readonly tokenizer: ModelTokenizer;
  readonly platform: Platform;
  readonly head: Head;
  /** What sentence-transformers stores next to the graph. */
  readonly modules: ModuleChain | undefined;
  /** The prompt that pairs are read in, for models that have one. */
  readonly prompt: PromptTemplate | undefined;
  /** Cross-encoders with two labels: the index of the label that means "relevant". */
  readonly positiveLabel: 0 | 1;
  /** Embeddings: how they are pooled and prefixed. */
  readonly embedding: EmbeddingSettings | undefined;
  /** Late interaction: how texts are framed. */
  readonly late: LateFraming | undefined;
  readonly info: ModelInfo;
}

/** What the output of each kind of model looks like. */
const SHAPES: Record<ModelSpec["kind"], { ranks: readonly number[]; what: string; expected: string }> = {
  "cross-encoder": { ranks: [2], what: "a cross-encoder", expected: "one output of shape [batch, 1] or [batch, 2]" },
  "late-interaction": {
    ranks: [3],
    what: "a late-interaction model",
    expected: "token vectors [batch, tokens, dimension]",
  },
  embedding: {
    ranks: [2, 3],
    what: "an embedding model",
    expected: "token vectors [batch, tokens, dimension] or pooled vectors [batch, dimension]",
  },
};

/**
 * Loads a model's files and runs one short sequence, so that files that do not fit together are found before anything is scored.
 *
 * @throws WorkerFault naming the file and what was expected of it.
 */
export async function loadModel(platform: Platform, spec: ModelSpec): Promise<LoadedModel> {
  const started = performance.now();
  const { name, kind } = spec;
  const files = new ModelFiles(platform, spec);
  const config = flattenConfig(await files.required("config.json"));
  // Before the tokenizer is parsed: glibc returns large blocks to the system when they are freed, but only those larger than any it has seen
  // freed before. Parsing frees large blocks; the weights that the session repacks would then stay allocated after it closes.
  const session = await openSession(platform, spec);
  const tokenizerJson = await files.required("tokenizer.json");
  const tokenizerConfig = (await files.optional("tokenizer_config.json")) ?? {};
  const tokenizer = new ModelTokenizer(name, tokenizerJson, tokenizerConfig, config);
  // A graph with logits contains its head, and the graphs of this project contain all layers.
  const isComplete = session.outputNames.includes("logits") || projectSettings(config)?.kind !== undefined;
  const modules = isComplete ? undefined : await readModules(platform, spec, name);
  const head = openHead(() => chooseHead(spec, { platform, session, tokenizer, config }, modules), spec);
  const dims = await probe(head, tokenizer, spec, config);
  const prompt =
    kind === "cross-encoder" ? (spec.prompt ?? (isDecoder(config) ? QWEN3_RERANKER_PROMPT : undefined)) : undefined;
  const limit = maxTokens(config, (tokenizerConfig as { model_max_length?: unknown }).model_max_length);
  const activation = namedActivation(config) ?? modules?.activation;
  return {
    name,
    tokenizer,
    platform,
    head,
    modules,
    prompt,
    positiveLabel: kind === "cross-encoder" && dims.at(-1) === 2 ? readPositiveLabel(spec, config) : 1,
    embedding:
      kind === "embedding"
        ? readEmbeddingSettings(name, config, modules, await files.optional("config_sentence_transformers.json"))
        : undefined,
    late: kind === "late-interaction" ? await readFraming(platform, spec, config, tokenizer) : undefined,
    info: {
      maxLength: limit,
      load: performance.now() - started,
      runtime: session.runtime,
      ...(activation ? { activation } : {}),
      ...(prompt ? { instruction: prompt.instruction } : {}),
      ...(kind === "cross-encoder" && !prompt && pruningOutput(session.outputNames, config)
        ? { keepThreshold: keepThreshold(config) }
        : {}),
    },
  };
}

/** What the `config.json` of one of this project's models says about it; undefined for other models. */
function projectSettings(config: object): ProjectSettings | undefined {
  return (config as { langchain_rerank?: ProjectSettings }).langchain_rerank;
}

function fault({ name, file }: ModelSpec, problem: string, at = file): WorkerFault {
  return new WorkerFault({ kind: "integrity", model: name, file: at, problem });
}

/** The JSON files of a model's folder. */
class ModelFiles {
  readonly #platform: Platform;
  readonly #spec: ModelSpec;

  constructor(platform: Platform, spec: ModelSpec) {
    this.#platform = platform;
    this.#spec = spec;
  }

  async required(file: string): Promise<object> {
    return (await this.#read(file, this.#platform.readJson(this.#spec, file)))!;
  }

  optional(file: string): Promise<object | undefined> {
    return this.#read(file, this.#platform.readJsonIfAny(this.#spec, file));
  }

  async #read(file: string, reading: Promise<object | undefined>): Promise<object | undefined> {
    const value = await reading.catch((error: Error) => {
      const problem = `it cannot be read (${error.message}). A model folder holds tokenizer.json, config.json and the ONNX file.`;
      throw fault(this.#spec, problem, file);
    });
    if (value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value))) return value;
    throw fault(this.#spec, "it must be a JSON object.", file);
  }
}

async function openSession(platform: Platform, spec: ModelSpec): Promise<RuntimeSession> {
  const session = await platform.openSession(spec).catch((error) => {
    if (error instanceof WorkerFault) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw fault(spec, `the runtime cannot read it as an ONNX model; it may be incomplete. ${reason}`);
  });
  const unknown = unknownInputs(session);
  if (unknown.length > 0) throw fault(spec, `it has unsupported inputs: ${unknown.join(", ")}.`);
  const { columns } = fixedShape(session);
  if (columns !== undefined) {
    const problem = `its sequence length is fixed at ${columns} tokens. Export it with a dynamic sequence axis (\`dynamic_axes\`, or \`optimum-cli export onnx\`).`;
    throw fault(spec, problem);
  }
  return session;
}

function openHead(open: () => Head, spec: ModelSpec): Head {
  try {
    return open();
  } catch (error) {
    throw fault(spec, `it cannot be read as a reranker: ${(error as Error).message}.`);
  }
}

/** Outputs that hold hidden states, in order of preference. */
const HIDDEN = ["last_hidden_state", "token_embeddings", "sentence_embedding"];

/** Outputs that hold token vectors, the most processed first. */
const TOKENS = ["token_vectors", "contextual", "token_embeddings", "last_hidden_state"];

/** The head that the registry entry, or else the model's files, ask for. */
function chooseHead(spec: ModelSpec, parts: HeadParts, modules: ModuleChain | undefined): Head {
  const { config, session } = parts;
  if (spec.kind === "late-interaction") return tokenHead(parts, modules);
  if (spec.kind === "embedding") return graphHead(parts, pickOutput(session, HIDDEN));
  if (spec.head?.type === "yes-no") return causalLmHead(parts, spec.head);
  if (!spec.head && isCausal(config)) return causalLmHead(parts, { yes: "yes", no: "no" });
  if (modules && modules.steps.length > 0) return scoreTokens(graphHead(parts, pickOutput(session, HIDDEN)), modules);
  return pruningHead(parts) ?? graphHead(parts, pickOutput(session, RANKING_OUTPUTS));
}

function pickOutput(session: RuntimeSession, names: readonly string[]): string {
  return names.find((name) => session.outputNames.includes(name)) ?? session.outputNames[0]!;
}

/** Token vectors, through the layers that are stored next to the graph if the graph does not contain them. */
function tokenHead(parts: HeadParts, modules: ModuleChain | undefined): Head {
  const own = projectSettings(parts.config);
  const output = pickOutput(parts.session, own?.output === undefined ? TOKENS : [own.output, ...TOKENS]);
  const pooled = parts.session.outputNames.find((name) => name === own?.pooled_output);
  const graph = graphHead(parts, output, pooled);
  return modules && !modules.pooled && modules.steps.length > 0 ? projectTokens(graph, modules) : graph;
}

/** Runs a short sequence and checks the shape of what comes out. */
async function probe(
  head: Head,
  tokenizer: ModelTokenizer,
  spec: ModelSpec,
  config: ModelConfig,
): Promise<readonly number[]> {
  const sequence = encodeSequence(tokenizer.templates.single, 16, tokenizer.encode("a"));
  const { dims } = await head.run([sequence]).catch((error: Error) => {
    throw fault(spec, `it failed on a one-word text: ${error.message}`);
  });
  const { ranks, what, expected } = SHAPES[spec.kind];
  const width = dims.at(-1)!;
  // Logits have the shape of vectors, but they are not an embedding, whether of classes or of a vocabulary.
  const isLogits = head.output === "logits" || (width === config.vocab_size && width !== config.hidden_size);
  const isWrong = spec.kind === "cross-encoder" ? width > 2 : isLogits || (dims.length === 2 && width <= 2);
  if (!ranks.includes(dims.length) || isWrong) {
    const export_ = isLogits && spec.kind !== "cross-encoder" ? " Export the model without its head." : "";
    throw fault(
      spec,
      `it gives "${head.output}" of shape [${dims.join(", ")}], but ${what} gives ${expected}.${export_}`,
    );
  }
  return dims;
}

async function readFraming(
  platform: Platform,
  spec: ModelSpec,
  config: ModelConfig,
  tokenizer: ModelTokenizer,
): Promise<LateFraming> {
  const format = { ...(await readFormat(platform, spec, config)), ...spec.format };
  try {
    return resolveFormat(format, tokenizer);
  } catch (error) {
    throw fault(spec, `it lacks what late interaction needs: ${(error as Error).message}.`, "tokenizer.json");
  }
}
