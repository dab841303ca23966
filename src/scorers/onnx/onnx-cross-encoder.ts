import { callWith, OpenOnce } from "../../abort.js";
import type { Calibration } from "../../calibration.js";
import { InvalidResponseError } from "../../errors.js";
import { OnnxModel } from "../../inference/engine/onnx-model.js";
import { ONNX_CHECKS, type OnnxOptions, PASSAGE_CHECKS } from "../../inference/engine/onnx-options.js";
import type { ModelInfo, TextResult } from "../../inference/protocol.js";
import { DEFAULT_MODELS } from "../../models/bundled.js";
import type { ActivationName } from "../../models/types.js";
import {
  type Checks,
  callSignal,
  checkOptions,
  checkQuery,
  checkTexts,
  expecting,
  flag,
  oneOf,
  text,
} from "../../options.js";
import type { ScoredSpan } from "../../text-span.js";
import {
  LOWEST_SCORE,
  type PartedText,
  type PartScores,
  type RelevanceScorer,
  type ScoreOptions,
} from "../relevance-scorer.js";
import { checkPartedTexts } from "./check-parted-texts.js";
import { verifyScores } from "./verify-scores.js";

/** Options of {@link OnnxCrossEncoder}. */
export interface OnnxCrossEncoderOptions extends OnnxOptions {
  /**
   * How texts that do not fit the model are scored: `"truncate"` scores their beginning, `"max-passage"` scores overlapping passages and
   * keeps the best (MaxP; Dai & Callan 2019, arXiv:1905.09217) and reports its span.
   * @default "truncate"
   */
  longDocuments?: "truncate" | "max-passage" | undefined;
  /**
   * Maximum number of document tokens per passage with `longDocuments: "max-passage"`; at least 8. Longer texts are split even if they fit
   * the model.
   * @default 256 for texts that do not fit the model; texts that fit are not split
   */
  passageLength?: number | undefined;
  /** Share of a passage that the next one repeats, between 0 and 0.9. @default 0.25 */
  passageOverlap?: number | undefined;
  /**
   * What counts as relevant, for models that read pairs in a prompt (Qwen3-Reranker).
   * @default the instruction that the model was published with
   */
  instruction?: string | undefined;
  /**
   * The function that turns a logit into a score: `"sigmoid"` (0 to 1), or `"identity"` for the logit itself.
   * @default what the registry or the model's files say, otherwise "sigmoid"
   */
  activation?: ActivationName | undefined;
  /**
   * The label that means "relevant", by name or by index (0 or 1), for models with two labels.
   * @default what the registry says or the names in `id2label` of `config.json` show; if they do not show it, the first call fails
   */
  positiveLabel?: string | number | undefined;
  /** Whether to score the model's golden pairs before the first call, and to refuse the model if a score is wrong. @default false */
  verify?: boolean | undefined;
}

/** Turns a logit into a score, in double precision so that confident scores stay distinct; `lowest` is the lowest possible score. */
const ACTIVATIONS = {
  /** For heads with two labels, this is the softmax probability of the positive one. */
  sigmoid: { apply: (logit: number) => 1 / (1 + Math.exp(-logit)), lowest: 0 },
  identity: { apply: (logit: number) => logit, lowest: LOWEST_SCORE },
} as const satisfies Record<ActivationName, object>;

/** Enough texts that every worker thread gets one. */
const LOADING_TEXTS = 16;

const CHECKS: Checks<OnnxCrossEncoderOptions> = {
  ...ONNX_CHECKS,
  ...PASSAGE_CHECKS,
  instruction: text,
  activation: oneOf(Object.keys(ACTIVATIONS)),
  positiveLabel: expecting(
    "the name of a label, or its index (0 or 1)",
    (value) => (typeof value === "string" && value !== "") || value === 0 || value === 1,
  ),
  verify: flag,
};

/**
 * A cross-encoder on this machine's CPU. It runs ONNX models in worker threads, so that the event loop is not blocked.
 *
 * Only texts are truncated, unless the query takes up more than three quarters of the model's maximum length: then the end of the query is
 * kept, because in long queries (chat histories, prompts) the question comes last, and the report says `queryTruncated`.
 *
 * @example
 * const scorer = new OnnxCrossEncoder({ model: "./models/my-reranker", longDocuments: "max-passage" });
 * const scores = await scorer.score("how do bees find flowers?", texts);
 */
export class OnnxCrossEncoder implements RelevanceScorer {
  readonly #model: OnnxModel;
  readonly #options: OnnxCrossEncoderOptions;
  readonly #verified = new OpenOnce((stop) => this.#verify(stop));
  #activation: ActivationName | undefined;

  /** @throws InvalidOptionError if an option is unknown or invalid. */
  constructor(options: OnnxCrossEncoderOptions = {}) {
    checkOptions(options, CHECKS, "OnnxCrossEncoder");
    this.#options = options;
    this.#activation = options.activation;
    this.#model = new OnnxModel("cross-encoder", options.model ?? DEFAULT_MODELS.crossEncoder, options);
  }

  get model(): string {
    return this.#model.name;
  }

  /** The curve in the registry or in the model's files, unless `activation` is set, which changes the scores. */
  get calibration(): Calibration | undefined {
    return this.#options.activation === undefined ? this.#model.calibration : undefined;
  }

  get languages(): readonly string[] | undefined {
    return this.#model.entry?.languages;
  }

  /** Hash of the model's files, calibration and registered settings. */
  async modelVersion(options: { signal?: AbortSignal } = {}): Promise<string> {
    return this.#model.version(callSignal(options));
  }

  get lowestScore(): number {
    return ACTIVATIONS[this.#activation ?? "sigmoid"].lowest;
  }

  /**
   * Scores texts against a query. Identical texts are scored once.
   *
   * @returns One activated logit per text, in the order of `texts`; for `[]`, `[]` without loading the model.
   * @throws InvalidInputError if the query is blank or a text is not a string.
   * @throws InvalidOptionError if the model does not support `instruction` or needs `positiveLabel`.
   * @throws ModelNotFoundError, ModelIntegrityError, DownloadError, MissingDependencyError if the model cannot be loaded.
   * @throws BackendError if a worker thread dies, or the scorer is disposed of during the call.
   * @throws InvalidResponseError if a logit is not a finite number.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    checkQuery(query);
    checkTexts(texts);
    const stop = callSignal(options);
    if (texts.length === 0) return [];
    const distinct = [...new Set(texts)];
    return callWith([stop, this.#model.disposal], async (signal) => {
      if (this.#options.verify) await this.#verified.get(signal);
      const { results, stats, info, located } = await this.#run(query, distinct, signal);
      const byText = new Map(distinct.map((text, index) => [text, results[index]!]));
      const all = texts.map((text) => byText.get(text)!);
      const raw = all.map(({ logit }) => logit!);
      this.#checkLogits(raw);
      this.#activation ??= located.entry?.activation ?? info.activation ?? "sigmoid";
      const { batches, tokens, tokenize, inference } = stats;
      options.onReport?.({
        model: this.model,
        runtime: info.runtime,
        raw,
        truncated: all.map(({ truncated }) => truncated),
        ...(results.some(({ queryTruncated }) => queryTruncated) ? { queryTruncated: true } : {}),
        passages: all.map(({ passage }) => passage),
        ...(info.keepThreshold === undefined ? {} : { spans: all.map((result) => keptParts(result, info)) }),
        batches,
        tokens,
        milliseconds: { tokenize, inference },
      });
      return raw.map(ACTIVATIONS[this.#activation].apply);
    });
  }

  /**
   * Scores parts of texts, such as sentences, with a model that says which tokens to keep (OpenProvence, Provence): a part has the mean
   * probability of its tokens. Texts that do not fit the model are read in windows of whole parts.
   *
   * @param texts Each with its parts, in order and not overlapping.
   * @returns undefined for a model that only ranks.
   * @throws InvalidInputError if a part is empty, lies outside of its text, overlaps another, or comes before one that starts earlier; otherwise as
   * {@link score}.
   */
  async scoreParts(query: string, texts: readonly PartedText[], signal?: AbortSignal): Promise<PartScores | undefined> {
    checkQuery(query);
    checkPartedTexts(texts);
    if (texts.length === 0) return undefined;
    if (this.#options.verify) await this.#verified.get(signal);
    const { results, info } = await this.#run(query, texts, signal);
    const { keepThreshold: threshold } = info;
    if (threshold === undefined) return undefined;
    return { scores: results.map(({ kept = [] }) => kept.map(({ score }) => score)), threshold };
  }

  /** Loads the model into all worker threads, by scoring short texts. */
  async load(options: { signal?: AbortSignal } = {}): Promise<void> {
    const texts = Array.from({ length: LOADING_TEXTS }, (_, index) => `${index}`);
    await this.score("load", texts, options);
  }

  /** Frees the model unless other instances use it. Calls in progress reject with a `BackendError`; the next call loads the model again. */
  async dispose(): Promise<void> {
    await Promise.all([this.#model.dispose(), this.#verified.close()]);
  }

  /** Calls {@link dispose} at the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Runs the model on at least one text. */
  async #run(query: string, texts: readonly (string | PartedText)[], signal?: AbortSignal) {
    const { longDocuments = "truncate", passageLength, passageOverlap, instruction } = this.#options;
    const passages = { longDocuments, passageLength, passageOverlap };
    const result = await this.#model.run({ task: "pairs", query, instruction, ...passages }, texts, { signal });
    return { ...result, info: result.info! };
  }

  #checkLogits(logits: readonly number[]): void {
    const index = logits.findIndex((logit) => !Number.isFinite(logit));
    if (index < 0) return;
    const problem = `the logit of text ${index} is ${logits[index]}, not a finite number. Try another precision (\`dtype\`).`;
    throw new InvalidResponseError(this.model, problem);
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

/** The sentences that a model with a pruning head keeps. */
function keptParts({ kept = [] }: TextResult, { keepThreshold = 0 }: ModelInfo): ScoredSpan[] {
  return kept
    .filter(({ score, tokens }) => tokens > 0 && score >= keepThreshold)
    .map(({ start, end, score }) => ({ start, end, score }));
}
