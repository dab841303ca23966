import { InvalidInputError } from "../../errors.js";
import { type CandidateOptions, listCandidates } from "../candidates.js";
import { type DatasetInput, toDataset } from "../dataset.js";
import type { Evaluation } from "../evaluate.js";
import { sum } from "../mean.js";
import type { Run } from "../types.js";
import { withoutBlanks } from "./collect.js";
import type { QueryStages, StageColumn, StageScores } from "./stage-scores.js";

type KnownScores = Pick<Evaluation, "scores" | "uncalibrated" | "raw" | "secondsPerQuery">;

/**
 * Stage scores for `tuneStages` from existing evaluations, so that no pair is scored again: the run is the first stage, each evaluated
 * model a second stage. For calibrated models, evaluate with `details: true`, so that their other scores are known.
 *
 * @param evaluations - by the model's name in settings; made with the same data, `depth` and `text`, and with every candidate returned
 * @throws InvalidInputError when the data has no run, or an evaluation lacks the score of a candidate.
 */
export function stagesFromEvaluations(
  input: DatasetInput,
  evaluations: Readonly<Record<string, KnownScores>>,
  options: CandidateOptions = {},
): StageScores {
  const data = toDataset(input);
  if (!data.run) throw new InvalidInputError("data", `"${data.name}" has no run, so there is no first stage.`);
  const candidates = listCandidates(data, options).filter(({ documents }) => documents.length > 0);
  const queries = candidates.map((each): QueryStages => {
    const { texts, documents, blank, scores } = withoutBlanks(each, options);
    const lengths = texts.map(({ length }) => length);
    const models = Object.entries(evaluations).map(
      ([name, known]) => [name, readColumn(name, each.id, documents, lengths, known)] as const,
    );
    return {
      id: each.id,
      documents,
      blank,
      first: new Map([["run", { scores: scores!, raw: scores!, milliseconds: documents.map(() => 0) }]]),
      models: new Map(models),
    };
  });
  const names = Object.keys(evaluations);
  const pairs = sum(queries.map(({ documents }) => documents.length));
  const columns = queries.flatMap(({ models }) => [...models.values()]);
  return {
    dataset: data.name,
    queries,
    first: ["run"],
    calibrations: new Map(),
    models: names,
    deepest: Number.POSITIVE_INFINITY,
    pairs: new Map(names.map((name) => [name, pairs])),
    seconds: sum(columns.map(({ milliseconds }) => sum(milliseconds))) / 1000,
  };
}

function readColumn(
  name: string,
  query: string,
  ids: readonly string[],
  lengths: readonly number[],
  { scores, uncalibrated, raw, secondsPerQuery }: KnownScores,
): StageColumn {
  const total = sum(lengths);
  const milliseconds = 1000 * (secondsPerQuery.get(query) ?? 0);
  const pick = (from: Run) =>
    ids.map((id) => {
      const score = from.get(query)?.get(id) ?? scores.get(query)?.get(id);
      if (score !== undefined) return score;
      throw new InvalidInputError(
        `evaluations["${name}"]`,
        `It has no score for query "${query}", document "${id}". Evaluate without topN and threshold.`,
      );
    });
  return {
    scores: pick(uncalibrated),
    raw: pick(raw),
    milliseconds: lengths.map((length) => (milliseconds * length) / total),
  };
}
