import type { RelevanceScorer, ScorerReport } from "../../scorers/relevance-scorer.js";
import { HttpError } from "./http-error.js";
import type { Scored } from "./rerank-answer.js";
import type { RerankRequest } from "./rerank-request.js";

/** The lowest number that a client with single precision can hold. */
const LOWEST = -3.4028234663852886e38;

/**
 * Scores the texts of a request. Blank ones are not given to the model and come last.
 *
 * @throws HttpError 422 for a text that does not fit, where the request forbids cutting. What the scorer throws.
 */
export async function scoreRequest(
  name: string,
  scorer: RelevanceScorer,
  request: RerankRequest,
  raw: boolean,
  signal: AbortSignal,
): Promise<Scored> {
  const positions = request.texts.flatMap((text, index) => (text.trim() === "" ? [] : [index]));
  const texts = positions.map((position) => request.texts[position] as string);
  let report: ScorerReport = {};
  const onReport = (told: ScorerReport) => {
    report = told;
  };
  const given = texts.length > 0 ? await scorer.score(request.query, texts, { signal, onReport }) : [];
  const cut = request.truncate ? -1 : (report.truncated?.indexOf(true) ?? -1);
  if (cut >= 0) {
    const param = `texts[${positions[cut]}]`;
    throw new HttpError(422, "too_long", `${param}: is longer than the model reads, and \`truncate\` is false`, {
      param,
    });
  }
  const logits = raw ? report.raw : undefined;
  const lowest = raw ? LOWEST : Math.max(scorer.lowestScore ?? LOWEST, LOWEST);
  const scores = new Array<number>(request.texts.length).fill(lowest);
  positions.forEach((position, index) => {
    scores[position] = (logits ?? given)[index] as number;
  });
  return { model: name, scores, tokens: report.tokens };
}
