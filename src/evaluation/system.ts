import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { Document, DocumentInterface } from "@langchain/core/documents";
import { InvalidOptionError } from "../errors.js";
import type { RerankCallOptions, RerankReport, RerankResult } from "../rerankers/types.js";
import type { KeyPart } from "./cache/keys.js";

/** Any LangChain document compressor: a reranker of this package, `CohereRerank`, `EmbeddingsFilter`, one of your own. */
export interface Compressor {
  /** The documents that are kept, best first. */
  compressDocuments(documents: DocumentInterface[], query: string, callbacks?: Callbacks): Promise<DocumentInterface[]>;
}

/** A compressor that tells what it did, as the rerankers of this package. */
interface ReportingCompressor extends Compressor {
  rerank(documents: DocumentInterface[], query: string, options?: RerankCallOptions): Promise<RerankResult>;
}

/** One call of a compressor. */
export interface SystemAnswer {
  documents: readonly DocumentInterface[];
  report: RerankReport | undefined;
  milliseconds: number;
}

/** Calls a compressor by the richest way it has, and takes the time. */
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

/** A name for reports: the class, and the model where it tells one. */
export function systemName(compressor: Compressor): string {
  const model = (compressor as { model?: unknown }).model;
  const name = compressor.constructor.name;
  return typeof model === "string" && model !== "" ? `${name} (${model})` : name;
}

/**
 * What a cache key must hold of a compressor: for the rerankers of this package its class, model and every option that is a plain
 * value; for others only the caller can know.
 *
 * @throws InvalidOptionError when the caller must tell and did not.
 */
export function systemKey(compressor: Compressor, given: KeyPart): KeyPart {
  if (given !== undefined) return given;
  if (!isReporting(compressor)) {
    throw new InvalidOptionError(
      "system",
      given,
      "with `cache`: the compressor's model and options, as any JSON value, since they cannot be seen from outside",
    );
  }
  const plain = Object.entries(compressor).filter(([, value]) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
  return { name: systemName(compressor), options: Object.fromEntries(plain) as Record<string, KeyPart> };
}
