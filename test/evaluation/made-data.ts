import { seededRandom } from "../../src/evaluation/significance/random.js";
import type { StageScores } from "../../src/evaluation/tuning/stage-scores.js";
import { type Dataset, type Qrels, readQrels, readRun } from "../../src/evaluation.js";

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url);
const quiet = { onWarning: () => {} };

/** A data set of 24 queries whose texts carry no meaning, with graded judgments and a first-stage run that is better than chance. */
export async function madeDataset(): Promise<Dataset> {
  const qrels = await readQrels(fixture("made.qrels"), quiet);
  const run = await readRun(fixture("plain.run"), quiet);
  const ids = new Set([...run.values()].flatMap((scores) => [...scores.keys()]));
  return {
    name: "made",
    qrels,
    run,
    queries: new Map([...qrels.keys()].map((id) => [id, `question ${id}`])),
    corpus: new Map([...ids].map((id) => [id, { id, title: "", text: `text of ${id}` }])),
  };
}

/** Gaussian noise around the grade: scores of any quality, without a model. */
export function noisyScore(qrels: Qrels, query: string, document: string, noise: number): number {
  const grade = Math.max(0, qrels.get(query)?.get(document) ?? 0);
  const random = seededRandom(
    [...`${query}/${document}`].reduce((hash, char) => Math.imul(hash, 31) + char.charCodeAt(0), 7),
  );
  const uniform = () => (random() + 1) / 2 ** 32;
  return grade + noise * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Scores of a cheap, noisy first stage and an expensive, better model. */
export function madeStages(data: Dataset, noise = { first: 1.5, model: 0.6 }): StageScores {
  const queries = [...data.queries.keys()]
    .filter((id) => data.run!.has(id))
    .map((id) => {
      const documents = [...data.run!.get(id)!.keys()];
      const column = (each: number, salt: string, ms: number) => {
        const scores = documents.map(
          (document) => noisyScore(data.qrels, id, document, 0) + noisyScore(new Map(), id + salt, document, each),
        );
        return { scores, raw: scores, milliseconds: documents.map(() => ms) };
      };
      return {
        id,
        documents,
        blank: [],
        first: new Map([["cheap", column(noise.first, "a", 0.01)]]),
        models: new Map([["expensive", column(noise.model, "b", 10)]]),
      };
    });
  const pairs = queries.reduce((sum, { documents }) => sum + documents.length, 0);
  return {
    dataset: data.name,
    queries,
    first: ["cheap"],
    models: ["expensive"],
    calibrations: new Map(),
    deepest: Number.POSITIVE_INFINITY,
    pairs: new Map([["expensive", pairs]]),
    seconds: pairs / 100,
  };
}
