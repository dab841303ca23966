/** Scores with both runtimes and prints as JSON what they gave. */
import process from "node:process";
import { OnnxLateInteraction } from "langchain-rerank/onnx";

const passages = [
  "Two jazz musicians who saw gangsters commit murder hide in a women's orchestra, in skirts and wigs.",
  "A sheriff, a shark scientist and a fisherman put to sea after the animal that empties their town's beaches.",
  "Forty soldiers hold a radio post on a mountain against an attack.",
];

const seen = { runtimes: [], scores: [] };
for (const runtime of ["native", "wasm"]) {
  const scorer = new OnnxLateInteraction({ runtime, workers: 1 });
  const onReport = (report) => seen.runtimes.push(report.runtime);
  seen.scores.push(await scorer.score("Which film has a big fish that eats swimmers?", passages, { onReport }));
  await scorer.dispose();
}
process.stdout.write(JSON.stringify(seen));
