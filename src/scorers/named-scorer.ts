import { InvalidOptionError } from "../errors.js";
import type { RelevanceScorer, ScoreOptions } from "./relevance-scorer.js";
import { checkRemoteModel, createRemoteScorer, isRemoteModel } from "./remote-model.js";

/** The name that stands for the bundled `StaticLateInteraction`. */
export const BUNDLED_STATIC = "static-en-v1";

/** What a reranker's `model` can be: a scorer, the name of one, or nothing for the bundled model. */
export type ModelOption = RelevanceScorer | string | undefined;

/** A scorer known by name only until the first call, so that constructing a reranker loads nothing. */
class NamedScorer implements RelevanceScorer {
  readonly #name: string | undefined;
  #loading: Promise<RelevanceScorer> | undefined;
  #loaded: RelevanceScorer | undefined;

  constructor(name: string | undefined) {
    this.#name = name;
  }

  get model(): string {
    return this.#loaded?.model ?? this.#name ?? "bundled";
  }

  /** 0: what names stand for are models with an activation, whose scores are 0 to 1; corrected as soon as the model is known. */
  get lowestScore(): number {
    return this.#loaded ? (this.#loaded.lowestScore ?? -Number.MAX_VALUE) : 0;
  }

  async score(query: string, texts: readonly string[], options?: ScoreOptions): Promise<readonly number[]> {
    this.#loading ??= this.#load();
    let scorer: RelevanceScorer;
    try {
      scorer = await this.#loading;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
    return scorer.score(query, texts, options);
  }

  async #load(): Promise<RelevanceScorer> {
    this.#loaded = await loadScorer(this.#name);
    return this.#loaded;
  }

  async dispose(): Promise<void> {
    const scorer = await this.#loading?.catch(() => undefined);
    await scorer?.dispose?.();
  }
}

async function loadScorer(name: string | undefined): Promise<RelevanceScorer> {
  if (name === BUNDLED_STATIC) {
    const { StaticLateInteraction } = await import("langchain-rerank/static");
    return new StaticLateInteraction();
  }
  if (name !== undefined && isRemoteModel(name)) return createRemoteScorer(name);
  const { createOnnxScorer } = await import("langchain-rerank/onnx");
  return createOnnxScorer(name === undefined ? {} : { model: name });
}

/**
 * The scorer that an option stands for, and whether the reranker made it and so must free it.
 *
 * @throws InvalidOptionError
 */
export function resolveScorer(model: ModelOption, option = "model"): { scorer: RelevanceScorer; owned: boolean } {
  if (model === undefined) return { scorer: new NamedScorer(undefined), owned: true };
  if (typeof model === "string" && model.trim() !== "") {
    // Address and key come from the environment, so what is missing can be told before the first call.
    if (isRemoteModel(model)) checkRemoteModel(model);
    return { scorer: new NamedScorer(model), owned: true };
  }
  if (typeof (model as RelevanceScorer)?.score === "function")
    return { scorer: model as RelevanceScorer, owned: false };
  throw new InvalidOptionError(option, model, "a model's name, or an object with a method `score(query, texts)`");
}

/** A scorer's name for reports. */
export function scorerName(scorer: RelevanceScorer): string {
  return scorer.model ?? scorer.constructor.name;
}
