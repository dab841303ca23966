import type { DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { InvalidInputError, InvalidOptionError } from "../errors.js";
import { type ModelOption, resolveScorer, scorerName } from "../scorers/named-scorer.js";
import type { RelevanceScorer } from "../scorers/relevance-scorer.js";
import { BaseReranker, type Candidates, type Scored } from "./base-reranker.js";
import { scoreWith } from "./cross-encoder-reranker.js";
import { checkEmbeddings, embeddingScores, embeddingsName } from "./embedding-similarity-reranker.js";
import { NORMALIZATIONS, type Normalization } from "./normalization.js";
import { checkCount, checkNumber, checkOneOf } from "../options.js";
import type { BaseRerankerInput } from "./types.js";

/** Options of {@link HybridReranker}. */
export interface HybridRerankerInput extends BaseRerankerInput {
  /** First stage by embeddings: scores every document. Give either this or `firstStageKey`. */
  embeddings?: EmbeddingsInterface | undefined;
  /**
   * First stage that has already run: the metadata key that holds its score, a finite number, higher is better.
   * @example firstStageKey: "score"
   */
  firstStageKey?: string | undefined;
  /** Second stage, as in `CrossEncoderReranker`. @default the bundled English model */
  model?: ModelOption;
  /** How many of the first stage's best the cross-encoder scores. @default 20 */
  topK?: number | undefined;
  /** Weight of the cross-encoder in the blend, 0–1. @default 0.7 */
  alpha?: number | undefined;
  /** How both stages' scores are brought to one scale. @default "min-max" */
  normalization?: Normalization | undefined;
}

/**
 * Two stages, blended: a cheap score for all documents, the cross-encoder for the `topK` best of them, and
 * `sim = alpha · cross + (1 − alpha) · first` over normalised scores. Documents that the cross-encoder did not see follow those that it
 * saw, in first-stage order, with a lower `sim`.
 *
 * @example
 * const reranker = new HybridReranker({ embeddings, topK: 20, alpha: 0.7, topN: 10 });
 * const behindAStore = new HybridReranker({ firstStageKey: "score", topN: 10 });
 */
export class HybridReranker extends BaseReranker {
  readonly topK: number;
  readonly alpha: number;
  readonly normalization: Normalization;
  readonly #embeddings: EmbeddingsInterface | undefined;
  readonly #firstStageKey: string | undefined;
  readonly #scorer: RelevanceScorer;
  readonly #owned: boolean;

  constructor(options: HybridRerankerInput) {
    super(options, ["embeddings", "firstStageKey", "model", "topK", "alpha", "normalization"]);
    checkCount("topK", options.topK);
    checkNumber("alpha", options.alpha, 0, 1);
    checkOneOf("normalization", options.normalization, Object.keys(NORMALIZATIONS));
    checkFirstStage(options);
    this.topK = options.topK ?? 20;
    this.alpha = options.alpha ?? 0.7;
    this.normalization = options.normalization ?? "min-max";
    this.#embeddings = options.embeddings;
    this.#firstStageKey = options.firstStageKey;
    const { scorer, owned } = resolveScorer(options.model);
    this.#scorer = scorer;
    this.#owned = owned;
  }

  protected override get model(): string {
    const first = this.#embeddings ? embeddingsName(this.#embeddings) : `metadata.${this.#firstStageKey}`;
    return `${first} + ${scorerName(this.#scorer)}`;
  }

  protected override async lowestScore(scores: readonly number[]): Promise<number> {
    return scores.reduce((lowest, score) => Math.min(lowest, score), 0) - 1;
  }

  protected override async score(candidates: Candidates): Promise<Scored> {
    const started = performance.now();
    const first = await this.#firstStage(candidates);
    const firstStage = performance.now() - started;
    const byFirst = first.map((_, index) => index).sort((a, b) => first[b]! - first[a]!);
    const seen = byFirst.slice(0, this.topK);
    const { query, signal } = candidates;
    const second = await scoreWith(this.#scorer, { query, signal, texts: seen.map((index) => candidates.texts[index]!) });
    const details = first.map((score) => ({ scores: { [this.#embeddings ? "embedding" : "first"]: score } }));
    seen.forEach((index, place) => {
      const cross = second.details![place]!;
      details[index] = { ...cross, scores: { ...details[index]!.scores, ...cross.scores } };
    });
    return {
      scores: blend(first, seen, second.scores, this.alpha, this.normalization),
      details,
      report: { ...second.report, model: this.model, milliseconds: { firstStage, ...second.report?.milliseconds } },
    };
  }

  async #firstStage({ query, texts, documents, signal }: Candidates): Promise<number[]> {
    if (this.#embeddings) return embeddingScores(this.#embeddings, query, texts, signal);
    return documents.map((document) => readScore(document, this.#firstStageKey!));
  }

  /** Frees the model, if it was named and not passed in. The next call loads it again. */
  async dispose(): Promise<void> {
    if (this.#owned) await this.#scorer.dispose?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/**
 * The blend of two stages.
 *
 * @param first First-stage scores of all candidates.
 * @param seen Places in `first` that the second stage scored.
 * @param second Their second-stage scores, in the order of `seen`.
 * @returns One score a candidate. Those not in `seen` lie at least 1 below the lowest of those that are, in first-stage order.
 */
export function blend(
  first: readonly number[],
  seen: readonly number[],
  second: readonly number[],
  alpha: number,
  normalization: Normalization,
): number[] {
  const normalize = NORMALIZATIONS[normalization];
  const firstNormalized = normalize(first);
  const secondNormalized = normalize(second);
  const blended = seen.map((index, place) => alpha * secondNormalized[place]! + (1 - alpha) * firstNormalized[index]!);
  const lowest = blended.reduce((low, score) => Math.min(low, score), Number.POSITIVE_INFINITY);
  // Whatever the normalisation's range, min-max keeps the tail in order within a unit that ends 1 below the head.
  const scores = NORMALIZATIONS["min-max"](first).map((score) => lowest - 2 + score);
  seen.forEach((index, place) => {
    scores[index] = blended[place]!;
  });
  return scores;
}

function readScore(document: DocumentInterface, key: string): number {
  const score: unknown = document.metadata?.[key];
  if (typeof score === "number" && Number.isFinite(score)) return score;
  const found = score === undefined ? "is missing" : `is ${JSON.stringify(score)}`;
  throw new InvalidInputError(
    `document${document.id ? ` "${document.id}"` : ""} metadata.${key}`,
    `${found}; \`firstStageKey\` must name a finite number in every document. Pass \`embeddings\` to score documents that have none.`,
  );
}

function checkFirstStage({ embeddings, firstStageKey }: HybridRerankerInput): void {
  if (embeddings !== undefined && firstStageKey !== undefined) {
    throw new InvalidOptionError("firstStageKey", firstStageKey, "either this or `embeddings`, not both");
  }
  if (firstStageKey === undefined) return checkEmbeddings(embeddings);
  if (typeof firstStageKey !== "string" || firstStageKey === "") {
    throw new InvalidOptionError("firstStageKey", firstStageKey, "the name of a metadata key");
  }
}
