/** Uses the package as an application does, in any JavaScript runtime, and prints what it saw as JSON. Nothing ends the process. */
import process from "node:process";
import { CrossEncoderReranker } from "langchain-rerank";
import { OnnxCrossEncoder, OnnxLateInteraction } from "langchain-rerank/onnx";

const question = "Which film has a big fish that eats swimmers?";
const films = [
  "Two jazz musicians who saw gangsters commit murder hide in a women's orchestra, in skirts and wigs.",
  "A sheriff, a shark scientist and a fisherman put to sea after the animal that empties their town's beaches.",
  "Forty soldiers hold a radio post on a mountain against an attack.",
];
const documents = films.map((pageContent) => ({ pageContent, metadata: {} }));
const best = (scores) => scores.indexOf(Math.max(...scores));
const reasonOf = (call) =>
  call.then(
    () => "no error",
    (error) => (typeof error === "string" ? error : error.name),
  );

const seen = {};

const reranker = new CrossEncoderReranker({ topN: 1 });
const [first] = await reranker.compressDocuments(documents, question);
seen.crossEncoder = films.indexOf(first.pageContent);
await reranker.dispose();

const late = new OnnxLateInteraction();
seen.lateInteraction = best(await late.score(question, films));
await late.dispose();

const scorer = new OnnxCrossEncoder({ workers: 2 });
await scorer.score(question, films);
const many = Array.from({ length: 300 }, (_, i) => `${i}: ${films[i % 3]}`.repeat(4));
const controller = new AbortController();
const call = scorer.score(question, many, { signal: controller.signal });
controller.abort("the user left");
seen.abort = await reasonOf(call);
seen.afterAbort = best(await scorer.score(question, films));

const ended = reasonOf(scorer.score(question, many));
await scorer.dispose();
seen.dispose = await ended;
seen.afterDispose = best(await scorer.score(question, films));
await scorer.dispose();

// Idle threads must not keep the process alive.
const idle = new OnnxCrossEncoder({ workers: 1 });
seen.idle = best(await idle.score(question, films));

process.stdout.write(JSON.stringify(seen));
