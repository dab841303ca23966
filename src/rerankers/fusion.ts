import type { DocumentInterface } from "@langchain/core/documents";
import type { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { InvalidOptionError } from "../errors.js";
import { identifyDocuments } from "../identify-documents.js";
import { className } from "../model-name.js";
import { anything, type Checks, checkOptions, positiveInteger } from "../options.js";
import { orderByScore, reciprocalRankFusion } from "./blend.js";
import type { FirstStage, FusedStage } from "./first-stage-types.js";
import { copyWith } from "./input-output.js";
import type { Candidates, RerankCallOptions, RerankResult } from "./types.js";

/** One stage of a fusion: it ranks the candidates, and may leave some out. */
interface Ranker {
  readonly name: string;
  /** Indexes of candidates, best first. */
  rank(candidates: Candidates): Promise<{ order: readonly number[]; warnings: readonly string[] }>;
  readonly modelVersion?: FirstStage["modelVersion"];
  readonly load?: FirstStage["load"];
  readonly dispose?: FirstStage["dispose"];
}

const CHECKS: Checks<FusedStage> = { fuse: anything, k: positiveInteger };

/**
 * Reciprocal-rank fusion: a candidate gets 1 / (k + rank) from every stage that ranks it, with ranks from 1.
 *
 * @throws InvalidOptionError for fewer than two stages, or something that is not a stage.
 */
export function fuse(stage: FusedStage, makeStage: (option: string, stage: unknown) => FirstStage): FirstStage {
  checkOptions(stage, CHECKS, "a fusion", "firstStage.");
  const { fuse: stages, k = 60 } = stage;
  if (!Array.isArray(stages) || stages.length < 2)
    throw new InvalidOptionError("firstStage.fuse", stages, "an array of two or more stages");
  const rankers = Array.from(stages, (stage, i) => toRanker(`firstStage.fuse[${i}]`, stage, makeStage));
  return {
    get name() {
      return `rrf(${rankers.map(({ name }) => name).join(", ")})`;
    },
    async score(candidates) {
      const ranked = await Promise.all(rankers.map((ranker) => ranker.rank(candidates)));
      const orders = ranked.map(({ order }) => order);
      return {
        scores: reciprocalRankFusion(orders, candidates.texts.length, k),
        warnings: ranked.flatMap(({ warnings }) => warnings),
      };
    },
    modelVersion: async (options) => Promise.all(rankers.map((ranker) => ranker.modelVersion?.(options))),
    load: async (signal) => void (await Promise.all(rankers.map((ranker) => ranker.load?.(signal)))),
    ...(rankers.some((ranker) => ranker.dispose) && {
      dispose: async () => void (await Promise.all(rankers.map((ranker) => ranker.dispose?.()))),
    }),
  };
}

function toRanker(option: string, stage: unknown, makeStage: (option: string, stage: unknown) => FirstStage): Ranker {
  if (isCompressor(stage)) {
    return {
      name: className(stage),
      rank: async (candidates) => ({ order: await rankByCompressor(stage, candidates), warnings: [] }),
    };
  }
  const scored = makeStage(option, stage);
  return {
    get name() {
      return scored.name;
    },
    async rank(candidates) {
      const { scores, warnings = [] } = await scored.score(candidates);
      return { order: orderByScore(scores), warnings };
    },
    modelVersion: scored.modelVersion,
    load: scored.load,
    dispose: scored.dispose,
  };
}

function isCompressor(stage: unknown): stage is BaseDocumentCompressor {
  return typeof (stage as Partial<BaseDocumentCompressor> | null)?.compressDocuments === "function";
}

/** Marks a copy with the index of its candidate. Compressors copy metadata, and a symbol cannot collide with other keys. */
const INDEX = Symbol("index");

interface SignalAware {
  rerank?(documents: DocumentInterface[], query: string, options: RerankCallOptions): Promise<RerankResult>;
}

async function rankByCompressor(
  compressor: BaseDocumentCompressor,
  { query, texts, documents, signal }: Candidates,
): Promise<readonly number[]> {
  const copies = documents.map((document, index) => {
    return Object.assign(copyWith(document, { [INDEX]: index }), { pageContent: texts[index]! });
  });
  const { rerank } = compressor as SignalAware;
  const returned = rerank
    ? (await rerank.call(compressor, copies, query, { signal })).documents
    : await compressor.compressDocuments(copies, query);
  return identifyDocuments(className(compressor), texts, returned, ({ metadata }) => {
    return (metadata as Record<symbol, number | undefined> | undefined)?.[INDEX];
  });
}
