import { InvalidInputError } from "../../errors.js";
import { type CandidateOptions, listCandidates, titleAndText } from "../candidates.js";
import { type DatasetInput, toDataset } from "../dataset.js";
import type { Evaluation } from "../evaluate.js";
import type { QueryStages, StageColumn, StageScores } from "./stage-scores.js";

/**
 * Stage scores for {@link tuneStages} from evaluations that are there already, so that no pair is scored again: the run is the first stage,
 * each evaluated cross-encoder a second one.
 *
 * @param evaluations - by the name that settings shall have for the model; made over the same data with the same `depth` and `text`, and
 * with every candidate returned
 *
 * @throws InvalidInputError when the data has no run, or an evaluation lacks a candidate's score.
 */
export function stagesFromEvaluations(
  input: DatasetInput,
  evaluations: Readonly<Record<string, Pick<Evaluation, "scores" | "secondsPerQuery">>>,
  options: CandidateOptions = {},
): StageScores {
  const data = toDataset(input);
  if (!data.run) throw new InvalidInputError("data", `"${data.name}" has no run, so there is no first stage`);
  const candidates = listCandidates(data, options.depth).filter(
    ({ id, documents }) => data.qrels.has(id) && documents.length > 0,
  );
  const queries = candidates.map(({ id, documents, scores }): QueryStages => {
    const texts = documents.map(options.text ?? titleAndText);
    const filled = documents.map((_, place) => place).filter((place) => texts[place]!.trim() !== "");
    const ids = filled.map((place) => documents[place]!.id);
    const lengths = filled.map((place) => texts[place]!.length);
    const models = Object.entries(evaluations).map(
      ([name, each]) => [name, readColumn(name, id, ids, lengths, each)] as const,
    );
    return {
      id,
      documents: ids,
      blank: documents.filter((_, place) => texts[place]!.trim() === "").map((document) => document.id),
      first: new Map([["run", { scores: filled.map((place) => scores![place]!), milliseconds: filled.map(() => 0) }]]),
      models: new Map(models),
    };
  });
  const names = Object.keys(evaluations);
  const pairs = queries.reduce((sum, { documents }) => sum + documents.length, 0);
  const columns = queries.flatMap(({ models }) => [...models.values()]);
  return {
    dataset: data.name,
    queries,
    first: ["run"],
    models: names,
    deepest: Number.POSITIVE_INFINITY,
    pairs: new Map(names.map((name) => [name, pairs])),
    seconds:
      columns.reduce((sum, { milliseconds }) => milliseconds.reduce((total, each) => total + each, sum), 0) / 1000,
  };
}

function readColumn(
  name: string,
  query: string,
  ids: readonly string[],
  lengths: readonly number[],
  { scores, secondsPerQuery }: Pick<Evaluation, "scores" | "secondsPerQuery">,
): StageColumn {
  const known = scores.get(query);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const milliseconds = 1000 * (secondsPerQuery.get(query) ?? 0);
  return {
    scores: ids.map((id) => {
      const score = known?.get(id);
      if (score !== undefined) return score;
      throw new InvalidInputError(
        `evaluations["${name}"]`,
        `has no score for query "${query}", document "${id}"; evaluate without topN and threshold`,
      );
    }),
    milliseconds: lengths.map((length) => (milliseconds * length) / total),
  };
}
