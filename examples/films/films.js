// @ts-check
/**
 * Two stages over twenty films: vectors find ten, a cross-encoder puts the ten in order.
 *
 *     node examples/films/films.js [--accept-license]
 *
 * QDRANT_URL: keep the vectors in Qdrant. MODEL, EMBEDDINGS: other models by name, downloaded with a bar; else the bundled ones.
 */
import { Document } from "@langchain/core/documents";
import { CrossEncoderReranker } from "langchain-rerank";
import { listModels } from "langchain-rerank/models";
import { OnnxCrossEncoder, OnnxEmbeddings } from "langchain-rerank/onnx";
import { downloadWithBar } from "../lib/download-with-bar.js";
import { runAsProgram } from "../lib/program.js";
import { films } from "./collection.js";
import { storeOf } from "./store.js";

const QUERY = "a woman of strong will who left her mark on history";
/** The film that such a person should be shown first. */
const BEST = 0;

export async function main() {
  const model = process.env.MODEL ?? "rerank-en-v1";
  const embedder = process.env.EMBEDDINGS ?? "late-en-v1";
  const acceptLicense = process.argv.includes("--accept-license");
  for (const name of [embedder, model]) await downloadWithBar(name, { acceptLicense });

  // The ten lines to copy.
  const documents = films.map((pageContent, film) => new Document({ pageContent, metadata: { film }, id: uuid(film) }));
  const embeddings = new OnnxEmbeddings({ model: embedder, acceptLicense });
  const store = await storeOf(documents, embeddings, `films-${embedder.replaceAll(/[^\w-]/g, "_")}`);
  const found = await store.similaritySearchWithScore(QUERY, 10);

  const crossEncoder = new OnnxCrossEncoder({ model, acceptLicense });
  const reranker = new CrossEncoderReranker({ model: crossEncoder });
  const reranked = await reranker.compressDocuments(
    found.map(([document]) => document),
    QUERY,
  );

  await Promise.all([embeddings.dispose(), crossEncoder.dispose()]);
  return {
    query: QUERY,
    models: listModels({ kind: "cross-encoder" }).map(describe),
    store: store._vectorstoreType(),
    embedder,
    reranker: model,
    first: found.map(([{ metadata, pageContent }, score]) => ({ film: metadata.film, score, text: pageContent })),
    second: reranked.map(({ metadata, pageContent }) => ({
      film: metadata.film,
      score: metadata.sim,
      text: pageContent,
    })),
  };
}

/**
 * The same UUID for the same film in every run.
 * @param {number} film
 */
const uuid = (film) => `00000000-0000-4000-8000-${String(film).padStart(12, "0")}`;

/**
 * The facts that help to choose a model. The size is that of its smallest file, estimated from the number of parameters if unknown.
 * @param {ReturnType<typeof listModels>[number]} entry
 */
function describe({ name, files, parameters, license, commercial, languages, bundled }) {
  const bytes = Object.values(files).flatMap((file) => file.bytes ?? []);
  const megabytes = bytes.length ? Math.min(...bytes) / 1e6 : parameters * (files.q8 ? 1 : 4);
  return { name, megabytes: Math.round(megabytes), license, commercial, languages, bundled: bundled !== undefined };
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ query, models, store, embedder, reranker, first, second }) {
  console.log("Cross-encoders that can be named with MODEL=…\n");
  for (const { name, megabytes, license, commercial, languages, bundled } of models) {
    const size = bundled ? "bundled" : `${megabytes} MB`;
    console.log(
      `  ${name.padEnd(48)} ${size.padStart(8)}  ${license}${commercial ? "" : " (not for commercial use)"}  ${languages}`,
    );
  }
  console.log(`\n“${query}”\n`);
  const width = 66;
  const cell = (/** @type {typeof first[number]} */ { film, score, text }) =>
    `${film === BEST ? "●" : " "} ${score.toFixed(3)} ${text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)}`;
  console.log(`   ${`${embedder} in ${store}`.padEnd(width + 10)}${reranker}`);
  for (const [row, film] of first.entries())
    console.log(`${String(row + 1).padStart(2)} ${cell(film)}  ${cell(second[row])}`);
  const rank = (/** @type {typeof first} */ list) =>
    list.findIndex(({ film }) => film === BEST) + 1 || "not among the ten";
  console.log(`\n● Joan of Arc: first stage rank ${rank(first)}, after reranking rank ${rank(second)}.`);
}

await runAsProgram(import.meta.url, main, print);
