// Fits the logistic curves that turn raw scores of the bundled models into probabilities, and tests them on sets that were not fitted.
//
//   npm run build && node benchmark/calibration.js [--data <folder of data sets>] [--cache <folder>]
//
// Prints the curves as JSON and, for each model and set: the raw score at which a curve fitted on this set alone gives 0.5 ("even at"), the
// expected calibration error, the Brier score compared with that of a constant, what a threshold of 0.5 keeps, and a reliability table. The data
// sets are not part of this repository (default: the folder in RERANK_DATA, or `data`); absent ones are reported and skipped.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reliability } from "../dist/evaluation.js";
import { disposeScorers, rawScores, SETS } from "./raw-scores.js";

/**
 * How each curve is fitted: weights of sets, and the share of relevant pairs after weighting. The default's curve takes a candidate to be
 * as likely relevant as not before it is read, so that answers in other words are kept at 0.5; the others keep the share of the lists.
 */
const EVEN = {
  sets: { "calibration questions": 2, "MEDIQA 2019, part 1": 1, trecqa_train: 1, "QED, other questions": 1 },
  prior: 0.5,
};
const AS_LISTED = { sets: { trecqa_train: 1, "QED, other questions": 1 } };
const MODELS = {
  "late-en-v1": { column: "late", ...EVEN },
  "rerank-en-v1": { column: "cross", ...AS_LISTED },
  "static-en-v1": { column: "static", ...AS_LISTED },
  "static-en-v1, cosine (StaticEmbeddings)": { column: "staticCosine", ...AS_LISTED },
};
const SOURCES = [
  ...Object.keys(EVEN.sets),
  "MEDIQA 2019, part 2",
  "trecqa_dev",
  "TREC DL 2020",
  "TREC QA",
  "Cranfield 100",
  "HotpotQA",
  "QED 150",
  "SciFact 100",
  "everyday, same source",
  "everyday, shared words",
];
/** Lists with a smaller share of relevant candidates are left out. */
const LEAST_SHARE = 0.1;
/** Where only some passages are judged, the first candidates of the run: farther down, unjudged relevant ones outweigh the judged. */
const FIRST = 10;
const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: process.env.RERANK_DATA ?? "data" },
    cache: { type: "string", default: join(tmpdir(), "langchain-rerank-raw-scores") },
  },
});

const rows = new Map();
for (const name of SOURCES) {
  const found = await rawScores(options.data, name, options.cache);
  if (found) rows.set(name, found);
  else console.error(`${name}: skipped, because ${options.data} does not hold it`);
}
await disposeScorers();

const curves = Object.fromEntries(Object.entries(MODELS).map(([model, recipe]) => [model, fitModel(recipe)]));
console.log(JSON.stringify(curves, null, 2));
for (const [model, { column, sets }] of Object.entries(MODELS)) {
  console.log(`\n## ${model}\n`);
  console.log(
    "| set | fitted | pairs | relevant | even at | ECE | Brier against a constant | precision and recall at 0.5 |",
  );
  console.log("|---|---|---|---|---|---|---|---|");
  const diagrams = [];
  for (const name of rows.keys()) {
    const pairs = listPairs(name, column);
    if (pairs.length === 0) continue;
    const { slope, intercept } = fitWeighted(pairs.map((pair) => ({ ...pair, weight: 1 })));
    const probabilities = pairs.map(({ raw }) => probability(raw, curves[model]));
    const found = reliability(
      probabilities,
      pairs.map(({ relevant }) => relevant === 1),
    );
    const cells = [
      name,
      name in sets ? "yes" : "no",
      pairs.length,
      `${((100 * found.positives) / pairs.length).toFixed(0)} %`,
      digits(-intercept / slope),
      found.expectedCalibrationError.toFixed(3),
      signed(100 * (found.brierScore / found.priorBrierScore - 1)),
      precisionAndRecall(pairs, probabilities),
    ];
    console.log(`| ${cells.join(" | ")} |`);
    if (!(name in sets)) diagrams.push([name, found.bins]);
  }
  if (diagrams.length > 0) console.log("\n| not fitted | predicted → observed, ten bins of equal size |\n|---|---|");
  for (const [name, bins] of diagrams) {
    const cells = bins.map(({ predicted, observed }) => `${digits(predicted)}→${digits(observed)}`);
    console.log(`| ${name} | ${cells.join(" ")} |`);
  }
}
console.log("\nthreshold: 0.5 with late-en-v1");
for (const name of ["everyday, same source", "everyday, shared words"].filter((each) => rows.has(each))) {
  const kept = listPairs(name, "late").filter(({ raw }) => probability(raw, curves["late-en-v1"]) >= 0.5);
  const all = listPairs(name, "late");
  const count = (pairs, kind) => pairs.filter(({ relevant }) => relevant === kind).length;
  console.log(
    `${name}: keeps ${count(kept, 1)} of ${count(all, 1)} right and ${count(kept, 0)} of ${count(all, 0)} other passages`,
  );
}

/** Raw scores and judgments of a set's lists that have relevant candidates enough. A grade of 1 or more counts as relevant. */
function listPairs(name, column) {
  const { complete } = SETS[name];
  return rows.get(name).flatMap(({ id, grades, [column]: scores }) => {
    const listed = grades
      .map((grade, index) => ({
        id,
        raw: scores[index],
        relevant: (grade ?? 0) >= 1 ? 1 : 0,
        judged: grade !== undefined,
      }))
      .filter(({ judged }, index) => (complete ? judged : index < FIRST));
    if (mean(listed.map(({ relevant }) => relevant)) < LEAST_SHARE) return [];
    return listed.filter(({ raw }) => raw !== null);
  });
}

function fitModel({ column, sets, prior }) {
  const pairs = Object.entries(sets).flatMap(([name, weight]) => {
    const found = rows.has(name) ? listPairs(name, column) : [];
    return found.map((pair) => ({ ...pair, weight: weight / found.length }));
  });
  const total = (kind) => pairs.reduce((sum, pair) => sum + (pair.relevant === kind ? pair.weight : 0), 0);
  const share = prior ?? total(1) / (total(0) + total(1));
  const scale = [(1 - share) / total(0), share / total(1)];
  const curve = fitWeighted(pairs.map((pair) => ({ ...pair, weight: pair.weight * scale[pair.relevant] })));
  const positives = pairs.filter(({ relevant }) => relevant === 1).length;
  return { ...curve, positives, negatives: pairs.length - positives, prior: Number(share.toFixed(2)) };
}

/** Logistic regression on one variable with weights, by Newton's method on the standardized variable. */
function fitWeighted(pairs) {
  const center = mean(pairs.map(({ raw }) => raw));
  const spread = Math.sqrt(mean(pairs.map(({ raw }) => (raw - center) ** 2)));
  let [a, b] = [0, 0];
  for (let step = 0; step < 50; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
    for (const { raw, relevant, weight } of pairs) {
      const x = (raw - center) / spread;
      const p = 1 / (1 + Math.exp(-(a * x + b)));
      const curvature = weight * p * (1 - p);
      ga += weight * (p - relevant) * x;
      gb += weight * (p - relevant);
      haa += curvature * x * x;
      hab += curvature * x;
      hbb += curvature;
    }
    const determinant = haa * hbb - hab * hab;
    a -= (hbb * ga - hab * gb) / determinant;
    b -= (haa * gb - hab * ga) / determinant;
  }
  const round = (value) => Number(value.toPrecision(4));
  return { slope: round(a / spread), intercept: round(b - (a * center) / spread) };
}

/** What a threshold of 0.5 keeps. */
function precisionAndRecall(pairs, probabilities) {
  const kept = pairs.filter((_, index) => probabilities[index] >= 0.5);
  const right = kept.filter(({ relevant }) => relevant === 1).length;
  const all = pairs.filter(({ relevant }) => relevant === 1).length;
  return `${kept.length > 0 ? digits(right / kept.length) : "–"} ${digits(right / all)}`;
}

function probability(raw, { slope, intercept }) {
  return 1 / (1 + Math.exp(-(slope * raw + intercept)));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(change) {
  return `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(0)} %`;
}

function digits(value) {
  return value.toFixed(2).replace(/^0/, "");
}
