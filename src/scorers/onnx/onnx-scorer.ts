import { locateModel } from "#platform/locate-model.js";
import { Calls } from "../../inference/engine/calls.js";
import type { LocatedModel } from "../../inference/engine/located-model.js";
import { locateOptions, type OnnxOptions } from "../../inference/engine/onnx-model.js";
import { OpenOnce } from "../../inference/engine/open-once.js";
import { findModel } from "../../models/find.js";
import { holdsLateInteraction } from "../../models/folder-kind.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import { OnnxCrossEncoder, type OnnxCrossEncoderOptions } from "./onnx-cross-encoder.js";
import { OnnxLateInteraction } from "./onnx-late-interaction.js";

/** Options of {@link createOnnxScorer}: those that cross-encoders and late interaction share, and `instruction`, which only the first know. */
export type OnnxScorerOptions = OnnxOptions &
  Pick<OnnxCrossEncoderOptions, "longDocuments" | "passageLength" | "passageOverlap" | "instruction" | "verify">;

/**
 * The scorer that a model's name asks for: late interaction for models that the registry, or the files of a folder or repository, call so; a
 * cross-encoder for all others and where no model is named. A registered name is looked up at once, any other at the first call.
 *
 * @throws InvalidOptionError
 * @example
 * const scorer = createOnnxScorer({ model: "late-en-v1", longDocuments: "max-passage" }); // an OnnxLateInteraction
 */
export function createOnnxScorer(options: OnnxScorerOptions = {}): RelevanceScorer {
  const entry = options.model === undefined ? undefined : findModel(options.model);
  if (entry?.kind === "late-interaction") return new OnnxLateInteraction(options);
  if (entry || options.model === undefined) return new OnnxCrossEncoder(options);
  return new UnregisteredScorer(options, options.model);
}

/** What a model's own files said that it is. */
interface Choice {
  scorer: RelevanceScorer;
  /** Held until the end: in browsers what was fetched to look at is what the scorer then runs. */
  located: LocatedModel;
}

/** A model that only its own files describe. Until they are at hand it is taken for a cross-encoder, whose options are checked at once. */
class UnregisteredScorer implements RelevanceScorer {
  readonly model: string;
  readonly #options: OnnxScorerOptions;
  readonly #calls = new Calls();
  readonly #choice = new OpenOnce<Choice>(
    (stop) => this.#look(stop),
    async ({ scorer, located }) => {
      await scorer.dispose?.();
      located.release?.();
    },
  );
  #scorer: RelevanceScorer;

  constructor(options: OnnxScorerOptions, model: string) {
    this.model = model;
    this.#options = options;
    this.#scorer = new OnnxCrossEncoder(options);
  }

  get lowestScore(): number {
    return this.#scorer.lowestScore!;
  }

  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    if (texts.length === 0) return [];
    return this.#calls.run(options.signal, async (signal) => {
      const { scorer } = await this.#choice.get(signal);
      return scorer.score(query, texts, { ...options, signal });
    });
  }

  async dispose(): Promise<void> {
    this.#calls.dispose();
    await this.#choice.close();
  }

  async #look(signal: AbortSignal): Promise<Choice> {
    const located = await locateModel(this.model, locateOptions(this.#options, signal));
    try {
      if (await holdsLateInteraction(located.readText)) this.#scorer = new OnnxLateInteraction(this.#options);
    } catch (error) {
      located.release?.();
      throw error;
    }
    return { scorer: this.#scorer, located };
  }
}
