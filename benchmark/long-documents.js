/**
 * Long documents: passages of a retrieval set are hidden at random positions in documents of about 3,000 tokens made of passages of other
 * questions, and ranked whole. Compares the bare passages (what there is to win), `longDocuments: "truncate"` and `"max-passage"`.
 *
 *   node benchmark/long-documents.js [set] [queries] [candidates]     (default: qed_dev 50 12)
 *
 * Needs the data sets in the folder RERANK_DATA, or data, and a build in dist/.
 */
import { existsSync } from "node:fs";
import { compareRuns, readBeir, readRun } from "../dist/evaluation.js";
import { OnnxCrossEncoder } from "../dist/onnx.js";
import { randomNumbers } from "./random-numbers.js";

const [set = "qed_dev", queryCount = "50", candidateCount = "12"] = process.argv.slice(2);
const data = process.env.RERANK_DATA ?? "data";
const folder = `${data}/${set}`;
if (!existsSync(folder)) {
  console.log(`skipped: ${folder} is not there`);
  process.exit(0);
}

/** Characters of a document: about 3,000 tokens of English. */
const LENGTH = 13_000;

const random = randomNumbers(20261121);
const dataset = await readBeir(folder, process.env.QRELS ? { split: process.env.QRELS } : {});
const firstStage = await readRun(`${folder}/bm25.top100.trec`);
const textOf = (id) => {
  const document = dataset.corpus.get(id);
  return typeof document === "string"
    ? document
    : [document.metadata?.title, document.pageContent ?? document.text].filter(Boolean).join("\n");
};
const judged = [...dataset.qrels.keys()].filter((query) => firstStage.has(query));
const queries = shuffle(judged).slice(0, Number(queryCount));
const everything = [...dataset.corpus.keys()];

const systems = {
  "bare passages": new OnnxCrossEncoder(),
  truncate: new OnnxCrossEncoder({ longDocuments: "truncate" }),
  "max-passage": new OnnxCrossEncoder({ longDocuments: "max-passage" }),
};
const runs = Object.fromEntries(Object.keys(systems).map((name) => [name, new Map()]));
const located = { right: 0, of: 0 };

for (const [number, id] of queries.entries()) {
  const query = dataset.queries.get(id);
  const grades = dataset.qrels.get(id);
  const candidates = [...firstStage.get(id)]
    .sort((a, b) => b[1] - a[1])
    .slice(0, Number(candidateCount))
    .map(([key]) => key);
  const taken = new Set([...firstStage.get(id).keys(), ...grades.keys()]);
  const bare = candidates.map(textOf);
  const hidden = bare.map((text) => hide(text, taken));
  for (const [name, scorer] of Object.entries(systems)) {
    let passages = [];
    const texts = name === "bare passages" ? bare : hidden.map(({ document }) => document);
    const scores = await scorer.score(query, texts, {
      onReport: (report) => {
        passages = report.passages ?? [];
      },
    });
    runs[name].set(id, new Map(candidates.map((key, index) => [key, scores[index]])));
    if (name !== "max-passage") continue;
    for (const [index, key] of candidates.entries()) {
      if (!((grades.get(key) ?? 0) > 0) || !passages[index]) continue;
      located.of += 1;
      if (passages[index].start < hidden[index].end && passages[index].end > hidden[index].start) located.right += 1;
    }
  }
  process.stderr.write(`\r${number + 1} of ${queries.length} questions`);
}
process.stderr.write("\n");

const qrels = new Map(queries.map((id) => [id, dataset.qrels.get(id)]));
const { runs: measured, comparisons } = compareRuns(runs, qrels, { measures: ["nDCG@10"], baseline: "bare passages" });
console.log(
  JSON.stringify(
    {
      set,
      queries: queries.length,
      candidates: Number(candidateCount),
      characters: LENGTH,
      measured,
      comparisons,
      located,
    },
    replacer,
    2,
  ),
);
await Promise.all(Object.values(systems).map((scorer) => scorer.dispose()));

/** Inserts a text at a random position among texts that are unrelated to the question. */
function hide(text, taken) {
  const before = [];
  const after = [];
  let length = text.length;
  while (length < LENGTH) {
    const id = everything[Math.floor(random() * everything.length)];
    if (taken.has(id)) continue;
    const filler = textOf(id);
    (random() < 0.5 ? before : after).push(filler);
    length += filler.length + 2;
  }
  const cut = Math.floor(random() * (before.length + after.length + 1));
  const around = [...before, ...after];
  const head = around
    .slice(0, cut)
    .map((part) => `${part}\n\n`)
    .join("");
  return {
    document: `${head}${text}\n\n${around.slice(cut).join("\n\n")}`,
    start: head.length,
    end: head.length + text.length,
  };
}

function shuffle(values) {
  const list = [...values];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

function replacer(key, value) {
  if (key === "perQuery" || key === "values") return undefined;
  return value instanceof Map ? Object.fromEntries(value) : value;
}
