// @ts-check
/** Shared by the examples in this folder: fifty notes on bicycles, two retrievers over them, and a way to show what was found. */
import { readFile } from "node:fs/promises";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { Document } from "@langchain/core/documents";
import { BaseRetriever } from "@langchain/core/retrievers";
import { StaticEmbeddings } from "langchain-rerank/static";

/** Any LangChain embeddings will do; these ship with the package and need no server. */
export const embeddings = new StaticEmbeddings();

/** @returns {Promise<Document[]>} One document a note, with its title and its id as `source`. */
export async function loadNotes() {
  const lines = await readFile(new URL("../data/bicycle/corpus.jsonl", import.meta.url), "utf8");
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(
      ({ _id, title, text }) =>
        new Document({ id: _id, pageContent: `${title}. ${text}`, metadata: { source: _id, title } }),
    );
}

/** The notes in a vector store, of which `asRetriever(k)` is the first stage of most examples. */
export async function loadStore() {
  return MemoryVectorStore.fromDocuments(await loadNotes(), embeddings);
}

/** A keyword search: documents by how many different words of the question they hold. */
export class KeywordRetriever extends BaseRetriever {
  lc_namespace = ["examples", "retrievers"];

  /**
   * @param {Document[]} documents
   * @param {number} k Maximum number of documents.
   */
  constructor(documents, k) {
    super();
    this.documents = documents;
    this.k = k;
  }

  /** @param {string} query */
  async _getRelevantDocuments(query) {
    const asked = words(query);
    const scored = this.documents.map((document) => ({
      document,
      score: [...words(document.pageContent)].filter((word) => asked.has(word)).length,
    }));
    return scored
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, this.k)
      .map(({ document }) => document);
  }
}

/** @typedef {{ source: string, sim?: number, text: string }} Found What is printed and checked of a document. */

/**
 * @param {import("@langchain/core/documents").DocumentInterface[]} documents
 * @returns {Found[]}
 */
export function found(documents) {
  return documents.map(({ metadata, pageContent }) => ({
    source: metadata.source,
    text: pageContent,
    ...(metadata.sim === undefined ? {} : { sim: metadata.sim }),
  }));
}

/**
 * Prints a title and one line per document.
 *
 * @param {string} title
 * @param {Found[]} documents
 */
export function printFound(title, documents) {
  console.log(`\n${title}`);
  for (const { source, sim, text } of documents) {
    const score = sim === undefined ? "" : sim.toFixed(3);
    console.log(`  ${score.padStart(6)}  ${source.padEnd(16)} ${text.slice(0, 90).replaceAll(/\s+/g, " ")}`);
  }
}

/** @param {string} text */
function words(text) {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 2));
}
