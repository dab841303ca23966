import { calibrateScores } from "../../calibration.js";
import { languageWarning } from "../../language.js";
import { blankScore, type RelevanceScorer } from "../../scorers/relevance-scorer.js";
import { scoreInChunks } from "../shared/score-in-chunks.js";
import { warningsOf } from "../shared/warnings.js";
import { HttpError } from "./http-error.js";
import type { Scored } from "./rerank-answer.js";
import type { RerankRequest } from "./rerank-request.js";
import type { Ticket } from "./work-queue.js";

/** The lowest number that a client with single precision can hold. */
const LOWEST = -3.4028234663852886e38;

/** Texts per turn of a large request: few, so that small requests get their turns soon. */
const CHUNK = 8;

/** Number of texts up to which a request takes a single turn. */
const SMALL = 2 * CHUNK;

/** Number of texts up to which a model that reads less for `top_n` gets them all in one turn; more would keep other requests waiting. */
const MOST_AT_ONCE = 200;

/** A reranker and how it may be called. */
export interface ServedReranker {
  name: string;
  scorer: RelevanceScorer;
  /** It needs all texts at once. */
  whole: boolean;
}

/**
 * Scores the texts of a request, as rerankers do: as probabilities if the model has a calibration. Blank texts are not given to the
 * model and come last.
 *
 * @throws HttpError 422 for a query or text that does not fit when the request forbids truncation. What the scorer throws.
 */
export async function scoreRequest(
  { name, scorer, whole }: ServedReranker,
  request: RerankRequest,
  raw: boolean,
  signal: AbortSignal,
  ticket: Ticket,
): Promise<Scored> {
  const positions = request.texts.flatMap((text, index) => (text.trim() === "" ? [] : [index]));
  const texts = positions.map((position) => request.texts[position] as string);
  // A request that forbids truncation has to know of every text whether it fits, so all of them have to be read.
  const readsLess = scorer.readsLessForTopN && request.truncate && texts.length <= MOST_AT_ONCE;
  const topN = readsLess ? request.topN : undefined;
  const atOnce = whole || topN !== undefined || texts.length <= SMALL;
  const size = atOnce ? Math.max(1, texts.length) : CHUNK;
  const given = await scoreInChunks(scorer, request.query, texts, { size, signal, topN, run: ticket.turn });
  const { report } = given;
  if (!request.truncate) {
    if (report.queryTruncated) throw tooLong("query");
    const cut = report.truncated?.indexOf(true) ?? -1;
    if (cut >= 0) throw tooLong(`texts[${positions[cut]}]`);
  }
  const read = raw ? (report.raw ?? given.scores) : calibrateScores(scorer, given.scores, report);
  const scores = new Array<number>(request.texts.length).fill(raw ? LOWEST : blankScore(lowestOf(scorer), read));
  positions.forEach((position, index) => {
    scores[position] = read[index] as number;
  });
  const foreign = languageWarning(scorer.model ?? name, scorer.languages, request.query, texts);
  const warnings = [...warningsOf(report), ...(foreign === undefined ? [] : [foreign])];
  return { model: name, scores, tokens: report.tokens, warnings };
}

function tooLong(param: string): HttpError {
  return new HttpError(422, "too_long", `${param}: is longer than the model can read, and \`truncate\` is false`, {
    param,
  });
}

/** A calibration's probabilities are never below 0. */
function lowestOf({ calibration, lowestScore = LOWEST }: RelevanceScorer): number {
  return calibration ? 0 : Math.max(lowestScore, LOWEST);
}
