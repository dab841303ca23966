import { fileURLToPath } from "node:url";
import { readBeir } from "langchain-rerank/evaluation";
import { collections } from "../demo/collections.js";

const FOLDER = fileURLToPath(new URL("../data/bicycle", import.meta.url));

/** To make a hundred of the 94 passages that the other examples hold. */
const MORE = [
  "Bread that is scored before it goes into the oven opens along the cut and not where it likes.",
  "A sourdough starter that smells of vinegar is hungry: feed it twice a day until it smells of yoghurt.",
  "Tomato plants that are watered on their leaves in the evening catch blight more easily.",
  "An apple tree is pruned in late winter, when it sleeps and its shape can be seen.",
  "A piano is tuned from the middle outwards, octave by octave, and holds its pitch best in even humidity.",
  "The felt of a clarinet's pads swells with moisture; wipe the bore dry before it goes back into its case.",
];

/**
 * Thirty questions about bicycles over a hundred passages: fifty about bicycles, the rest about other things. Every passage is a candidate.
 * @returns {Promise<import("langchain-rerank/evaluation").Dataset>}
 */
export async function bicyclesAmongOthers() {
  const { run: _, ...data } = await readBeir(FOLDER);
  const others = [...collections.flatMap(({ passages }) => passages), ...MORE];
  const corpus = new Map(data.corpus);
  for (const [index, text] of others.entries()) corpus.set(`other-${index}`, { id: `other-${index}`, title: "", text });
  return { ...data, corpus };
}
