import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { raceAbort } from "../abort.js";
import { calibrate } from "../calibration.js";
import { InvalidOptionError } from "../errors.js";
import { anything, type Checks, checkOptions, finiteNumber, positiveInteger } from "../options.js";
import {
  callScorer,
  checkScores,
  type ModelOption,
  rawScores,
  resolveScorer,
  scorerName,
} from "../scorers/create-scorer.js";
import type { PartedText, PartScores, RelevanceScorer, ScoreOptions } from "../scorers/relevance-scorer.js";
import { cutSentences } from "../sentences.js";
import type { ScoredSpan } from "../text-span.js";
import { checkThreshold } from "./checks.js";
import { copyWith, readTexts } from "./input-output.js";
import { longestSentence, selectSentences } from "./select-sentences.js";

/** Options of {@link ContextPruner}. */
export interface ContextPrunerInput {
  /**
   * Scores the sentences: a scorer or the name of one. Late interaction reads each document once, for all its sentences and all queries.
   * @default "late-en-v1", the bundled English late-interaction model
   */
  model?: ModelOption;
  /** Maximum number of characters (UTF-16 code units) that remain of each document, 1 or more. @default no limit */
  maxCharacters?: number | undefined;
  /**
   * Maximum number of tokens that remain of each document, 1 or more. Tokens are estimated: one per four characters, and one per character
   * of Chinese, Japanese, Korean and Thai.
   * @default no limit
   */
  maxTokens?: number | undefined;
  /**
   * Keeps only sentences whose score is at least this number: a probability, 0 to 1, for models with a calibration. The best sentence of a
   * document remains in any case.
   * @default the threshold of a model that prunes; otherwise none. Without a limit and a threshold, sentences remain whose share of the
   * document's evidence is at least about half of their share of its characters.
   */
  threshold?: number | undefined;
}

const CHECKS = {
  model: anything,
  maxCharacters: positiveInteger,
  maxTokens: positiveInteger,
  threshold: finiteNumber,
} satisfies Checks<ContextPrunerInput>;

/** Share of the sentence itself in its score; the rest is the score of the sentence together with the one before it. */
const ALONE = 0.7;

/**
 * Shortens documents to the sentences that answer the query, so that a prompt costs fewer tokens. Order and number of the documents stay
 * the same, and so does the order of the sentences; no document becomes empty. `metadata.rerank.spans` has the remaining sentences as
 * `{ start, end, score }`, offsets into the original `pageContent`; a reranker's details stay next to it, and anything else under
 * `metadata.rerank` is replaced. The documents passed in are not changed.
 *
 * Place it after a reranker, in a `DocumentCompressorPipeline` or behind a `ContextualCompressionRetriever`.
 *
 * @example
 * const pruner = new ContextPruner({ maxCharacters: 400 });
 * const pruned = await pruner.compressDocuments(documents, "how do solar panels work?");
 * pruned[0].metadata.rerank.spans; // [{ start: 120, end: 188, score: 0.93 }]
 */
export class ContextPruner extends BaseDocumentCompressor {
  readonly #scorer: RelevanceScorer;
  readonly #owned: boolean;
  readonly #options: ContextPrunerInput;

  /** @throws InvalidOptionError for an unknown option, or a value that is not allowed. */
  constructor(options: ContextPrunerInput = {}) {
    super();
    checkOptions(options, CHECKS, "ContextPruner");
    const { scorer, owned } = resolveScorer(options.model);
    this.#scorer = scorer;
    this.#owned = owned;
    this.#options = options;
  }

  /**
   * Shortens each document to its relevant sentences.
   *
   * @throws InvalidInputError if the query is blank or something is not a document, before any work.
   * @throws InvalidOptionError if the model has no calibration and neither a limit nor a threshold is set, or if the threshold is not
   * between 0 and 1 although the model has one. An abort rejects with the signal's reason.
   */
  async compressDocuments(
    documents: DocumentInterface[],
    query: string,
    _callbacks?: Callbacks,
    { signal }: Pick<ScoreOptions, "signal"> = {},
  ): Promise<DocumentInterface[]> {
    const texts = readTexts(documents, query, ({ pageContent }) => pageContent);
    const sentences = texts.map((text) => cutSentences(text, longestSentence(text, this.#options)));
    const parted = texts.map((text, index) => ({ text, parts: sentences[index]! }));
    const name = scorerName(this.#scorer);
    signal?.throwIfAborted();
    const { scores, evidence, threshold } = await raceAbort(signal, this.#scoreParts(query, parted, signal));
    for (const lists of [scores, evidence ?? scores])
      for (const [index, { length }] of sentences.entries()) checkScores(name, lists[index]!, length);
    const curve = threshold === undefined ? this.#scorer.calibration : undefined;
    const isLimited = this.#checkScale(curve !== undefined || threshold !== undefined);
    return documents.map((document, index) => {
      const raw = scores[index]!;
      const spans = sentences[index]!.map(
        (span, i): ScoredSpan => ({ ...span, score: curve ? calibrate(raw[i]!, curve) : raw[i]! }),
      );
      const own = evidence?.[index] ?? raw.map((each) => (curve?.slope ?? 1) * each);
      const limits = { ...(isLimited ? this.#options : { threshold }), evidence: own };
      return prune(document, selectSentences(texts[index]!, spans, limits));
    });
  }

  /** Frees the model if this pruner created it from its name. The next call loads it again. */
  async dispose(): Promise<void> {
    if (this.#owned) await this.#scorer.dispose?.();
  }

  /** Calls {@link dispose}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /**
   * One score per sentence of each document, in context if the scorer can do that. A sentence often refers to the one before it, so otherwise both
   * are read together as well.
   */
  async #scoreParts(query: string, texts: readonly PartedText[], signal?: AbortSignal): Promise<PartScores> {
    const inContext = await this.#scorer.scoreParts?.(query, texts, signal);
    if (inContext) return inContext;
    const alone = texts.map(({ text, parts }) => parts.map(({ start, end }) => text.slice(start, end)));
    const pairs = texts.map(({ text, parts }) =>
      parts.map(({ end }, i) => text.slice(parts[Math.max(0, i - 1)]!.start, end)),
    );
    const distinct = [...new Set([alone, pairs].flat(2))];
    if (distinct.length === 0) return { scores: alone.map(() => []) };
    const result = await callScorer(this.#scorer, { query, texts: distinct, signal });
    const raw = new Map(distinct.map((text, i) => [text, rawScores(result)[i]!]));
    const scores = alone.map((own, index) =>
      own.map((text, i) => ALONE * raw.get(text)! + (1 - ALONE) * raw.get(pairs[index]![i]!)!),
    );
    return { scores };
  }

  /**
   * Some scorers know their calibration only once the model is loaded.
   *
   * @returns Whether an option limits the sentences.
   */
  #checkScale(isProbability: boolean): boolean {
    const { maxCharacters, maxTokens, threshold } = this.#options;
    const isLimited = (maxCharacters ?? maxTokens ?? threshold) !== undefined;
    if (isProbability) checkThreshold(threshold);
    else if (!isLimited) {
      throw InvalidOptionError.because(
        "maxCharacters",
        undefined,
        `The scores of "${scorerName(this.#scorer)}" are not probabilities. Set \`maxCharacters\`, \`maxTokens\` or \`threshold\`.`,
      );
    }
    return isLimited;
  }
}

/** A copy of a document with only the spans. What was on separate lines stays on separate lines. */
function prune(document: DocumentInterface, spans: readonly ScoredSpan[]): DocumentInterface {
  const { pageContent, metadata } = document;
  const rerank: unknown = metadata?.rerank;
  // A spread string or array would leave its characters or items under numbers.
  const details = typeof rerank === "object" && !Array.isArray(rerank) ? rerank : {};
  const copy = copyWith(document, { rerank: { ...details, spans } });
  copy.pageContent = spans.reduce((kept, { start, end }, i) => {
    const gap = i === 0 ? "" : pageContent.slice(spans[i - 1]!.end, start);
    return kept + (gap && (gap.includes("\n") ? "\n" : " ")) + pageContent.slice(start, end);
  }, "");
  return copy;
}
