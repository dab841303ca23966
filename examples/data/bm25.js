// Writes a first-stage run for a BEIR folder: BM25 (Robertson and Zaragoza, 2009) with k1 0.9 and b 0.4 over title and text, words as they
// stand, lower case.
//
//   node examples/data/bm25.js examples/data/bicycle
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const [K1, B, DEPTH] = [0.9, 0.4, 50];
const folder = process.argv[2];
if (!folder) throw new Error("usage: node bm25.js <BEIR folder>");

const rows = async (/** @type {string} */ name) =>
  (await readFile(join(folder, name), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const words = (/** @type {string} */ text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const documents = (await rows("corpus.jsonl")).map(({ _id, title, text }) => ({
  id: _id,
  words: words(`${title} ${text}`),
}));
const average = documents.reduce((sum, { words }) => sum + words.length, 0) / documents.length;
const frequency = new Map();
for (const { words } of documents)
  for (const word of new Set(words)) frequency.set(word, (frequency.get(word) ?? 0) + 1);

const lines = [];
for (const { _id, text } of await rows("queries.jsonl")) {
  /** @type {string[]} */
  const asked = words(text);
  const ranked = documents
    .map((document) => ({ id: document.id, score: asked.reduce((sum, word) => sum + weight(word, document), 0) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1))
    .slice(0, DEPTH);
  for (const [rank, { id, score }] of ranked.entries())
    lines.push(`${_id} Q0 ${id} ${rank + 1} ${score.toFixed(6)} bm25`);
}
await writeFile(join(folder, "bm25.trec"), `${lines.join("\n")}\n`);

/**
 * @param {string} word
 * @param {{ id: string, words: string[] }} document
 */
function weight(word, document) {
  const count = document.words.filter((each) => each === word).length;
  if (count === 0) return 0;
  const inverse = Math.log(1 + (documents.length - frequency.get(word) + 0.5) / (frequency.get(word) + 0.5));
  return (inverse * count) / (count + K1 * (1 - B + (B * document.words.length) / average));
}
