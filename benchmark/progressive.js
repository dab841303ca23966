// What the stages of the default model leave out: nDCG@10 and tokens read with `topN: 10`, compared with `late-en-v1`, which reads everything.
//
//   npm run build && node benchmark/progressive.js [--data <folder of data sets>] [--set "TREC QA" --set HotpotQA] [--test]
//
// Without --test it uses development sets, on which the stages were chosen. "found": how many of the model's best ten the default returns.
// The data sets are not part of this repository (default: the folder in RERANK_DATA, or `data`); absent ones are reported and skipped.
import { parseArgs } from "node:util";
import { pairedRandomizationTest, parseMeasure } from "../dist/evaluation.js";
import { OnnxLateInteraction, ProgressiveLateInteraction } from "../dist/onnx.js";
import { StaticLateInteraction } from "../dist/static.js";
import { readLists, SETS } from "./raw-scores.js";

const DEVELOPMENT = ["QED, other questions", "SciFact, other questions", "trecqa_dev", "MEDIQA 2019, part 1"];
const TEST = ["TREC DL 2020", "SciFact 100", "Cranfield 100", "TREC QA", "HotpotQA", "QED 150"];
const EVERYDAY = ["everyday, same source", "everyday, shared words"];
const TOP = 10;
/** Tokens of the beginning of a text. */
const BEGINNING = 62;

const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: process.env.RERANK_DATA ?? "data" },
    set: { type: "string", multiple: true },
    test: { type: "boolean", default: false },
  },
});
const measure = parseMeasure("nDCG@10");
const late = new OnnxLateInteraction({ cache: { maxBytes: 2 ** 32 } });
/** Scores with the cached vectors, but decides as if it knew none. */
const unaware = {
  model: late.model,
  score: (...call) => late.score(...call),
  knownTexts: async () => new Set(),
};
const byDefault = new ProgressiveLateInteraction({}, unaware);
const words = new StaticLateInteraction();

console.log(
  "| set | questions | late-en-v1 | default | difference | p | found | tokens read |\n|---|---|---|---|---|---|---|---|",
);
for (const name of options.set ?? [...(options.test ? TEST : DEVELOPMENT), ...EVERYDAY]) {
  const lists = await readLists(options.data, SETS[name]);
  if (lists)
    await report(
      name,
      lists.filter(({ texts }) => texts.length > 0),
    );
  else console.error(`${name}: skipped, because ${options.data} does not hold it`);
}
await late.dispose();

async function report(name, lists) {
  const rows = [];
  for (const list of lists) rows.push(await compare(list));
  const [all, some] = [rows.map(({ exact }) => exact), rows.map(({ progressive }) => progressive)];
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const p = pairedRandomizationTest(some, all, { permutations: 20_000 });
  const cells = [
    name,
    rows.length,
    digits(mean(all)),
    digits(mean(some)),
    (mean(some) - mean(all)).toFixed(4),
    digits(p),
  ];
  const share = `${((100 * sum("read")) / sum("tokens")).toFixed(0)}%`;
  console.log(`| ${[...cells, digits(mean(rows.map(({ found }) => found))), share].join(" | ")} |`);
}

async function compare({ query, texts, documents, qrels }) {
  const exact = await reported(late, query, texts);
  const progressive = await reported(byDefault, query, texts, { topN: TOP });
  const lengths = await tokensOf(query, texts);
  const value = ({ raw }) =>
    measure.compute(
      ranking(raw).map((index) => documents[index]),
      qrels,
    );
  const best = new Set(ranking(exact.raw).slice(0, TOP));
  const found = ranking(progressive.raw)
    .slice(0, TOP)
    .filter((index) => best.has(index)).length;
  const read = texts.map((_, index) => tokensRead(progressive, index, lengths[index]));
  return {
    exact: value(exact),
    progressive: value(progressive),
    found: found / best.size,
    read: read.reduce((a, b) => a + b),
    tokens: lengths.reduce((a, b) => a + b),
  };
}

/** Tokens of a text that `late-en-v1` read. */
function tokensRead({ stageScores, raw }, index, tokens) {
  const stages = stageScores?.[index];
  if (!stages || stages.length === 3) return tokens + (stages ? BEGINNING : 0);
  if (stages.length === 1) return 0;
  return stages[1] === raw[index] ? tokens : BEGINNING;
}

async function tokensOf(query, texts) {
  const counts = [];
  for (const text of [".", ...texts]) counts.push((await reported(words, query, [text])).tokens);
  return counts.slice(1).map((count) => Math.min(512, count - counts[0] + 3));
}

async function reported(scorer, query, texts, call = {}) {
  let found;
  const onReport = (each) => {
    found = each;
  };
  await scorer.score(query, texts, { ...call, onReport });
  return found;
}

function ranking(scores) {
  return scores.map((_, index) => index).sort((a, b) => scores[b] - scores[a] || a - b);
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function digits(value) {
  return value.toFixed(4).replace(/^0/, "");
}
