// @ts-check
/**
 * Long documents in, short passages out: split, drop what is said twice, rerank. LangChain.js has no redundancy filter, so here is one of
 * twenty lines. The order matters: what the reranker does not get to see costs nothing.
 */
import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
import { DocumentCompressorPipeline } from "@langchain/classic/retrievers/document_compressors";
import { BaseDocumentTransformer, Document } from "@langchain/core/documents";
import { cosineSimilarity } from "@langchain/core/utils/math";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { CrossEncoderReranker } from "langchain-rerank";
import { runAsProgram } from "../lib/program.js";
import { embeddings, found, KeywordRetriever, loadNotes, printFound } from "./handbook.js";

const QUESTION = "how do I find a small hole in the inner tube?";

/** Keeps the first of passages that are alike. */
class RedundancyFilter extends BaseDocumentTransformer {
  lc_namespace = ["examples", "document_transformers"];
  /** Passages dropped so far. */
  dropped = 0;

  /**
   * @param {import("@langchain/core/embeddings").EmbeddingsInterface} embeddings
   * @param {number} most Cosine above which two passages say the same.
   */
  constructor(embeddings, most) {
    super();
    this.embeddings = embeddings;
    this.most = most;
  }

  /** @param {Document[]} documents */
  async transformDocuments(documents) {
    const vectors = await this.embeddings.embedDocuments(documents.map(({ pageContent }) => pageContent));
    /** @type {number[]} */
    const kept = [];
    for (const [index, vector] of vectors.entries()) {
      const [cosines = []] =
        kept.length > 0
          ? cosineSimilarity(
              [vector],
              kept.map((other) => vectors[other] ?? []),
            )
          : [];
      if (cosines.every((cosine) => cosine <= this.most)) kept.push(index);
    }
    this.dropped += documents.length - kept.length;
    return kept.flatMap((index) => documents[index] ?? []);
  }
}

export async function main() {
  const chapters = await loadChapters();
  // Two chapters again, as an old edition has them: the same words in another file.
  const old = chapters
    .slice(0, 2)
    .map(({ pageContent, metadata }) => new Document({ pageContent, metadata: { source: `${metadata.source}-old` } }));

  const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 260, chunkOverlap: 0 });
  const filter = new RedundancyFilter(embeddings, 0.95);
  const reranker = new CrossEncoderReranker({ topN: 3 });
  const baseRetriever = new KeywordRetriever([...chapters, ...old], 6);
  const retriever = new ContextualCompressionRetriever({
    baseCompressor: new DocumentCompressorPipeline({ transformers: [splitter, filter, reranker] }),
    baseRetriever,
  });

  const retrieved = await baseRetriever.invoke(QUESTION);
  const passages = await splitter.splitDocuments(retrieved);
  const documents = await retriever.invoke(QUESTION);
  await reranker.dispose();
  return {
    retrieved: retrieved.length,
    longest: Math.max(...retrieved.map(({ pageContent }) => pageContent.length)),
    passages: passages.length,
    dropped: filter.dropped,
    documents: found(documents),
  };
}

/** Notes put together to four long chapters. */
async function loadChapters() {
  const notes = await loadNotes();
  const size = Math.ceil(notes.length / 4);
  return [0, 1, 2, 3].map((chapter) => {
    const own = notes.slice(chapter * size, (chapter + 1) * size);
    const pageContent = own.map((note) => note.pageContent).join("\n\n");
    return new Document({ pageContent, metadata: { source: `chapter-${chapter + 1}` } });
  });
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ retrieved, passages, dropped, documents }) {
  console.log(`${retrieved} chapters → ${passages} passages, ${dropped} of them dropped as said before`);
  printFound(`“${QUESTION}”:`, documents);
}

await runAsProgram(import.meta.url, main, print);
