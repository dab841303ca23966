import { readFile } from "node:fs/promises";
import type { PlaygroundExample } from "../../src/apps/playground/examples/example.js";

const bicycle = new URL("../../examples/data/bicycle/", import.meta.url);
const japanese = new URL("../../src/apps/playground/examples/food-ja.json", import.meta.url);

/** Number of first-stage candidates in an example. */
const CANDIDATES = 12;

/** Prefixes of note ids. The notes of each line make one long document. */
const CHAPTERS = [
  ["chain", "gear", "cable"],
  ["brake", "disc"],
  ["wheel", "spoke", "hub", "tyre", "tubeless", "pinch", "puncture"],
  ["saddle", "seatpost", "handlebar", "pedal", "crank"],
  ["battery", "motor", "lamp", "lock", "winter"],
];

/** The page's examples, made from the repository's sample data. */
export async function playgroundExamples(): Promise<PlaygroundExample[]> {
  const texts = new Map<string, string>();
  for (const { _id, title, text } of await readJsonLines<{ _id: string; title: string; text: string }>("corpus.jsonl"))
    texts.set(_id, `${title}\n${text}`);
  const queries = new Map<string, string>();
  for (const { _id, text } of await readJsonLines<{ _id: string; text: string }>("queries.jsonl"))
    queries.set(_id, text);
  const run = (await readFile(new URL("bm25.trec", bicycle), "utf8")).split("\n").map((line) => line.split(" "));
  const found = (query: string) => run.filter(([id]) => id === query).map(([, , document]) => texts.get(document!)!);
  const about = (...prefixes: string[]) =>
    [...texts].filter(([id]) => prefixes.some((prefix) => id.startsWith(prefix))).map(([, text]) => text);
  return [
    {
      name: "Bicycle repair: what a keyword search found",
      query: queries.get("q02")!,
      documents: found("q02").slice(0, CANDIDATES),
    },
    { name: "Bicycle repair: all 50 notes", query: queries.get("q12")!, documents: [...texts.values()] },
    {
      name: "Long documents: five chapters",
      query: queries.get("q03")!,
      documents: CHAPTERS.map((prefixes) => about(...prefixes).join("\n\n")),
    },
    JSON.parse(await readFile(japanese, "utf8")) as PlaygroundExample,
  ];
}

async function readJsonLines<T>(name: string): Promise<T[]> {
  const lines = (await readFile(new URL(name, bicycle), "utf8")).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as T);
}
