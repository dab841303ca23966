// @ts-check
/**
 * PostgreSQL as the first stage: pgvector finds by cosine, and the hybrid blends its score with the cross-encoder's. The table is a
 * temporary one, so nothing stays behind. (With `PGVectorStore` of `@langchain/community`, use `similaritySearchWithScore` and write the
 * score into the metadata.)
 *
 *   DATABASE_URL=postgresql://user@127.0.0.1:5432/db node pgvector.js
 */
import { Document } from "@langchain/core/documents";
import { BaseRetriever } from "@langchain/core/retrievers";
import { HybridReranker } from "langchain-rerank";
import pg from "pg";
import { MissingServiceError } from "../lib/missing-service.js";
import { runAsProgram } from "../lib/program.js";
import { embeddings, found, loadNotes, printFound } from "./handbook.js";

const QUESTION = "light at the back goes on and off";

/** Documents by cosine, which goes into `metadata.score`. */
class PgVectorRetriever extends BaseRetriever {
  lc_namespace = ["examples", "retrievers"];

  /**
   * @param {pg.Client} client
   * @param {number} k
   */
  constructor(client, k) {
    super();
    this.client = client;
    this.k = k;
  }

  /** @param {string} query */
  async _getRelevantDocuments(query) {
    const vector = JSON.stringify(await embeddings.embedQuery(query));
    const { rows } = await this.client.query(
      "select source, content, 1 - (embedding <=> $1) as score from notes order by embedding <=> $1, source limit $2",
      [vector, this.k],
    );
    return rows.map(
      ({ source, content, score }) => new Document({ id: source, pageContent: content, metadata: { source, score } }),
    );
  }
}

export async function main() {
  const client = await connect(process.env.DATABASE_URL);
  await fill(client);
  const retriever = new PgVectorRetriever(client, 20);
  // Static embeddings are weaker than the cross-encoder by far; with better ones a lower alpha may win: `langchain-rerank tune`.
  const reranker = new HybridReranker({ firstStageKey: "score", topK: 10, alpha: 0.9, topN: 3 });

  const candidates = await retriever.invoke(QUESTION);
  const { documents } = await reranker.rerank(candidates, QUESTION);
  await reranker.dispose();
  await client.end();
  return {
    scores: candidates.map(({ metadata }) => Number(metadata.score)),
    candidates: found(candidates),
    documents: found(documents),
  };
}

/**
 * @param {string | undefined} connectionString
 * @throws {MissingServiceError}
 */
async function connect(connectionString) {
  const missing = {
    service: "PostgreSQL with pgvector",
    variable: "DATABASE_URL",
    start:
      "docker run -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust pgvector/pgvector:pg17, and DATABASE_URL=postgresql://postgres@127.0.0.1:5432/postgres",
  };
  if (!connectionString) throw new MissingServiceError(missing);
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.query("create extension if not exists vector");
  } catch (cause) {
    await client.end();
    throw new MissingServiceError({ ...missing, address: `${client.host}:${client.port}`, cause });
  }
  return client;
}

/** @param {pg.Client} client */
async function fill(client) {
  const notes = await loadNotes();
  const vectors = await embeddings.embedDocuments(notes.map(({ pageContent }) => pageContent));
  const dimensions = vectors[0]?.length;
  await client.query(
    `create temporary table notes (source text primary key, content text, embedding vector(${dimensions}))`,
  );
  for (const [index, { pageContent, metadata }] of notes.entries()) {
    const row = [metadata.source, pageContent, JSON.stringify(vectors[index])];
    await client.query("insert into notes values ($1, $2, $3)", row);
  }
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ candidates, documents }) {
  printFound(`“${QUESTION}”, by pgvector alone, first three of ${candidates.length}:`, candidates.slice(0, 3));
  printFound("Blended with the cross-encoder:", documents);
}

await runAsProgram(import.meta.url, main, print);
