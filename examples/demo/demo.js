/**
 * Puts real passages in order with the models that ship with the package: no network, no server.
 * In your own project the imports are `langchain-rerank` and `langchain-rerank/static`; here they are files, so that a fresh clone runs it
 * before the other examples' dependencies are installed.
 */
import { Document } from "@langchain/core/documents";
import { CrossEncoderReranker, EmbeddingSimilarityReranker, HybridReranker } from "../../dist/index.js";
import { StaticEmbeddings } from "../../dist/static.js";
import { collections } from "./collections.js";

const SHOWN = 3;

const embeddings = new StaticEmbeddings();
const firstStage = new EmbeddingSimilarityReranker({ embeddings });
const crossEncoder = new CrossEncoderReranker();
const hybrid = new HybridReranker({ embeddings, topK: 10, alpha: 0.5 });
const lateInteraction = new CrossEncoderReranker({ model: "late-en-v1" });
const stages = {
  "static embeddings": firstStage,
  "cross-encoder": crossEncoder,
  "late interaction": lateInteraction,
  hybrid,
};

const loading = performance.now();
await Promise.all([
  embeddings.embedQuery("warm"),
  crossEncoder.rerank([new Document({ pageContent: "warm" })], "warm"),
  lateInteraction.rerank([new Document({ pageContent: "warm" })], "warm"),
]);
console.log(`Models loaded in ${Math.round(performance.now() - loading)} ms.`);

const firsts = Object.fromEntries(Object.keys(stages).map((name) => [name, 0]));
let questions = 0;
for (const { name, passages, questions: asked } of collections) {
  console.log(`\n━━ ${name}: ${passages.length} passages`);
  const documents = passages.map((pageContent, index) => new Document({ pageContent, metadata: { index } }));
  for (const { query, best } of asked) {
    questions += 1;
    console.log(`\n  “${query}”`);
    const columns = [];
    for (const [stage, reranker] of Object.entries(stages)) {
      const { documents: ordered, report } = await reranker.rerank(documents, query);
      const place = ordered.findIndex(({ metadata }) => metadata.index === best) + 1;
      if (place === 1) firsts[stage] += 1;
      columns.push({ title: `${stage}, ${report.milliseconds.total.toFixed(0)} ms`, ordered, best, place });
    }
    print(columns);
  }
}

console.log(`\nThe passage that answers best came first for, of ${questions} questions:`);
for (const [stage, count] of Object.entries(firsts)) console.log(`  ${stage.padEnd(18)} ${count}`);
await crossEncoder.dispose();
await lateInteraction.dispose();
await hybrid.dispose();

/**
 * Side by side, the first few of each order; ● marks the passage that answers best.
 * @param {{ title: string, ordered: Document[], best: number, place: number }[]} columns
 */
function print(columns) {
  const width = Math.max(30, Math.floor(((process.stdout.columns ?? 150) - 4) / columns.length) - 2);
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
  line(columns.map(({ place }) => (place > 1 ? `  (● comes ${place}., not first)` : "")));
}
