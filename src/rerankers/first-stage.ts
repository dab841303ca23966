import { Document, type DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { InvalidInputError, InvalidOptionError, InvalidResponseError } from "../errors.js";
import { checkCount } from "../options.js";
import { createScorer, type ModelOption, resolveScorer, scorerName } from "../scorers/create-scorer.js";
import type { Candidates } from "./base-reranker.js";
import { checkScores } from "./checks.js";
import { checkEmbeddings, embeddingScores, embeddingsName } from "./embedding-similarity-reranker.js";
import type { RerankCallOptions, RerankResult } from "./types.js";

/** Options that say where a hybrid's first-stage scores come from: one of the four at most. */
export interface FirstStageInput {
  /** Embeddings: every document is scored by cosine. */
  embeddings?: EmbeddingsInterface | undefined;
  /**
   * A scorer, or the name of one, for every document; a cheap one. Where no first stage is given it is `static-en-v1`, the bundled English
   * `StaticLateInteraction`.
   * @example firstStageModel: "cross-encoder/ettin-reranker-17m-v1"
   */
  firstStageModel?: ModelOption;
  /**
   * A stage that has already run: the metadata key that holds its score, a number, higher is better, ±Infinity allowed.
   * @example firstStageKey: "score"
   */
  firstStageKey?: string | undefined;
  /**
   * Reciprocal-rank fusion of two or more: any LangChain document compressors, or metadata keys as above. They run at the same time;
   * what one of them leaves out gets nothing from it.
   * @example firstStages: ["score", new EmbeddingSimilarityReranker({ embeddings })]
   */
  firstStages?: readonly (string | BaseDocumentCompressor)[] | undefined;
  /** Of the fusion: 1 / (rrfK + rank). Larger values make the first ranks matter less. @default 60 */
  rrfK?: number | undefined;
}

/** A first stage made ready. */
export interface FirstStage {
  readonly name: string;
  /** What its score is called in `metadata.rerank.scores`. */
  readonly key: "embedding" | "first";
  /** One number a candidate, infinite ones among them. */
  score(candidates: Candidates): Promise<readonly number[]>;
  /** Frees what was made for it alone. */
  dispose?(): Promise<void>;
}

/** @throws InvalidOptionError when more than one first stage is given. */
export function makeFirstStage(input: FirstStageInput): FirstStage {
  const { embeddings, firstStageModel, firstStageKey, firstStages, rrfK } = input;
  checkCount("rrfK", rrfK);
  const [, second] = Object.entries({ embeddings, firstStageModel, firstStageKey, firstStages }).filter(
    ([, value]) => value !== undefined,
  );
  if (second) {
    const names = "`embeddings`, `firstStageModel`, `firstStageKey` and `firstStages`";
    throw new InvalidOptionError(second[0], second[1], `only one of ${names}`);
  }
  if (firstStages !== undefined) return fusion(firstStages, rrfK ?? 60);
  if (rrfK !== undefined) throw new InvalidOptionError("rrfK", rrfK, "an option that goes with `firstStages`");
  if (firstStageKey !== undefined) {
    checkKey("firstStageKey", firstStageKey);
    return fromMetadata(firstStageKey);
  }
  if (embeddings !== undefined) return byEmbeddings(embeddings);
  if (firstStageModel !== undefined) return byScorer(resolveScorer(firstStageModel, "firstStageModel"), "first");
  // Shared by the whole process, so that no hybrid has anything of it to free.
  return byScorer({ scorer: createScorer("static-en-v1"), owned: false }, "embedding");
}

function byEmbeddings(embeddings: EmbeddingsInterface): FirstStage {
  checkEmbeddings(embeddings);
  return {
    name: embeddingsName(embeddings),
    key: "embedding",
    score: ({ query, texts, signal }) => embeddingScores(embeddings, query, texts, signal),
  };
}

function byScorer({ scorer, owned }: ReturnType<typeof resolveScorer>, key: FirstStage["key"]): FirstStage {
  return {
    name: scorerName(scorer),
    key,
    async score({ query, texts, signal }) {
      const scores = await scorer.score(query, texts, { signal });
      checkScores(scorerName(scorer), scores, texts.length);
      return scores;
    },
    ...(owned && { dispose: async () => scorer.dispose?.() }),
  };
}

function fromMetadata(key: string): FirstStage {
  return {
    name: `metadata.${key}`,
    key: "first",
    score: async ({ documents }) => documents.map((document) => readScore(document, key)),
  };
}

function readScore(document: DocumentInterface, key: string): number {
  const score: unknown = document.metadata?.[key];
  if (typeof score === "number" && !Number.isNaN(score)) return score;
  const found = score === undefined ? "is missing" : `is ${typeof score === "number" ? score : JSON.stringify(score)}`;
  throw new InvalidInputError(
    `document${document.id ? ` "${document.id}"` : ""} metadata.${key}`,
    `${found}; a first stage from metadata needs a number in every document. Pass \`embeddings\` to score documents that have none.`,
  );
}

/** Reciprocal-rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009). */
function fusion(members: readonly (string | BaseDocumentCompressor)[], rrfK: number): FirstStage {
  if (!Array.isArray(members) || members.length < 2) {
    throw new InvalidOptionError("firstStages", members, "two or more metadata keys or document compressors");
  }
  const stages = members.map((member, i) => ({ name: memberName(member, `firstStages[${i}]`), rank: ranker(member) }));
  return {
    name: `rrf(${stages.map(({ name }) => name).join(", ")})`,
    key: "first",
    async score(candidates) {
      const orders = await Promise.all(stages.map(({ rank }) => rank(candidates)));
      const scores = candidates.texts.map(() => 0);
      for (const order of orders) {
        order.forEach((place, rank) => {
          scores[place]! += 1 / (rrfK + rank + 1);
        });
      }
      return scores;
    },
  };
}

/** The order that a member puts the candidates in: their places, best first. */
function ranker(member: string | BaseDocumentCompressor): (candidates: Candidates) => Promise<readonly number[]> {
  if (typeof member !== "string") return (candidates) => rankByCompressor(member, candidates);
  const { score } = fromMetadata(member);
  return async (candidates) => {
    const scores = await score(candidates);
    return scores.map((_, place) => place).sort((a, b) => scores[b]! - scores[a]! || a - b);
  };
}

/** Marks a copy with its place; compressors copy metadata, and a symbol gets in nobody's way. */
const PLACE = Symbol("place");

interface SignalAware {
  rerank?(documents: DocumentInterface[], query: string, options: RerankCallOptions): Promise<RerankResult>;
}

async function rankByCompressor(
  member: BaseDocumentCompressor,
  { query, texts, documents, signal }: Candidates,
): Promise<readonly number[]> {
  const copies = documents.map(({ metadata, id }, place) => {
    return new Document({
      pageContent: texts[place]!,
      metadata: { ...metadata, [PLACE]: place },
      ...(id === undefined ? {} : { id }),
    });
  });
  const { rerank } = member as SignalAware;
  const returned = rerank
    ? (await rerank.call(member, copies, query, { signal })).documents
    : await member.compressDocuments(copies, query);
  const places = returned.map((document, i) => placeOf(document, texts, member, i));
  if (new Set(places).size < places.length)
    throw new InvalidResponseError(member.constructor.name, "a document came back twice.");
  return places;
}

function placeOf(
  document: DocumentInterface,
  texts: readonly string[],
  member: BaseDocumentCompressor,
  index: number,
): number {
  const marked = (document.metadata as Record<symbol, unknown> | undefined)?.[PLACE];
  if (typeof marked === "number") return marked;
  const place = texts.indexOf(document.pageContent);
  if (place >= 0 && texts.indexOf(document.pageContent, place + 1) < 0) return place;
  const what = place < 0 ? "is none of those that were given" : "has the text of several, and its metadata is gone";
  throw new InvalidResponseError(member.constructor.name, `document ${index} that came back ${what}.`);
}

function memberName(member: string | BaseDocumentCompressor, option: string): string {
  if (typeof member === "string") {
    checkKey(option, member);
    return `metadata.${member}`;
  }
  if (typeof member?.compressDocuments !== "function") {
    throw new InvalidOptionError(option, member, "a metadata key, or a LangChain document compressor");
  }
  return member.constructor.name;
}

function checkKey(option: string, key: string): void {
  if (typeof key !== "string" || key === "") throw new InvalidOptionError(option, key, "the name of a metadata key");
}
