import { QWEN3_RERANKER_PROMPT } from "../../models/registry/prompts.js";
import type { PromptTemplate } from "../../models/types.js";
import { isDecoder, type ModelConfig, maxTokens, namedActivation } from "../formats/model-config.js";
import { type ModuleChain, readModules } from "../formats/sentence-transformers-modules.js";
import { type LateFraming, readFormat, resolveFormat } from "../late-interaction/format.js";
import type { ModelInfo, ModelSpec } from "../protocol.js";
import { ModelTokenizer } from "../tokenizer/model-tokenizer.js";
import { encodeSequence } from "../tokenizer/pair-encoding.js";
import { WorkerFault } from "../worker-fault.js";
import { unknownInputs } from "./forward-pass.js";
import { chooseHead, type Head } from "./heads.js";
import type { Platform } from "./session.js";

/** A session with its tokenizer, checked against each other. */
export interface LoadedModel {
  readonly name: string;
  readonly tokenizer: ModelTokenizer;
  readonly platform: Platform;
  readonly head: Head;
  /** What sentence-transformers keeps beside the graph. */
  readonly modules: ModuleChain | undefined;
  /** The prompt that pairs are read in, for models that have one. */
  readonly prompt: PromptTemplate | undefined;
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
    expected: "token vectors [batch, tokens, dimension] or pooled ones [batch, dimension]",
  },
};

/**
 * Loads a model's files and runs one short sequence through it, so that what does not fit together is known before anything is scored.
 *
 * @throws WorkerFault naming the file and what was expected of it.
 */
export async function loadModel(platform: Platform, spec: ModelSpec): Promise<LoadedModel> {
  const started = performance.now();
  const { name, file, kind } = spec;
  const fault = (problem: string, at = file) => new WorkerFault({ kind: "integrity", model: name, file: at, problem });
  const read = (json: string, from: Promise<object | undefined>) =>
    from
      .catch((error: Error) => {
        throw fault(
          `cannot be read (${error.message}). A model folder holds tokenizer.json, config.json and the ONNX file.`,
          json,
        );
      })
      .then((value) => {
        if (value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value))) return value;
        throw fault("must be a JSON object.", json);
      });
  const required = async (json: string) => (await read(json, platform.readJson(spec, json)))!;
  const config = (await required("config.json")) as ModelConfig;
  const tokenizerJson = await required("tokenizer.json");
  const tokenizerConfig =
    (await read("tokenizer_config.json", platform.readJsonIfAny(spec, "tokenizer_config.json"))) ?? {};
  const tokenizer = new ModelTokenizer(name, tokenizerJson, tokenizerConfig, config);
  const session = await platform.openSession(spec).catch((error) => {
    if (error instanceof WorkerFault) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw fault(`is no ONNX model that the runtime can read; it may be incomplete. ${reason}`);
  });
  const unknown = unknownInputs(session);
  if (unknown.length > 0) throw fault(`asks for inputs that are not known here: ${unknown.join(", ")}.`);
  // A graph with logits has its head inside.
  const modules = session.outputNames.includes("logits") ? undefined : await readModules(platform, spec, name);
  const head = openHead(() => chooseHead(spec, { platform, session, tokenizer, config, modules }), fault);
  const probe = encodeSequence(tokenizer.templates.single, 16, tokenizer.encode("a"));
  const { dims } = await head.run([probe]).catch((error: Error) => {
    throw fault(`failed on a one-word text: ${error.message}`);
  });
  const { ranks, what, expected } = SHAPES[kind];
  const width = dims.at(-1)!;
  // A vector for a whole text out of a graph with a classifier on top is no embedding, though it has the shape of one.
  const wrongWidth =
    kind === "cross-encoder" ? width > 2 : dims.length === 2 && (width <= 2 || head.output === "logits");
  if (!ranks.includes(dims.length) || wrongWidth) {
    throw fault(`gives "${head.output}" of shape [${dims.join(", ")}]; ${what} gives ${expected}.`);
  }
  const late = kind === "late-interaction" ? await readFraming() : undefined;
  const prompt =
    kind === "cross-encoder" ? (spec.prompt ?? (isDecoder(config) ? QWEN3_RERANKER_PROMPT : undefined)) : undefined;
  async function readFraming(): Promise<LateFraming> {
    const format = { ...(await readFormat(platform, spec, config)), ...spec.format };
    try {
      return resolveFormat(format, tokenizer);
    } catch (error) {
      throw fault(`cannot be used for late interaction: ${(error as Error).message}.`, "tokenizer.json");
    }
  }
  const limit = maxTokens(config, (tokenizerConfig as { model_max_length?: unknown }).model_max_length);
  const activation = namedActivation(config) ?? modules?.activation;
  return {
    name,
    tokenizer,
    platform,
    head,
    modules,
    prompt,
    late,
    info: {
      maxLength: limit,
      load: performance.now() - started,
      ...(kind === "cross-encoder" ? { labels: width } : {}),
      ...(activation ? { activation } : {}),
      ...(prompt ? { instruction: prompt.instruction } : {}),
      ...(kind === "embedding" && modules?.pooling ? { pooling: modules.pooling } : {}),
    },
  };
}

function openHead(open: () => Head, fault: (problem: string) => WorkerFault): Head {
  try {
    return open();
  } catch (error) {
    throw fault(`cannot be read as a reranker: ${(error as Error).message}.`);
  }
}
