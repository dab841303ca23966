import { InvalidInputError, InvalidOptionError, InvalidResponseError } from "../../errors.js";
import { ONNX_OPTIONS, OnnxModel, type OnnxOptions } from "../../inference/engine/onnx-model.js";
import { OpenOnce } from "../../inference/engine/open-once.js";
import type { ModelInfo } from "../../inference/protocol.js";
import { defaultModel } from "../../models/find.js";
import type { ActivationName, ModelEntry } from "../../models/types.js";
import { checkCount, checkKnown, checkNumber, checkOneOf } from "../../options.js";
import type { TextSpan } from "../../text-span.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import { ACTIVATIONS } from "./activations.js";
import { verifyScores } from "./verify-scores.js";

/** Options of {@link OnnxCrossEncoder}. */
export interface OnnxCrossEncoderOptions extends OnnxOptions {
  /**
   * What happens to texts that do not fit the model: `"truncate"` scores their beginning, `"max-passage"` scores overlapping passages
   * and keeps the best (MaxP; Dai & Callan 2019, arXiv:1905.09217), with its span.
   * @default "truncate"
   */
  longDocuments?: "truncate" | "max-passage" | undefined;
  /**
   * Tokens of the document that one passage holds, at most (`longDocuments: "max-passage"`). Texts above it are split even if they fit
   * the model.
   * @default 256, for texts that do not fit the model
   */
  passageLength?: number | undefined;
  /** Share of a passage that the next one repeats, 0 to 0.9. The stride is the rest of it. @default 0.25 */
  passageOverlap?: number | undefined;
  /**
   * What the model is told to judge by, for models that read pairs in a prompt (Qwen3-Reranker).
   * @default the instruction that the model was published with
   */
  instruction?: string | undefined;
  /** What turns a logit into a score. @default what the model's registry entry or files say, else "sigmoid" */
  activation?: ActivationName | undefined;
  /** Score the model's golden pairs first, and refuse it when they are off by more than their tolerance. @default false */
  verify?: boolean | undefined;
}

/**
 * A cross-encoder on this machine's CPU: ONNX in worker threads, so that the event loop stays free. The query stands whole; only texts
 * are cut.
 *
 * @example
 * const scorer = new OnnxCrossEncoder({ model: "./models/my-reranker", longDocuments: "max-passage" });
 * const scores = await scorer.score("how do bees find flowers?", texts);
 */
export class OnnxCrossEncoder implements RelevanceScorer {
  readonly #model: OnnxModel;
  readonly #options: OnnxCrossEncoderOptions;
  #activation: ActivationName | undefined;
  readonly #verified = new OpenOnce((stop) => this.#verify(stop));

  /** @throws InvalidOptionError */
  constructor(options: OnnxCrossEncoderOptions = {}) {
    const own = ["longDocuments", "passageLength", "passageOverlap", "instruction", "activation", "verify"];
    checkKnown(options, [...ONNX_OPTIONS, ...own], "OnnxCrossEncoder");
    checkCount("passageLength", options.passageLength, 8);
    checkNumber("passageOverlap", options.passageOverlap, 0, 0.9);
    if (
      options.instruction !== undefined &&
      (typeof options.instruction !== "string" || options.instruction.trim() === "")
    ) {
      throw new InvalidOptionError("instruction", options.instruction, "a string that is not blank");
    }
    checkOneOf("longDocuments", options.longDocuments, ["truncate", "max-passage"]);
    checkOneOf("activation", options.activation, Object.keys(ACTIVATIONS));
    this.#options = options;
    this.#activation = options.activation;
    this.#model = new OnnxModel("cross-encoder", options.model ?? defaultModel().name, options);
  }

  get model(): string {
    return this.#model.name;
  }

  get lowestScore(): number {
    return ACTIVATIONS[this.#activation ?? "sigmoid"].lowest;
  }

  /**
   * @returns One activated logit a text, in the order given.
   * @throws ModelNotFoundError, ModelIntegrityError, MissingDependencyError on first use; BackendError when a worker dies.
   * InvalidResponseError when a logit is no finite number.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    if (typeof query !== "string" || query.trim() === "")
      throw new InvalidInputError("query", "must be a string that is not blank.");
    if (texts.length === 0) return [];
    const logits: number[] = [];
    const truncated: boolean[] = [];
    const passages: (TextSpan | undefined)[] = [];
    const { results, stats, info, located } = await this.#model.call(options.signal, async (stop) => {
      if (this.#options.verify) await this.#verified.get(stop);
      return this.#run(query, texts, stop);
    });
    for (const result of results) {
      logits.push(result.logit!);
      truncated.push(result.truncated);
      passages.push(result.passage);
    }
    if (this.#options.instruction !== undefined && info.instruction === undefined) {
      throw new InvalidOptionError(
        "instruction",
        this.#options.instruction,
        `none: ${this.model} reads pairs without a prompt`,
      );
    }
    const broken = logits.findIndex((logit) => !Number.isFinite(logit));
    if (broken >= 0) {
      const problem = `the logit of text ${broken} is ${logits[broken]}, not a finite number; try another precision (\`dtype\`)`;
      throw new InvalidResponseError(this.model, problem);
    }
    this.#activation ??= chooseActivation(located.entry, info);
    const { batches, tokens, tokenize, inference } = stats;
    options.onReport?.({
      model: this.model,
      raw: logits,
      truncated,
      passages,
      batches,
      tokens,
      milliseconds: { tokenize, inference },
    });
    return logits.map(ACTIVATIONS[this.#activation].of);
  }

  /** Frees the model once nobody else uses it; calls under way reject with BackendError. The next call loads it again. */
  async dispose(): Promise<void> {
    await Promise.all([this.#model.dispose(), this.#verified.close()]);
  }

  /** The same, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #run(query: string, texts: readonly string[], signal: AbortSignal) {
    const { longDocuments = "truncate", passageLength, passageOverlap, instruction } = this.#options;
    const passages = { longDocuments, passageLength, passageOverlap };
    const job = { task: "pairs" as const, query, instruction, ...passages };
    return this.#model.run(job, texts, signal);
  }

  async #verify(signal: AbortSignal): Promise<void> {
    const { readText } = await this.#model.located(signal);
    await verifyScores(
      this.model,
      readText,
      async (query, text) => (await this.#run(query, [text], signal)).results[0]!.logit!,
    );
  }
}

function chooseActivation(entry: ModelEntry | undefined, info: ModelInfo): ActivationName {
  return entry?.activation ?? info.activation ?? "sigmoid";
}
