import type { RerankRequest } from "./rerank-request.js";

/** The scores of a request, one per text. */
export interface Scored {
  model: string;
  scores: readonly number[];
  tokens: number | undefined;
  /** What the client should know about the scores, as whole sentences. */
  warnings: readonly string[];
}

interface Result {
  index: number;
  score: number;
  text: string;
}

/** The answer to a rerank request in the format of the request, best first; equal scores keep the order sent. */
export function rerankAnswer(request: RerankRequest, scored: Scored, id: string): object {
  const results = request.texts
    .map((text, index): Result => ({ index, text, score: scored.scores[index] as number }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, request.topN);
  return ANSWERS[request.dialect](results, request, scored, id);
}

type Answer = (results: readonly Result[], request: RerankRequest, scored: Scored, id: string) => object;

const ANSWERS: Readonly<Record<RerankRequest["dialect"], Answer>> = {
  tei: (results, { withTexts }) =>
    results.map(({ index, score, text }) => ({ index, score, ...(withTexts ? { text } : {}) })),
  "cohere-v2": (results, _, { warnings }, id) => ({
    id,
    results: results.map(({ index, score }) => ({ index, relevance_score: score })),
    meta: meta("2", warnings),
  }),
  jina: (results, { withTexts }, { model, tokens, warnings }, id) => ({
    id,
    object: "list",
    model,
    results: results.map(({ index, score, text }) => ({
      index,
      relevance_score: score,
      ...(withTexts ? { document: { text } } : {}),
    })),
    ...(tokens === undefined ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
    meta: meta("1", warnings),
  }),
};

/** Cohere's field for warnings is absent, not empty, when there are none. TEI's format has no such field. */
function meta(version: string, warnings: readonly string[]): object {
  return { api_version: { version }, ...(warnings.length > 0 ? { warnings } : {}) };
}
