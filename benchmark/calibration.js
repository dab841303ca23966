// Fits the logistic curves that turn raw scores of the bundled models into probabilities, and tests them on sets that were not fitted.
//
//   npm run build && node benchmark/calibration.js [--data <folder of data sets>] [--cache <folder>]
//
// Prints the curves as JSON (with the query's offset, if the model has one) and, for each model and set: the raw score at which a curve fitted on this set alone gives 0.5 ("even at"), the
// expected calibration error, the Brier score compared with that of a constant, what a threshold of 0.5 keeps, and a reliability table. The data
// sets are not part of this repository (default: the folder in RERANK_DATA, or `data`); absent ones are reported and skipped.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reliability } from "../dist/evaluation.js";
import { disposeScorers, rawScores, SETS } from "./raw-scores.js";

/**
 * How each curve is fitted: weights of sets, and the share of relevant pairs after weighting, without which the share of the lists is kept.
 * `offset` fits the query's offset too. The default's prior and the penalty are the ones with the least error on trecqa_dev.
 */
const WITH_OFFSET = {
  sets: {
    "calibration questions": 1,
    "everyday sources, dev": 1,
    "MEDIQA 2019, part 1": 1,
    trecqa_train: 1,
    "QED, other questions": 1,
  },
  prior: 0.3,
  offset: true,
};
const AS_LISTED = { sets: { trecqa_train: 1, "QED, other questions": 1 } };
const MODELS = {
  "late-en-v1": { column: "late", ...WITH_OFFSET },
  "rerank-en-v1": { column: "cross", ...AS_LISTED },
  "static-en-v1": { column: "static", ...AS_LISTED },
  "static-en-v1, cosine (StaticEmbeddings)": { column: "staticCosine", ...AS_LISTED },
};
const SOURCES = [
  ...Object.keys(WITH_OFFSET.sets),
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
  "everyday sources, test",
];
/** The penalty on the squares of the offset's factors of a direction, of which there are 128, beside the mean log loss. */
const PENALTY = 3e-4;
/** The offset of the mean query: low enough that similarity and offset together stay below 1. */
const MEAN_OFFSET = -0.1;
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
console.log(JSON.stringify(curves));
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
    const probabilities = pairs.map((pair) => probability(pair, curves[model]));
    const found = reliability(
      probabilities,
      pairs.map(({ relevant }) => relevant === 1),
    );
    const cells = [
      name,
      name in sets ? "yes" : "no",
      pairs.length,
      `${((100 * found.positives) / pairs.length).toFixed(0)}%`,
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
  const kept = listPairs(name, "late").filter((pair) => probability(pair, curves["late-en-v1"]) >= 0.5);
  const all = listPairs(name, "late");
  const count = (pairs, kind) => pairs.filter(({ relevant }) => relevant === kind).length;
  console.log(
    `${name}: keeps ${count(kept, 1)} of ${count(all, 1)} right and ${count(kept, 0)} of ${count(all, 0)} other passages`,
  );
}

/** Raw scores and judgments of a set's lists that have relevant candidates enough. A grade of 1 or more counts as relevant. */
function listPairs(name, column) {
  const { complete } = SETS[name];
  return rows.get(name).flatMap(({ id, grades, tokens, direction, [column]: scores }) => {
    const query = { tokens, direction };
    const listed = grades
      .map((grade, index) => ({
        id,
        query,
        raw: scores[index],
        relevant: (grade ?? 0) >= 1 ? 1 : 0,
        judged: grade !== undefined,
      }))
      .filter(({ judged }, index) => (complete ? judged : index < FIRST));
    if (mean(listed.map(({ relevant }) => relevant)) < LEAST_SHARE) return [];
    return listed.filter(({ raw }) => raw !== null);
  });
}

function fitModel({ column, sets, prior, offset }) {
  const pairs = Object.entries(sets).flatMap(([name, weight]) => {
    const found = rows.has(name) ? listPairs(name, column) : [];
    return found.map((pair) => ({ ...pair, weight: weight / found.length }));
  });
  const total = (kind) => pairs.reduce((sum, pair) => sum + (pair.relevant === kind ? pair.weight : 0), 0);
  const share = prior ?? total(1) / (total(0) + total(1));
  const scale = [(1 - share) / total(0), share / total(1)];
  const curve = fitWeighted(
    pairs.map((pair) => ({ ...pair, weight: pair.weight * scale[pair.relevant] })),
    offset,
  );
  const positives = pairs.filter(({ relevant }) => relevant === 1).length;
  return { ...curve, positives, negatives: pairs.length - positives, prior: Number(share.toFixed(2)) };
}

/**
 * Weighted logistic regression on the raw score and, with an offset, on the query: the logarithm of its number of tokens, and their mean
 * direction with a penalty. The offset is in units of the raw score.
 */
function fitWeighted(pairs, offset = false) {
  const center = mean(pairs.map(({ raw }) => raw));
  const spread = Math.sqrt(mean(pairs.map(({ raw }) => (raw - center) ** 2)));
  const features = ({ raw, query }) => [
    1,
    (raw - center) / spread,
    ...(offset ? [Math.log(query.tokens), ...query.direction] : []),
  ];
  const inputs = pairs.map(features);
  const weights = pairs.map(({ weight }) => weight);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const relevant = pairs.map((pair) => pair.relevant);
  const penalties = inputs[0].map((_, index) => (index > 2 ? PENALTY * all : 0));
  const [constant, a, logTokens = 0, ...direction] = regress(inputs, relevant, weights, penalties);
  const slope = a / spread;
  const round = (value) => Number(value.toPrecision(4));
  if (!offset) return { slope: round(slope), intercept: round(constant - slope * center) };
  const ofQuery = ({ query }) =>
    (logTokens * Math.log(query.tokens) + query.direction.reduce((sum, value, i) => sum + value * direction[i], 0)) /
    slope;
  const queries = new Map(pairs.map((pair) => [pair.query, pair]));
  const zero = mean([...queries.values()].map(ofQuery)) - MEAN_OFFSET;
  return {
    slope: round(slope),
    intercept: round(constant - slope * center + slope * zero),
    query_offset: {
      constant: round(-zero),
      log_tokens: round(logTokens / slope),
      direction: direction.map((value) => round(value / slope)),
    },
  };
}

/** Logistic regression by Newton's method, with a penalty on the square of each coefficient. */
function regress(inputs, relevant, weights, penalties) {
  const size = inputs[0].length;
  let coefficients = new Array(size).fill(0);
  for (let step = 0; step < 30; step++) {
    const system = penalties.map((penalty, i) => {
      const row = new Float64Array(size + 1);
      row[i] = penalty;
      row[size] = penalty * coefficients[i];
      return row;
    });
    for (const [index, input] of inputs.entries()) {
      const p = 1 / (1 + Math.exp(-dot(input, coefficients)));
      const error = weights[index] * (p - relevant[index]);
      const curvature = weights[index] * p * (1 - p);
      for (let i = 0; i < size; i++) {
        system[i][size] += error * input[i];
        for (let j = 0; j < size; j++) system[i][j] += curvature * input[i] * input[j];
      }
    }
    const change = solve(system);
    coefficients = coefficients.map((value, i) => value - change[i]);
  }
  return coefficients;
}

/** Solves a positive definite system of linear equations, given with its right-hand side as the last column, by elimination. */
function solve(system) {
  const size = system.length;
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const factor = system[j][i] / system[i][i];
      for (let k = i; k <= size; k++) system[j][k] -= factor * system[i][k];
    }
  }
  const found = new Array(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    const rest = system[i][size] - dot(found.slice(i + 1), system[i].subarray(i + 1, size));
    found[i] = rest / system[i][i];
  }
  return found;
}

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** What a threshold of 0.5 keeps. */
function precisionAndRecall(pairs, probabilities) {
  const kept = pairs.filter((_, index) => probabilities[index] >= 0.5);
  const right = kept.filter(({ relevant }) => relevant === 1).length;
  const all = pairs.filter(({ relevant }) => relevant === 1).length;
  return `${kept.length > 0 ? digits(right / kept.length) : "–"} ${digits(right / all)}`;
}

function probability({ raw, query }, { slope, intercept, query_offset: offset }) {
  const added = offset
    ? offset.constant + offset.log_tokens * Math.log(query.tokens) + dot(offset.direction, query.direction)
    : 0;
  return 1 / (1 + Math.exp(-(slope * (raw + added) + intercept)));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(change) {
  return `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(0)}%`;
}

function digits(value) {
  return value.toFixed(2).replace(/^0/, "");
}
