import { InvalidOptionError } from "../errors.js";
import type { RelevanceScorer, ScoreOptions } from "./relevance-scorer.js";
import { checkRemoteModel, createRemoteScorer, isRemoteModel } from "./remote.js";

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
    if (this.#name !== undefined && isRemoteModel(this.#name)) {
      this.#loaded = await createRemoteScorer(this.#name);
      return this.#loaded;
    }
    const { createOnnxScorer } = await import("langchain-rerank/onnx");
    const scorer = createOnnxScorer(this.#name === undefined ? {} : { model: this.#name });
    this.#loaded = scorer;
    return scorer;
  }

  async dispose(): Promise<void> {
    const scorer = await this.#loading?.catch(() => undefined);
    await scorer?.dispose?.();
  }
}

/**
 * The scorer that an option stands for, and whether the reranker made it and so must free it.
 *
 * @throws InvalidOptionError
 */
export function resolveScorer(model: ModelOption): { scorer: RelevanceScorer; owned: boolean } {
  if (model === undefined) return { scorer: new NamedScorer(undefined), owned: true };
  if (typeof model === "string" && model.trim() !== "") {
    // Address and key come from the environment, so what is missing can be told before the first call.
    if (isRemoteModel(model)) checkRemoteModel(model);
    return { scorer: new NamedScorer(model), owned: true };
  }
  if (typeof (model as RelevanceScorer)?.score === "function")
    return { scorer: model as RelevanceScorer, owned: false };
  throw new InvalidOptionError("model", model, "a model's name, or an object with a method `score(query, texts)`");
}

/** A scorer's name for reports. */
export function scorerName(scorer: RelevanceScorer): string {
  return scorer.model ?? scorer.constructor.name;
}
