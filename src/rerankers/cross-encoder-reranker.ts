import { type ModelOption, resolveScorer, scorerName } from "../scorers/create-scorer.js";
import type { RelevanceScorer, ScorerReport } from "../scorers/relevance-scorer.js";
import { BaseReranker, type Candidates, type Scored, type ScoredReport } from "./base-reranker.js";
import { checkScores } from "./checks.js";
import type { BaseRerankerInput, RerankDetails } from "./types.js";

/** Options of {@link CrossEncoderReranker}. */
export interface CrossEncoderRerankerInput extends BaseRerankerInput {
  /**
   * What scores query and text together: a scorer (`OnnxCrossEncoder`, `HttpCrossEncoder`, your own), or a name. A name is a bundled or
   * registered model, a local folder, or `provider:model`.
   * @default the bundled English model
   */
  model?: ModelOption;
}

/**
 * Orders documents by a model that reads query and document together, which is slower than comparing embeddings and better.
 * `sim` is the model's own activation of its logit (0–1 with a sigmoid), or what a server sent.
 *
 * @example
 * const reranker = new CrossEncoderReranker({ topN: 3 });
 * const best = await reranker.compressDocuments(documents, "how do solar panels work?");
 */
export class CrossEncoderReranker extends BaseReranker {
  readonly #scorer: RelevanceScorer;
  readonly #owned: boolean;

  constructor(options: CrossEncoderRerankerInput = {}) {
    super(options, ["model"]);
    const { scorer, owned } = resolveScorer(options.model);
    this.#scorer = scorer;
    this.#owned = owned;
  }

  protected override get model(): string {
    return scorerName(this.#scorer);
  }

  protected override async lowestScore(): Promise<number> {
    return this.#scorer.lowestScore ?? -Number.MAX_VALUE;
  }

  protected override async score(candidates: Candidates): Promise<Scored> {
    return scoreWith(this.#scorer, candidates);
  }

  /** Frees the model, if it was named and not passed in, and ends this reranker's calls with a `BackendError`. The next call loads it again. */
  async dispose(): Promise<void> {
    if (!this.#owned) return;
    this.endCalls();
    await this.#scorer.dispose?.();
  }

  /** The same, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** Runs a scorer over the candidates and turns what it tells into details and report. */
export async function scoreWith(
  scorer: RelevanceScorer,
  { query, texts, signal }: Omit<Candidates, "documents">,
): Promise<Scored> {
  let told: ScorerReport = {};
  const started = performance.now();
  const onReport = (report: ScorerReport) => {
    told = report;
  };
  const scores = await scorer.score(query, texts, { signal, onReport });
  checkScores(scorerName(scorer), scores, texts.length);
  return {
    scores,
    details: scores.map((cross, index) => crossDetails(cross, index, told)),
    report: crossReport(told, scorerName(scorer), performance.now() - started),
  };
}

function crossDetails(cross: number, index: number, told: ScorerReport): Omit<RerankDetails, "rank" | "firstRank"> {
  const raw = told.raw?.[index];
  const passage = told.passages?.[index];
  return {
    scores: { cross },
    ...(raw === undefined ? {} : { raw }),
    ...(told.truncated?.[index] ? { truncated: true as const } : {}),
    ...(passage ? { passage } : {}),
  };
}

function crossReport(told: ScorerReport, model: string, milliseconds: number): ScoredReport {
  const { batches, tokens, cache, retries, usage } = told;
  return {
    model: told.model ?? model,
    truncated: told.truncated?.filter(Boolean).length ?? 0,
    milliseconds: { score: milliseconds, ...told.milliseconds },
    ...(batches === undefined ? {} : { batches }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(cache === undefined ? {} : { cache: { ...cache } }),
    ...(retries === undefined ? {} : { retries }),
    ...(usage === undefined ? {} : { usage: { ...usage } }),
  };
}
