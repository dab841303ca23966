// Fits what the default model's early stages expect of a text's whole score (`late-interaction/race.ts`): least squares, and the error left.
//
//   npm run build && node benchmark/progressive-estimates.js [--data <folder of data sets>] [--set "QED, other questions"]
//
// The shipped estimates are those of QED's development questions. The data sets are not part of this repository (default: the folder in
// RERANK_DATA, or `data`).
import { parseArgs } from "node:util";
import { OnnxLateInteraction } from "../dist/onnx.js";
import { StaticLateInteraction } from "../dist/static.js";
import { raw, readLists, SETS } from "./raw-scores.js";

/** Characters of a beginning, and the shortest text whose beginning is read on its own, as in `race.ts`. */
const BEGINNING = 280;
const SHORT = 360;

const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: process.env.RERANK_DATA ?? "data" },
    set: { type: "string", default: "QED, other questions" },
  },
});
const lists = await readLists(options.data, SETS[options.set]);
if (!lists) {
  console.error(`${options.set}: ${options.data} does not hold it`);
  process.exit(1);
}
const late = new OnnxLateInteraction({ model: "late-en-v1", cache: { maxBytes: 2 ** 32 } });
const words = new StaticLateInteraction();
const [texts, beginnings] = [[], []];
for (const list of lists) await collect(list);
await late.dispose();

const byStatic = leastSquares(texts, ({ fromStatic }) => [1, fromStatic]);
console.log("from the static score:", {
  ...named(["constant", "static"], byStatic.found),
  error: spread(byStatic.missed),
});
const byBeginning = leastSquares(beginnings, ({ read, rest }) => [1, read, rest]);
console.log("from the beginning:", named(["constant", "beginning", "rest"], byBeginning.found));
// The mean of |x| of a normal distribution is √(2/π) of its deviation.
const errors = byBeginning.missed.map((value) => Math.abs(value) * Math.sqrt(Math.PI / 2));
const byLength = leastSquares(
  beginnings.map((each, index) => ({ ...each, whole: errors[index] })),
  ({ rest, length }) => [1, Math.log(length / BEGINNING), Math.max(0, rest)],
);
console.log("error of that:", named(["constant", "log(length / 280)", "max(0, rest)"], byLength.found));

async function collect({ query, texts: all }) {
  const [fromStatic, whole] = [await raw(words, query, all), await raw(late, query, all)];
  texts.push(...all.map((_, index) => ({ fromStatic: fromStatic[index], whole: whole[index] })));
  const long = all.map((_, index) => index).filter((index) => all[index].length > SHORT);
  if (long.length === 0) return;
  const cut = long.map((index) => beginningOf(all[index]));
  const [cutStatic, read] = [await raw(words, query, cut), await raw(late, query, cut)];
  for (const [place, index] of long.entries()) {
    const rest = fromStatic[index] - cutStatic[place];
    beginnings.push({ read: read[place], rest, length: all[index].length, whole: whole[index] });
  }
}

function beginningOf(text) {
  const end = text.lastIndexOf(" ", BEGINNING);
  return text.slice(0, end > BEGINNING / 2 ? end : BEGINNING);
}

/** Coefficients of `features` that predict `whole` best, and what they miss of each row. */
function leastSquares(rows, features) {
  const inputs = rows.map(features);
  const size = inputs[0].length;
  const system = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size + 1 }, (_, j) =>
      inputs.reduce((sum, input, row) => sum + input[i] * (j < size ? input[j] : rows[row].whole), 0),
    ),
  );
  for (const [i, pivot] of system.entries())
    for (const [j, row] of system.entries()) {
      const factor = j === i ? 0 : row[i] / pivot[i];
      for (let k = i; k <= size; k++) row[k] -= factor * pivot[k];
    }
  const found = system.map((row, i) => row[size] / row[i]);
  const missed = inputs.map(
    (input, row) => rows[row].whole - input.reduce((sum, value, i) => sum + value * found[i], 0),
  );
  return { found, missed };
}

function spread(values) {
  return Number(Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length).toPrecision(3));
}

function named(names, values) {
  return Object.fromEntries(names.map((name, index) => [name, Number(values[index].toPrecision(3))]));
}
