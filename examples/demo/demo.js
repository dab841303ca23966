/**
 * Orders passages with the models that ship with the package: no network, no server, no key.
 * In your project, import from `langchain-rerank` and `langchain-rerank/static`; this file imports the build so that it runs in a fresh clone.
 */
import { Document } from "@langchain/core/documents";
import { CrossEncoderReranker, EmbeddingSimilarityReranker } from "../../dist/index.js";
import { StaticEmbeddings } from "../../dist/static.js";
import { collections } from "./collections.js";

const SHOWN = 3;

const byEmbeddings = {
  name: "EmbeddingSimilarityReranker",
  reranker: new EmbeddingSimilarityReranker({ embeddings: new StaticEmbeddings() }),
};
const byDefault = { name: "CrossEncoderReranker", reranker: new CrossEncoderReranker() };
const systems = [byEmbeddings, byDefault].map((system) => ({
  ...system,
  model: "",
  correct: 0,
  missed: /** @type {string[]} */ ([]),
}));

let asked = 0;
for (const { name, passages, questions } of collections) {
  console.log(`\n━━ ${name}: ${passages.length} passages`);
  const documents = passages.map((pageContent, index) => new Document({ pageContent, metadata: { index } }));
  for (const { query, best } of questions) {
    asked += 1;
    console.log(`\n  "${query}"`);
    const columns = [];
    for (const system of systems) {
      const { documents: ordered, report } = await system.reranker.rerank(documents, query);
      const rank = ordered.findIndex(({ metadata }) => metadata.index === best) + 1;
      system.model = report.model;
      if (rank === 1) system.correct += 1;
      else system.missed.push(query);
      columns.push({ title: `${system.name}, ${report.milliseconds.total.toFixed(0)} ms`, ordered, best, rank });
    }
    print(columns);
  }
}

console.log("\n● marks the passage that answers the question. It came first for");
for (const { name, model, correct } of systems)
  console.log(`  ${correct} of ${asked} questions with ${name} (${model})`);
for (const { name, missed } of systems.slice(1))
  console.log(`${name} missed ${missed.map((query) => `"${query}"`).join(", ")}.`);
console.log(
  "\nNext, paste your own text into the page that `npx langchain-rerank serve` opens on http://127.0.0.1:8787.",
);
await byDefault.reranker.dispose();

/**
 * Prints the first few passages of each order side by side.
 * @param {{ title: string, ordered: Document[], best: number, rank: number }[]} columns
 */
function print(columns) {
  const width = Math.max(40, Math.floor(((process.stdout.columns ?? 150) - 4) / columns.length) - 2);
  const fit = (/** @type {string} */ text) =>
    text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
  const line = (/** @type {string[]} */ cells) => console.log(`    ${cells.map(fit).join("  ")}`.trimEnd());
  line(columns.map(({ title }) => title));
  for (let row = 0; row < SHOWN; row++) {
    line(
      columns.map(({ ordered, best }) => {
        const { metadata, pageContent } = ordered[row];
        return `${metadata.index === best ? "●" : " "} ${metadata.sim.toFixed(3).padStart(6)} ${pageContent}`;
      }),
    );
  }
  if (columns.some(({ rank }) => rank > SHOWN))
    line(columns.map(({ rank }) => (rank > SHOWN ? `  ● is at rank ${rank}` : "")));
}
