// Compares orders that the bundled models can give, to choose what runs when no model is named: late-en-v1 alone, with other shares of its
// pooled cosine, with the cross-encoder on all or the best 20, with static scores mixed in, or on what static scores leave.
//
//   npm run build && node benchmark/default-choice.js [--data <folder of data sets>] [--cache <folder>] [--test]
//
// Without --test it prints the development sets, which decide: nDCG@10 per set with the p-value of a paired randomization test against
// late-en-v1, and the same over all their questions together. With --test it prints the test sets, which only report. The data sets are
// not part of this repository (default: the folder in RERANK_DATA, or `data`); absent ones are reported and skipped.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pairedRandomizationTest, parseMeasure } from "../dist/evaluation.js";
import { disposeScorers, rawScores } from "./raw-scores.js";

const DEVELOPMENT = [
  "trecqa_dev",
  "trecqa_train",
  "MEDIQA 2019, part 1",
  "MEDIQA 2019, part 2",
  "QED, other questions",
  "SciFact, other questions",
];
const TEST = ["TREC DL 2020", "SciFact 100", "Cranfield 100", "TREC QA", "HotpotQA", "QED 150"];
const EVERYDAY = ["everyday, same source", "everyday, shared words"];

/** One unit of MaxSim is as much as about 33 logits within a list: the ratio of their spreads on the development sets. */
const LOGIT = 0.03;
/** The static model's scores spread 1.4 times as far as late-en-v1's. */
const STATIC = 0.7;

const CANDIDATES = {
  "late-en-v1": ({ late }) => late,
  ...each([0, 0.1, 0.3, 0.4, 0.5, 1], (share) => [`pooled share ${share}`, (row) => withPooled(row, share)]),
  ...each([0.1, 0.15, 0.2, 0.3], (weight) => [
    `+ ${weight} rerank-en-v1 on the best 20`,
    (row) =>
      second(
        row.late,
        best(row.late, 20),
        (index) => (1 - weight) * row.late[index] + weight * LOGIT * row.cross[index],
      ),
  ]),
  ...each([0.1, 0.2, 0.3], (weight) => [
    `+ ${weight} rerank-en-v1 on the best 10`,
    (row) =>
      second(
        row.late,
        best(row.late, 10),
        (index) => (1 - weight) * row.late[index] + weight * LOGIT * row.cross[index],
      ),
  ]),
  ...each([0.05, 0.1, 0.2, 0.3], (weight) => [
    `+ ${weight} static-en-v1`,
    ({ late, static: first }) => late.map((score, index) => (1 - weight) * score + weight * STATIC * first[index]),
  ]),
  ...each([20, 30, 40, 50, 60, 70, 80], (count) => [
    `on the best ${count} of static-en-v1`,
    ({ late, static: first }) => second(first, best(first, count), (index) => late[index]),
  ]),
  "static-en-v1 first, then .7 rerank-en-v1 on 20 (min-max)": formerHybrid,
  "static-en-v1": ({ static: first }) => first,
};

const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: process.env.RERANK_DATA ?? "data" },
    cache: { type: "string", default: join(tmpdir(), "langchain-rerank-raw-scores") },
    test: { type: "boolean", default: false },
  },
});
const measure = parseMeasure("nDCG@10");
const sets = await load(options.test ? TEST : DEVELOPMENT);
const everyday = await load(EVERYDAY);
await disposeScorers();

const base = sets.map(([, rows]) => values(rows, CANDIDATES["late-en-v1"]));
console.log(
  `| order | ${sets.map(([name, rows]) => `${name} (${rows.length})`).join(" | ")} | mean | all questions | ${everyday.map(([name]) => `${name}, MRR`).join(" | ")} |`,
);
console.log(`|---|${"---|".repeat(sets.length + everyday.length + 2)}`);
for (const [name, order] of Object.entries(CANDIDATES)) {
  const found = sets.map(([, rows]) => values(rows, order));
  const cells = found.map((per, set) => `${digits(mean(per))} (p ${p(per, base[set])})`);
  const pooled = `${signed(mean(found.flat()) - mean(base.flat()))} (p ${p(found.flat(), base.flat())})`;
  const ranks = everyday.map(([, rows]) => digits(mean(rows.map((row) => reciprocalRank(row, order(row))))));
  console.log(`| ${[name, ...cells, digits(mean(found.map(mean))), pooled, ...ranks].join(" | ")} |`);
}

async function load(names) {
  const found = [];
  for (const name of names) {
    const rows = await rawScores(options.data, name, options.cache);
    if (rows) found.push([name, rows]);
    else console.error(`${name}: skipped, because ${options.data} does not hold it`);
  }
  return found;
}

function values(rows, order) {
  return rows.map((row) => {
    const scores = order(row);
    const ranking = row.documents.map((_, index) => index).sort((a, b) => scores[b] - scores[a] || a - b);
    return measure.compute(
      ranking.map((index) => row.documents[index]),
      row.qrels,
    );
  });
}

/** Ties count against the right passage, whose position in the file says nothing. */
function reciprocalRank({ grades }, scores) {
  const right = grades.findIndex((grade) => grade > 0);
  return 1 / scores.filter((score) => score >= scores[right]).length;
}

/** Indices of the `count` highest scores. */
function best(scores, count) {
  return new Set(
    scores
      .map((_, index) => index)
      .sort((a, b) => scores[b] - scores[a] || a - b)
      .slice(0, count),
  );
}

/** Scores of a second stage for what it reads, above those of the first for the rest. All raw scores here are between -4 and 4. */
function second(first, read, score) {
  return first.map((value, index) => (read.has(index) ? 10 + score(index) : value));
}

function withPooled({ late, pooled }, share) {
  return late.map((score, index) => (1 - share) * ((score - 0.2 * pooled[index]) / 0.8) + share * pooled[index]);
}

/** What `HybridReranker` ran without options before, except that it read candidates that the cross-encoder was not run on here last. */
function formerHybrid({ static: first, cross }) {
  const read = [...best(first, 20)];
  const lowest = Math.min(...cross.filter((logit) => logit !== null));
  const logits = minMax(read.map((index) => cross[index] ?? lowest));
  const before = minMax(first);
  const scores = before.map((score) => score - 2);
  for (const [place, index] of read.entries()) scores[index] = 0.7 * logits[place] + 0.3 * before[index];
  return scores;
}

function minMax(scores) {
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  return scores.map((score) => (high > low ? (score - low) / (high - low) : 0));
}

function each(numbers, entry) {
  return Object.fromEntries(numbers.map(entry));
}

function p(a, b) {
  const value = pairedRandomizationTest(a, b, { permutations: 20_000 });
  return value < 0.001 ? "< .001" : digits(value);
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function signed(value) {
  return `${value < 0 ? "−" : "+"}${digits(Math.abs(value))}`;
}

function digits(value) {
  return value.toFixed(4).replace(/^0/, "");
}
