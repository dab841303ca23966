import { Document } from "@langchain/core/documents";
import type { DType } from "../../models/types.js";
import { CrossEncoderReranker } from "../../rerankers/cross-encoder-reranker.js";
import type { RerankDetails, RerankReport } from "../../rerankers/types.js";
import { createScorer, scorerName } from "../../scorers/create-scorer.js";
import { LOWEST_SCORE, type RelevanceScorer } from "../../scorers/relevance-scorer.js";
import { isRemoteModel } from "../../scorers/remote-model.js";
import type { SourceText, TextFormat } from "../../text-sources/split-text.js";
import { scoreInChunks } from "../shared/score-in-chunks.js";
import { downloadDetail } from "./download-detail.js";
import { interruption } from "./interruption.js";
import { ProgressBar } from "./terminal/progress-bar.js";

/** Options of `rank`. */
export interface RankOptions {
  query: string;
  topN?: number;
  threshold?: number;
  model?: string;
  dtype?: DType;
  longDocuments?: "truncate" | "max-passage";
  instruction?: string;
  acceptLicense?: boolean;
  field?: string;
  format?: TextFormat;
  json?: boolean;
  verbose?: boolean;
}

/** One line of the result. */
export interface RankedDocument {
  rank: number;
  firstRank: number;
  score: number;
  text: string;
  source: string;
  /** The text did not fit the model and was cut. */
  truncated?: true;
  /** The passage that the score comes from, in UTF-16 code units (`--long-documents max-passage`). */
  passage?: { start: number; end: number };
}

/** Ranks documents with any backend, showing progress on standard error. */
export async function rank(
  documents: readonly SourceText[],
  options: RankOptions,
): Promise<{ ranked: RankedDocument[]; report: RerankReport & Record<string, unknown> }> {
  const bar = new ProgressBar();
  const model = chooseModel(options, bar);
  const { topN, threshold } = options;
  const reranker = new CrossEncoderReranker({ model, details: true, topN, threshold });
  const input = documents.map(({ text, source }) => new Document({ pageContent: text, metadata: { source } }));
  try {
    const result = await reranker.rerank(input, options.query, { signal: interruption() });
    return { ranked: result.documents.map(toRanked), report: { ...result.report } };
  } finally {
    bar.end();
    await model.dispose?.();
  }
}

/**
 * A local model gets its texts in parts, to show progress. A remote one gets them all at once, as does the default model if only the best are
 * wanted: it then reads less, but has to know all texts for that.
 */
function chooseModel(options: RankOptions, bar: ProgressBar): RelevanceScorer {
  const { model, topN, dtype, longDocuments, instruction, acceptLicense } = options;
  const scorer = createScorer(model, {
    dtype,
    longDocuments,
    instruction,
    acceptLicense,
    onProgress: (progress) => bar.update(progress.bytes, progress.total, downloadDetail(progress)),
  });
  if (model === undefined ? topN !== undefined : isRemoteModel(model)) return scorer;
  return withProgress(scorer, bar);
}

/** Texts per chunk: few enough to show progress, many enough to keep all threads busy. */
const CHUNK = 16;

/** The scorer, with a bar that shows how many texts are done. */
export function withProgress(scorer: RelevanceScorer, bar: ProgressBar): RelevanceScorer {
  return {
    get model() {
      return scorerName(scorer);
    },
    get lowestScore() {
      return scorer.lowestScore ?? LOWEST_SCORE;
    },
    // Known only after the model has been loaded, as the languages are.
    get calibration() {
      return scorer.calibration;
    },
    get languages() {
      return scorer.languages;
    },
    get scoresHoldWithinRequest() {
      return scorer.scoresHoldWithinRequest;
    },
    scoreParts: async (...call) => scorer.scoreParts?.(...call),
    modelVersion: async (options) => scorer.modelVersion?.(options),
    load: async (options) => scorer.load?.(options),
    score: async (query, texts, { signal, onReport } = {}) => {
      const { length } = texts;
      const onProgress = (done: number) => bar.update(done, length, `${done} of ${length} texts`);
      const { scores, report } = await scoreInChunks(scorer, query, texts, { size: CHUNK, signal, onProgress });
      onReport?.(report);
      return scores;
    },
    dispose: async () => scorer.dispose?.(),
  };
}

function toRanked(document: Document): RankedDocument {
  const { sim, source, rerank } = document.metadata as { sim: number; source: string; rerank: RerankDetails };
  return {
    rank: rerank.rank,
    firstRank: rerank.firstRank,
    score: sim,
    text: document.pageContent,
    source,
    ...(rerank.truncated ? { truncated: true as const } : {}),
    ...(rerank.passage ? { passage: rerank.passage } : {}),
  };
}
