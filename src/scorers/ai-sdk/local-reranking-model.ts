import { calibrateScores } from "../../calibration.js";
import { InvalidInputError } from "../../errors.js";
import { languageWarning } from "../../language.js";
import { type Checks, checkOptions, oneOf } from "../../options.js";
import { callScorer, type ModelOption, resolveScorer, scorerName } from "../create-scorer.js";
import { blankScore, LOWEST_SCORE, type RelevanceScorer, type ScorerReport } from "../relevance-scorer.js";
import { scatter } from "../remote/scores.js";
import { prepareTexts } from "../remote/texts.js";

/** Options of {@link createRerankingModel}. */
export interface RerankingModelOptions {
  /** A scorer, or the name of a model, as the `model` of a reranker. @default the bundled default model */
  model?: ModelOption;
  /**
   * Interface version of the model. AI SDK 6 takes `"v3"` only; AI SDK 7 takes both.
   * @default "v3"
   */
  specificationVersion?: "v3" | "v4" | undefined;
}

/** What {@link LocalRerankingModel.doRerank} is called with by the AI SDK. */
export interface RerankingCall {
  /** The documents to score; objects are scored as JSON text. */
  documents: { type: "text"; values: string[] } | { type: "object"; values: object[] };
  /** The query, not blank. */
  query: string;
  /** Number of documents that are returned. @default all */
  topN?: number | undefined;
  /** Stops the work; the call then rejects with the signal's reason. */
  abortSignal?: AbortSignal | undefined;
}

/** A reranking model for the AI SDK's `rerank`: a `RerankingModelV3` or `RerankingModelV4`. */
export interface LocalRerankingModel<Version extends "v3" | "v4" = "v3" | "v4"> {
  /** `"v3"` for AI SDK 6 and 7, `"v4"` for AI SDK 7. */
  readonly specificationVersion: Version;
  /** `"langchain-rerank"`. */
  readonly provider: string;
  /** Name of the scorer's model. */
  readonly modelId: string;
  /** Called by the AI SDK; use its `rerank` instead. */
  doRerank(call: RerankingCall): Promise<{
    ranking: { index: number; relevanceScore: number }[];
    warnings: { type: "other"; message: string }[];
    response: { timestamp: Date; modelId: string };
  }>;
  /** Frees the model, if it was created from a name. */
  dispose(): Promise<void>;
  /** Calls {@link dispose} at the end of an `await using` scope. */
  [Symbol.asyncDispose](): Promise<void>;
}

const CHECKS = {
  model: (option, value) => void resolveScorer(value as ModelOption, option),
  specificationVersion: oneOf(["v3", "v4"]),
} satisfies Checks<Required<RerankingModelOptions>>;

/**
 * Turns any scorer of this package into a reranking model for the Vercel AI SDK, so that `rerank` can use models that run on this machine.
 * Documents that are objects are scored as JSON text, as the AI SDK's providers do. Scores are those of rerankers: probabilities if the
 * model has a calibration.
 *
 * @throws InvalidOptionError for an invalid option.
 *
 * @example
 * import { rerank } from "ai";
 * const { ranking } = await rerank({ model: createRerankingModel(), query, documents, topN: 3 });
 */
export function createRerankingModel<Version extends "v3" | "v4" = "v3">(
  options: RerankingModelOptions & { specificationVersion?: Version | undefined } = {},
): LocalRerankingModel<Version> {
  checkOptions(options, CHECKS, "createRerankingModel");
  const { scorer, owned } = resolveScorer(options.model);
  return {
    specificationVersion: (options.specificationVersion ?? "v3") as Version,
    provider: "langchain-rerank",
    modelId: scorerName(scorer),
    doRerank: (call) => rerank(scorer, call),
    async dispose() {
      if (owned) await scorer.dispose?.();
    },
    async [Symbol.asyncDispose]() {
      await this.dispose();
    },
  };
}

async function rerank(scorer: RelevanceScorer, { documents, query, topN, abortSignal }: RerankingCall) {
  if (topN !== undefined && !(Number.isInteger(topN) && topN > 0))
    throw new InvalidInputError("topN", `must be a positive integer, but is ${topN}`);
  const all = documents.type === "text" ? documents.values : documents.values.map((value) => JSON.stringify(value));
  const input = prepareTexts(query, all);
  const call = { query: input.query, texts: input.texts, signal: abortSignal };
  const { scores: found, report } =
    input.texts.length > 0 ? await callScorer(scorer, call) : { scores: [], report: {} as ScorerReport };
  const name = scorerName(scorer);
  const calibrated = calibrateScores(scorer, found, report);
  const scored = calibrated.map((score, index) => ({ index, score }));
  const lowest = blankScore(scorer.calibration ? 0 : (scorer.lowestScore ?? LOWEST_SCORE), calibrated);
  const scores = input.restore(scatter(name, scored, input.texts.length), lowest);
  const foreign = languageWarning(name, scorer.languages, input.query, input.texts);
  const ranking = scores.map((relevanceScore, index) => ({ index, relevanceScore }));
  // Stable, so that documents with equal scores keep their order.
  ranking.sort((a, b) => b.relevanceScore - a.relevanceScore);
  return {
    ranking: ranking.slice(0, topN),
    warnings: [...warningsOf(report), ...(foreign === undefined ? [] : [foreign])].map((message) => ({
      type: "other" as const,
      message,
    })),
    response: { timestamp: new Date(), modelId: report.model ?? name },
  };
}

function warningsOf({ warnings = [], truncated = [], queryTruncated }: ScorerReport): string[] {
  const cut = truncated.filter(Boolean).length;
  return [
    ...warnings,
    ...(cut > 0 ? [`${cut} of ${truncated.length} documents were cut to fit the model.`] : []),
    ...(queryTruncated ? ["The query was cut to fit the model."] : []),
  ];
}
