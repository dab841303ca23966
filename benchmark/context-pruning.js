/**
 * How often a pruned paragraph still contains the answer, and which share of its characters remains:
 *
 *     node benchmark/context-pruning.js [DATA] [--sets xquad/en,xquad/de] [--limit 1190] [--curve]
 *
 * DATA (default: the folder in RERANK_DATA, or `data`) holds BEIR sets with an `answers.jsonl` ({ "query-id", "corpus-id", start, end }).
 * Compares `ContextPruner` with its default rule, with limits, with the multilingual model for sets that are not English, and with static
 * scores, and the first characters of the text. `--curve` makes the default rule stricter and looser instead of setting limits.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Document } from "@langchain/core/documents";
import { ContextPruner, createScorer } from "../dist/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: "string", default: "xquad/en" },
    limit: { type: "string", default: "1190" },
    curve: { type: "boolean", default: false },
  },
});
const data = positionals[0] ?? process.env.RERANK_DATA ?? "data";
const SHARES = [0.2, 0.3, 0.4, 0.5, 0.6];
/** Fractions of its share of the characters that a sentence's share of the evidence must reach; 0.45 is the default. */
const LEAST_EVIDENCE = [0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.8, 1];

const readLines = (file) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Every n-th question of a set, with its paragraph and the answer's span. */
function readQuestions(set, limit) {
  const folder = join(data, set);
  const texts = new Map(readLines(join(folder, "corpus.jsonl")).map(({ _id, text }) => [_id, text]));
  const queries = new Map(readLines(join(folder, "queries.jsonl")).map(({ _id, text }) => [_id, text]));
  const answers = readLines(join(folder, "answers.jsonl"));
  const step = Math.max(1, Math.floor(answers.length / limit));
  return answers
    .filter((_, index) => index % step === 0)
    .slice(0, limit)
    .map((row) => ({ query: queries.get(row["query-id"]), text: texts.get(row["corpus-id"]), ...row }));
}

/** Whether the spans cover the whole answer. */
function covers(spans, { start, end }) {
  const covered = spans.reduce(
    (sum, span) => sum + Math.max(0, Math.min(span.end, end) - Math.max(span.start, start)),
    0,
  );
  return covered >= end - start;
}

async function measure(questions, prune) {
  let kept = 0;
  let left = 0;
  for (const question of questions) {
    const spans = await prune(question);
    if (covers(spans, question)) kept += 1;
    left += spans.reduce((sum, { start, end }) => sum + end - start, 0) / question.text.length;
  }
  return { kept: kept / questions.length, left: left / questions.length };
}

/** A pruner for a limit, all with one scorer, whose vectors of the paragraphs are cached. */
function prunerFor(model) {
  const pruners = new Map();
  return (maxCharacters) => {
    if (!pruners.has(maxCharacters))
      pruners.set(maxCharacters, new ContextPruner({ model, ...(maxCharacters && { maxCharacters }) }));
    return pruners.get(maxCharacters);
  };
}

/** The sentences of a question's paragraph and how much speaks for each, as the default rule weighs them. */
async function weigh({ query, text }, scorer) {
  const everything = new ContextPruner({ model: scorer, threshold: 0 });
  const [document] = await everything.compressDocuments([new Document({ pageContent: text })], query);
  const { spans } = document.metadata.rerank;
  const { evidence } = await scorer.scoreParts(query, [{ text, parts: spans }]);
  const odds = evidence[0].map((each) => Math.exp(each - Math.max(...evidence[0])));
  const all = odds.reduce((sum, each) => sum + each, 0);
  const characters = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  return spans.map((span, i) => ({ ...span, odds: odds[i], share: (odds[i] * characters) / all }));
}

/** What remains by the default rule with another least share of evidence. The best sentence remains in any case. */
const keepWith = (spans, least) =>
  spans.filter(({ start, end, odds, share }) => odds === 1 || share >= least * (end - start));

console.log("| set | what prunes | answers kept | characters left |\n|---|---|---|---|");
for (const set of values.sets.split(",")) {
  const questions = readQuestions(set, Number(values.limit));
  const name = set.endsWith("/en") ? "late-en-v1" : "late-multilingual-v1";
  const row = (what, { kept, left }) =>
    console.log(`| ${set} | ${what} | ${(100 * kept).toFixed(1)}% | ${(100 * left).toFixed(0)}% |`);
  for (const model of set.endsWith("/en") ? [name, "static-en-v1"] : [name]) {
    const scorer = createScorer(model);
    const pruner = prunerFor(scorer);
    const run =
      (limit) =>
      async ({ query, text }) => {
        const [document] = await pruner(limit?.(text)).compressDocuments([new Document({ pageContent: text })], query);
        return document.metadata.rerank.spans;
      };
    row(`${model}, default`, await measure(questions, run()));
    if (values.curve && model.startsWith("late")) {
      const weighed = new Map();
      for (const question of questions) weighed.set(question, await weigh(question, scorer));
      for (const least of LEAST_EVIDENCE)
        row(`${model}, ${least}`, await measure(questions, (question) => keepWith(weighed.get(question), least)));
    }
    for (const share of values.curve ? [] : SHARES) {
      row(
        `${model}, at most ${100 * share}%`,
        await measure(
          questions,
          run((text) => Math.max(1, Math.round(share * text.length))),
        ),
      );
    }
    await scorer.dispose?.();
  }
  for (const share of SHARES) {
    row(
      `the first ${100 * share}%`,
      await measure(questions, async ({ text }) => [{ start: 0, end: Math.round(share * text.length) }]),
    );
  }
}
