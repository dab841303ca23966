import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { Document, DocumentInterface } from "@langchain/core/documents";
import { InvalidOptionError } from "../errors.js";
import { className } from "../model-name.js";
import type { BaseReranker } from "../rerankers/base-reranker.js";
import type { RerankCallOptions, RerankReport, RerankResult } from "../rerankers/types.js";
import type { CacheKeyPart } from "./cache/cache-key.js";

/** Any LangChain document compressor: a reranker of this package, `CohereRerank`, `EmbeddingsFilter`, or your own. */
export interface Compressor {
  /** Returns the documents that it keeps, best first. */
  compressDocuments(documents: DocumentInterface[], query: string, callbacks?: Callbacks): Promise<DocumentInterface[]>;
}

/** A compressor that reports what it did, like the rerankers of this package. */
interface ReportingCompressor extends Compressor {
  rerank(documents: DocumentInterface[], query: string, options?: RerankCallOptions): Promise<RerankResult>;
}

/** The result of one call of a compressor. */
export interface SystemAnswer {
  documents: readonly DocumentInterface[];
  report: RerankReport | undefined;
  milliseconds: number;
}

/** Calls a compressor, by `rerank` if it has that, and measures the time. */
export async function callSystem(
  compressor: Compressor,
  documents: Document[],
  query: string,
  signal: AbortSignal | undefined,
): Promise<SystemAnswer> {
  const started = performance.now();
  if (isReporting(compressor)) {
    const result = await compressor.rerank(documents, query, signal ? { signal } : {});
    return { ...result, milliseconds: performance.now() - started };
  }
  const returned = await compressor.compressDocuments(documents, query);
  return { documents: returned, report: undefined, milliseconds: performance.now() - started };
}

function isReporting(compressor: Compressor): compressor is ReportingCompressor {
  return typeof (compressor as Partial<ReportingCompressor>).rerank === "function";
}

/** A name for reports: the class, and the model if there is one. */
export function systemName(compressor: Compressor): string {
  const model = (compressor as { model?: unknown }).model;
  const name = className(compressor);
  return typeof model === "string" && model !== "" ? `${name} (${model})` : name;
}

/**
 * The part of a cache key that identifies a compressor. For rerankers of this package: class, model and every option that is a plain value.
 *
 * @throws InvalidOptionError when the compressor is not from this package and the caller gave no key.
 */
export function systemKey(compressor: Compressor, given: CacheKeyPart): CacheKeyPart {
  if (given !== undefined) return given;
  if (!isReporting(compressor)) {
    throw InvalidOptionError.because(
      "system",
      given,
      "`cache` needs `system` for this compressor: its model and options as a JSON value, because they cannot be read from outside.",
    );
  }
  const plain = Object.entries(compressor).filter(([, value]) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
  return { name: systemName(compressor), options: Object.fromEntries(plain) as Record<string, CacheKeyPart> };
}

/** The part of a cache key that changes with the content of a reranker's local models and with its calibrations. */
export async function systemVersion(compressor: Compressor, signal: AbortSignal | undefined): Promise<CacheKeyPart> {
  const versions = await (compressor as Partial<BaseReranker>).modelVersions?.(signal ? { signal } : {});
  return versions as CacheKeyPart;
}
