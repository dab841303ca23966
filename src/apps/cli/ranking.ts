import { Document } from "@langchain/core/documents";
import { CrossEncoderReranker } from "../../rerankers/cross-encoder-reranker.js";
import type { RerankDetails, RerankReport } from "../../rerankers/types.js";
import { BUNDLED_STATIC } from "../../scorers/named-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { SourceText } from "../../text-sources/split-text.js";
import { ChunkedScorer } from "./chunked-scorer.js";
import type { RankOptions } from "./commands/rank.js";
import { downloadDetail } from "./download-detail.js";
import { CliError, EXIT } from "./failure.js";
import { interruption } from "./interruption.js";
import { ProgressBar } from "./terminal/progress-bar.js";

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
  const model = await chooseModel(options, bar);
  const { topN, threshold } = options;
  const reranker = new CrossEncoderReranker({
    model,
    details: true,
    ...(topN === undefined ? {} : { topN }),
    ...(threshold === undefined ? {} : { threshold }),
  });
  const input = documents.map(({ text, source }) => new Document({ pageContent: text, metadata: { source } }));
  try {
    const result = await reranker.rerank(input, options.query, { signal: interruption() });
    return { ranked: result.documents.map(toRanked), report: { ...result.report } };
  } finally {
    bar.end();
    await model.dispose?.();
  }
}

/** Models of this machine are handed texts in parts, to show how far they are; a provider gets them as it likes them. */
async function chooseModel(options: RankOptions, bar: ProgressBar): Promise<RelevanceScorer> {
  const { model, dtype, longDocuments, instruction, acceptLicense } = options;
  const { createRemoteScorer, isRemoteModel } = await import("../../scorers/remote-model.js");
  if (model !== undefined && isRemoteModel(model)) return createRemoteScorer(model);
  if (model === BUNDLED_STATIC) return staticScorer({ dtype, instruction });
  const { createOnnxScorer } = await import("langchain-rerank/onnx");
  const scorer = createOnnxScorer({
    model,
    dtype,
    longDocuments,
    instruction,
    acceptLicense,
    onDownload: (progress) => bar.update(progress.bytes, progress.total, downloadDetail(progress)),
  });
  return new ChunkedScorer(scorer, (done, total) => bar.update(done, total, `${done} of ${total} texts`));
}

/** The static model reads texts whole, and has neither precisions nor prompts. */
async function staticScorer(needless: Record<string, string | undefined>): Promise<RelevanceScorer> {
  const given = Object.keys(needless).find((name) => needless[name] !== undefined);
  if (given) throw new CliError(`--${given} says nothing to ${BUNDLED_STATIC}; leave it out.`, EXIT.usage);
  const { StaticLateInteraction } = await import("langchain-rerank/static");
  return new StaticLateInteraction();
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
