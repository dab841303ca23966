import { forwardPass, unknownInputs } from "./forward-pass.js";
import { type ModelConfig, maxTokens, namedActivation } from "./model-config.js";
import { ModelTokenizer } from "./model-tokenizer.js";
import { type Encoded, encodeSequence } from "./pair-encoding.js";
import type { ModelInfo, ModelSpec, Pooling } from "./protocol.js";
import type { Platform, RuntimeSession } from "./session.js";
import { WorkerFault } from "./wire-error.js";

/** A session with its tokenizer, checked against each other. */
export interface LoadedModel {
  readonly name: string;
  readonly tokenizer: ModelTokenizer;
  readonly session: RuntimeSession;
  readonly platform: Platform;
  /** Name of the output that is read. */
  readonly output: string;
  readonly info: ModelInfo;
}

/** Outputs that hold what a kind of model is for, best first, and how many dimensions they have. */
const OUTPUTS: Record<ModelSpec["kind"], { names: readonly string[]; ranks: readonly number[]; expected: string }> = {
  "cross-encoder": { names: ["logits"], ranks: [2], expected: "one output of shape [batch, 1] or [batch, 2]" },
  embeddings: {
    names: ["last_hidden_state", "token_embeddings", "sentence_embedding"],
    ranks: [2, 3],
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
  const { name, folder, file, kind } = spec;
  const fault = (problem: string, at = file) => new WorkerFault({ kind: "integrity", model: name, file: at, problem });
  const required = (json: string) =>
    platform.readJson(folder, json).catch((error: Error) => {
      throw fault(`cannot be read (${error.message}). A model folder holds tokenizer.json, config.json and the ONNX file.`, json);
    });
  const config = (await required("config.json")) as ModelConfig;
  const tokenizerJson = await required("tokenizer.json");
  const tokenizerConfig = (await platform.readJsonIfAny(folder, "tokenizer_config.json")) ?? {};
  const tokenizer = new ModelTokenizer(name, tokenizerJson, tokenizerConfig, config);
  const session = await platform.openSession(folder, file, spec.threads).catch((error) => {
    if (error instanceof WorkerFault) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw fault(`is no ONNX model that the runtime can read; it may be incomplete. ${reason}`);
  });
  const unknown = unknownInputs(session);
  if (unknown.length > 0) throw fault(`asks for inputs that encoders do not have: ${unknown.join(", ")}.`);
  const { names, ranks, expected } = OUTPUTS[kind];
  const output = names.find((candidate) => session.outputNames.includes(candidate)) ?? session.outputNames[0]!;
  const probe = encodeSequence(tokenizer.templates.single, 16, tokenizer.encode("a"));
  const { tensor } = await forwardPass(platform, session, output, [probe], tokenizer.padId).catch((error: Error) => {
    throw fault(`failed on a one-word text: ${error.message}`);
  });
  const width = tensor.dims.at(-1)!;
  if (!ranks.includes(tensor.dims.length) || (kind === "cross-encoder" && width > 2)) {
    throw fault(`gives "${output}" of shape [${tensor.dims.join(", ")}]; ${kind === "cross-encoder" ? "a cross-encoder" : "an embedding model"} gives ${expected}.`);
  }
  const limit = maxTokens(config, (tokenizerConfig as { model_max_length?: unknown }).model_max_length);
  const activation = namedActivation(config);
  const pooling = kind === "embeddings" ? await readPooling(platform, folder) : undefined;
  return {
    name,
    tokenizer,
    session,
    platform,
    output,
    info: {
      maxLength: limit,
      load: performance.now() - started,
      ...(kind === "cross-encoder" ? { labels: width } : {}),
      ...(activation ? { activation } : {}),
      ...(pooling ? { pooling } : {}),
    },
  };
}

/** Runs one batch of a loaded model. */
export function runBatch(model: LoadedModel, batch: readonly Encoded[]) {
  return forwardPass(model.platform, model.session, model.output, batch, model.tokenizer.padId);
}

/** The pooling that sentence-transformers wrote beside the model, if it did. */
async function readPooling(platform: Platform, folder: string): Promise<Pooling | undefined> {
  const config = (await platform.readJsonIfAny(folder, "1_Pooling/config.json")) as Record<string, unknown> | undefined;
  if (config?.pooling_mode_cls_token) return "cls";
  if (config?.pooling_mode_lasttoken) return "last";
  return config?.pooling_mode_mean_tokens ? "mean" : undefined;
}
