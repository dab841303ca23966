import type { CallbackManagerForRetrieverRun } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import { BaseRetriever, type BaseRetrieverInput, type BaseRetrieverInterface } from "@langchain/core/retrievers";
import type { VectorStoreInterface } from "@langchain/core/vectorstores";
import { describe, InvalidOptionError, InvalidResponseError } from "../errors.js";
import { className } from "../model-name.js";
import { anything, type Checks, checkOptions, expecting, flag, positiveInteger } from "../options.js";
import { metadataKey } from "../rerankers/checks.js";
import { copyWith } from "../rerankers/input-output.js";
import { METADATA_SCORES, type ScoreKind, STORE_RULES, type StoreRule } from "./store-scores.js";

/** Options of {@link ScoredRetriever}: a store or a retriever. */
export interface ScoredRetrieverInput extends BaseRetrieverInput {
  /** A LangChain vector store. */
  store?: VectorStoreInterface | undefined;
  /**
   * A retriever: of a vector store (`store.asRetriever({ k, filter })`), or one that leaves a score in the metadata, such as
   * `BM25Retriever` with `includeScore: true`. One that searches a store in its own way (HyDE, a score threshold, self-query) has to leave it there too.
   */
  retriever?: BaseRetrieverInterface | undefined;
  /** How many documents to fetch from `store`. A retriever has its own `k`. @default 4 */
  k?: number | undefined;
  /** Metadata key that the score is written to, for `firstStageKey`. @default "score" */
  key?: string | undefined;
  /**
   * Whether higher scores of the store or retriever mean better documents.
   * @default known for most stores and metrics; required for others
   */
  higherIsBetter?: boolean | undefined;
}

const CHECKS = {
  store: expecting(
    "a LangChain vector store, with similaritySearchWithScore",
    (value) => typeof (value as Partial<VectorStoreInterface> | null)?.similaritySearchWithScore === "function",
  ),
  retriever: expecting(
    "a LangChain retriever, with invoke",
    (value) => typeof (value as Partial<BaseRetrieverInterface> | null)?.invoke === "function",
  ),
  k: positiveInteger,
  key: metadataKey,
  higherIsBetter: flag,
  callbacks: anything,
  tags: anything,
  metadata: anything,
  verbose: anything,
} satisfies Checks<ScoredRetrieverInput>;

/** How many documents a store is asked for by default, as in LangChain. */
const DEFAULT_K = 4;

/** A store with the settings of its search. */
interface Search {
  store: VectorStoreInterface;
  k: number;
  filter?: VectorStoreInterface["FilterType"] | undefined;
}

/**
 * Keeps the score with which a vector store or retriever found each document, and writes it into the metadata so that higher is better. Most
 * stores return a distance, with some it depends on the metric, and nearly all of them drop the score when used as retrievers. The documents
 * stay in the order in which they were found.
 *
 * @example
 * const retriever = new ScoredRetriever({ store, k: 50 });
 * const reranker = new HybridReranker({ firstStageKey: "score", topN: 5 });
 * const best = await reranker.compressDocuments(await retriever.invoke(query), query);
 */
export class ScoredRetriever extends BaseRetriever {
  readonly key: string;
  readonly #search: Search | undefined;
  readonly #retriever: BaseRetrieverInterface | undefined;
  readonly #higherIsBetter: boolean | undefined;

  static override lc_name(): string {
    return "ScoredRetriever";
  }

  get lc_namespace(): string[] {
    return ["langchain-rerank", "retrievers"];
  }

  /**
   * @throws InvalidOptionError for an unknown option, a value that is not allowed, both or neither of `store` and `retriever`, for a retriever
   * with a filter that its store ignores, and for a store whose scores may be either similarities or distances, if `higherIsBetter` is not set.
   */
  constructor(options: ScoredRetrieverInput) {
    checkOptions(options ?? {}, CHECKS, "ScoredRetriever");
    const { store, retriever, k, key, higherIsBetter, ...base } = options ?? {};
    super(base);
    if ((store === undefined) === (retriever === undefined)) {
      const sentence = "ScoredRetriever requires either `store` or `retriever`, but not both.";
      throw InvalidOptionError.because("store", store, sentence);
    }
    if (retriever !== undefined && k !== undefined) {
      const sentence = "`k` cannot be combined with `retriever`. Set it on the retriever.";
      throw InvalidOptionError.because("k", k, sentence);
    }
    this.key = key ?? "score";
    this.#search = store ? { store, k: k ?? DEFAULT_K } : searchOf(retriever!);
    this.#retriever = this.#search ? undefined : retriever;
    this.#higherIsBetter = higherIsBetter;
    if (this.#search) this.#kindOf(this.#search.store);
  }

  /** @throws InvalidResponseError if a document has no score that is a number. */
  override async _getRelevantDocuments(
    query: string,
    runManager?: CallbackManagerForRetrieverRun,
  ): Promise<DocumentInterface[]> {
    const callbacks = runManager?.getChild();
    if (this.#search) return this.#searchStore(this.#search, query, callbacks);
    const documents = await this.#retriever!.invoke(query, callbacks ? { callbacks } : undefined);
    const { key, kind } = this.#keyOf(documents);
    const name = className(this.#retriever!);
    return documents.map((document, index) => {
      return this.#withScore(document, document.metadata?.[key], kind, `${name}: document ${index} has no number`, key);
    });
  }

  async #searchStore(
    { store, k, filter }: Search,
    query: string,
    callbacks: ReturnType<CallbackManagerForRetrieverRun["getChild"]> | undefined,
  ): Promise<DocumentInterface[]> {
    const rule = ruleOf(store);
    const kind = this.#kindOf(store);
    const found = await store.similaritySearchWithScore(query, k, filter, callbacks);
    return found.map(([document, score], index) => {
      const value: unknown = rule?.metadataKey ? document.metadata?.[rule.metadataKey] : score;
      const isZeroVector = value === null || Number.isNaN(value);
      const known = isZeroVector ? (zeroVectorScore(rule, kind) ?? value) : value;
      return this.#withScore(document, known, kind, `document ${index} has no number`, rule?.metadataKey);
    });
  }

  /** @throws InvalidOptionError if it depends on something that is not known here. */
  #kindOf(store: VectorStoreInterface): "similarity" | "distance" {
    if (this.#higherIsBetter !== undefined) return this.#higherIsBetter ? "similarity" : "distance";
    const rule = ruleOf(store);
    const kind = rule?.kind(store as unknown as Record<string, unknown>);
    if (kind) return kind;
    const what = rule ? `the metric of this ${typeOf(store)} store` : `stores of the type "${typeOf(store)}"`;
    throw needsDirection(`Whether higher scores are better is not known for ${what}.`);
  }

  /** The metadata key that holds a retriever's scores: a well-known one, or the key that is written to. */
  #keyOf(documents: readonly DocumentInterface[]): { key: string; kind: "similarity" | "distance" } {
    const isPresent = (key: string) => documents.some(({ metadata }) => metadata?.[key] !== undefined);
    const known = METADATA_SCORES.find(({ key }) => isPresent(key));
    const key = known?.key ?? this.key;
    if (this.#higherIsBetter !== undefined) return { key, kind: this.#higherIsBetter ? "similarity" : "distance" };
    if (known) return known;
    if (documents.length === 0) return { key, kind: "similarity" };
    const name = className(this.#retriever!);
    if (isPresent(key)) throw needsDirection(`Whether a higher \`metadata.${key}\` of ${name} is better is not known.`);
    const hint = name === "BM25Retriever" ? " Set its option `includeScore: true`." : "";
    throw new InvalidResponseError(
      name,
      `its documents have no score: none of ${[...METADATA_SCORES.map((each) => each.key), key].join(", ")} is in their metadata.${hint}`,
    );
  }

  #withScore(document: DocumentInterface, score: unknown, kind: ScoreKind, problem: string, key = "its score") {
    const value = typeof score === "bigint" ? Number(score) : score;
    if (typeof value !== "number" || Number.isNaN(value)) {
      const source = this.#search ? typeOf(this.#search.store) : className(this.#retriever!);
      throw new InvalidResponseError(source, `${problem} as its score (${key} is ${describe(value)}).`);
    }
    // Adding 0 turns -0 into 0.
    return copyWith(document, { [this.key]: kind === "distance" ? 0 - value : value + 0 });
  }
}

/** A vector store's retriever drops the scores, so its store is searched directly. */
function searchOf(retriever: BaseRetrieverInterface): Search | undefined {
  const { vectorStore, k, filter, searchType } = retriever as {
    vectorStore?: VectorStoreInterface;
    k?: number;
    filter?: VectorStoreInterface["FilterType"];
    searchType?: string;
  };
  if (typeof vectorStore?.similaritySearchWithScore !== "function" || searchesOtherwise(retriever)) return undefined;
  if (searchType === "mmr") {
    const sentence = 'A retriever with `searchType: "mmr"` has no scores. Use `searchType: "similarity"`.';
    throw InvalidOptionError.because("retriever", retriever, sentence);
  }
  if (filter !== undefined && ruleOf(vectorStore)?.ignoresFilter) {
    const sentence = `The ${typeOf(vectorStore)} store ignores filters. Leave the filter out and filter the documents that come back.`;
    throw InvalidOptionError.because("retriever", retriever, sentence);
  }
  return { store: vectorStore, k: k ?? DEFAULT_K, filter };
}

/**
 * Whether a retriever of LangChain has its own way to search its store, as those with a hypothetical answer, a threshold or a query for the
 * metadata. The class is recognized by name, because there may be several copies of `@langchain/core`.
 */
function searchesOtherwise(retriever: object): boolean {
  let owner = retriever;
  while (!["invoke", "_getRelevantDocuments"].some((method) => Object.hasOwn(owner, method)))
    owner = Object.getPrototypeOf(owner);
  const { constructor: type } = owner as { constructor?: { lc_name?: () => string } };
  return type?.lc_name !== undefined && !(Object.hasOwn(type, "lc_name") && type.lc_name() === "VectorStoreRetriever");
}

function needsDirection(problem: string): InvalidOptionError {
  const sentence = `${problem} Set \`higherIsBetter\` to true for similarities, or to false for distances.`;
  return InvalidOptionError.because("higherIsBetter", undefined, sentence);
}

function typeOf(store: VectorStoreInterface): string {
  const { _vectorstoreType: type } = store as { _vectorstoreType?: () => string };
  return typeof type === "function" ? type.call(store) : className(store);
}

function ruleOf(store: VectorStoreInterface): StoreRule | undefined {
  const type = typeOf(store);
  return Object.hasOwn(STORE_RULES, type) ? STORE_RULES[type] : undefined;
}

function zeroVectorScore(rule: StoreRule | undefined, kind: ScoreKind): number | undefined {
  if (rule?.ofZeroVector === undefined) return undefined;
  // (2 − distance) / 2, the normalized similarity of pgvector.
  return kind === "distance" ? rule.ofZeroVector : (2 - rule.ofZeroVector) / 2;
}
