/** Runs two queries with the default reranker of the checkout given and prints the source files that each passed through. */
import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { takeCalls } from "./record-coverage.js";

const root = resolve(process.argv[2]);
const dist = join(root, "dist");
const { CrossEncoderReranker } = await import(pathToFileURL(join(dist, "index.js")));
const documents = ["Solar panels turn light into electricity.", "Cats sleep for most of the day."].map(
  (pageContent) => ({
    pageContent,
    metadata: {},
  }),
);

const channel = new BroadcastChannel("query-path");
const fromWorkers = [];
channel.onmessage = ({ data }) => fromWorkers.push(...data);

/** The files of the functions that ran since the last call, on all threads. */
async function filesSinceLastCall() {
  const calls = takeCalls();
  fromWorkers.length = 0;
  channel.postMessage("take");
  await sleep(1_000);
  return [...new Set([...calls, ...fromWorkers].flatMap(sourceFile))].sort();
}

const maps = new Map();

function sourceFile({ url, offset }) {
  if (!url.startsWith(pathToFileURL(dist).href)) return [];
  const path = fileURLToPath(url);
  if (!maps.has(path)) {
    const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8")));
    maps.set(path, { map, text: readFileSync(path, "utf8") });
  }
  const { map, text } = maps.get(path);
  const before = text.slice(0, offset).split("\n");
  const { originalSource } = map.findEntry(before.length - 1, before.at(-1).length);
  if (originalSource === undefined) return [];
  const source = relative(root, resolve(path, "..", originalSource));
  return source.startsWith("src/") ? [source] : [];
}

// What runs on import alone does not count, also where a query imports it.
await import(pathToFileURL(join(dist, "onnx.js")));
takeCalls();
const reranker = new CrossEncoderReranker();
for (const name of ["cold", "warm"]) {
  await reranker.compressDocuments(documents, "how do solar panels work?");
  const files = await filesSinceLastCall();
  console.log(`${name}: ${files.length} files`);
  for (const file of files) console.log(`  ${file}`);
}
channel.close();
await reranker.dispose?.();
