/** Deterministic English passages for measuring time, which depends on lengths and not on meaning. */

import { randomNumbers } from "./random-numbers.js";

const SENTENCES = [
  "The river rose overnight and covered the lower road before anyone had moved the carts.",
  "A bicycle chain that is cleaned once a month lasts about twice as long.",
  "Most of the light that reaches a deep forest floor has passed through at least two leaves.",
  "The committee agreed to measure first and to argue about the numbers afterwards.",
  "Salt lowers the freezing point of water, which is why roads are gritted before a frost.",
  "In the third chapter the narrator admits that she had never opened the letter.",
  "Bread dough rises faster in a warm kitchen, but a slow rise gives it more flavour.",
  "The museum keeps its oldest maps in a room without windows, at a steady temperature.",
  "A search engine that returns ten good results and hides the best one on the second page has failed.",
  "When the wind turns north, the fishing boats stay in the harbour until evening.",
  "Copper conducts electricity better than iron and bends without breaking.",
  "He planted apple trees along the wall, although he knew that he would not see them bear fruit.",
  "The recipe calls for two onions, a pinch of saffron and a great deal of patience.",
  "Engineers test a bridge with more weight than it will ever carry in use.",
  "Every witness remembered the color of the car differently.",
  "A good index tells the reader where to look; a bad one tells him only that he should have.",
];

/** Words of one passage, about `tokens` tokens of a WordPiece vocabulary. */
function passage(random, tokens) {
  const words = [];
  // Measured on these sentences: 1.15 tokens per word, punctuation counted.
  while (words.length < tokens / 1.15) words.push(...SENTENCES[Math.floor(random() * SENTENCES.length)].split(" "));
  return words.slice(0, Math.max(1, Math.round(tokens / 1.15))).join(" ");
}

export const QUERY = "how long does a bicycle chain last?";

/** `count` passages of 40 to 470 tokens, evenly spread, in random order. */
export function mixedPassages(count) {
  const random = randomNumbers(7);
  return Array.from({ length: count }, () => passage(random, 40 + random() * 430));
}

/** `count` passages that fill a model of 512 tokens. */
export function fullPassages(count) {
  const random = randomNumbers(11);
  return Array.from({ length: count }, () => passage(random, 640));
}
