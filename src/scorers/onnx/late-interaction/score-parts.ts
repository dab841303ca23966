import type { LateJob, PartResult, TextResult } from "../../../inference/protocol.js";
import type { TextSpan } from "../../../text-span.js";
import type { PartedText, PartScores } from "../../relevance-scorer.js";
import { answerEvidence } from "./answer-evidence.js";
import { addStats, type Comparison } from "./comparison.js";

/** Characters that are read together, about 250 tokens of English: the length of the passages that the models were trained on. */
const WINDOW_CHARACTERS = 1200;

/** A character of a script that is written without spaces has about as many tokens as four of English. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;

const sizeOf = (text: string): number => text.length + 3 * (text.match(UNSPACED)?.length ?? 0);

/** Some parts of a text, and the stretch of the text in whose context they are read. */
interface Window {
  text: number;
  span: TextSpan;
  parts: TextSpan[];
}

/** Scores the parts of texts in context. */
export async function scoreParts(
  call: Comparison,
  query: string,
  texts: readonly PartedText[],
): Promise<Required<Omit<PartScores, "threshold">>> {
  const [queryRows] = await call.encoder.queryRows(query, [{ start: 0, end: query.length }], call.signal);
  const results = await comparePartsInContext(call, texts, queryRows);
  return {
    scores: results.map((parts) => parts.map(({ similarity }) => similarity + call.offset)),
    evidence: results.map((parts) => answerEvidence(parts, queryRows!)),
  };
}

/** Compares the parts of texts with the query in context. Long texts are read in windows of whole parts. */
export async function comparePartsInContext(
  call: Comparison,
  texts: readonly PartedText[],
  queryRows?: LateJob["queryRows"],
): Promise<PartResult[][]> {
  const windows = texts.flatMap(({ text, parts }, index) => cutWindows(text, parts, index));
  const inputs = windows.map(({ text, span, parts }) => ({
    text: texts[text]!.text.slice(span.start, span.end),
    parts: parts.map(({ start, end }) => ({ start: start - span.start, end: end - span.start })),
  }));
  const results = await compareParted(call, inputs, queryRows);
  const found = texts.map((): PartResult[] => []);
  for (const [index, { text }] of windows.entries()) found[text]!.push(...results[index]!.parts!);
  return found;
}

function cutWindows(text: string, parts: readonly TextSpan[], index: number): Window[] {
  if (parts.length === 0) return [];
  if (sizeOf(text) <= WINDOW_CHARACTERS)
    return [{ text: index, span: { start: 0, end: text.length }, parts: [...parts] }];
  const windows: (Window & { size: number })[] = [];
  for (const part of parts) {
    const last = windows.at(-1);
    const size = last ? last.size + sizeOf(text.slice(last.span.end, part.end)) : 0;
    if (last && size <= WINDOW_CHARACTERS) {
      last.span.end = part.end;
      last.parts.push(part);
      last.size = size;
    } else {
      const alone = sizeOf(text.slice(part.start, part.end));
      windows.push({ text: index, span: { ...part }, parts: [part], size: alone });
    }
  }
  return windows;
}

/** Compares the parts of texts with the query. The vectors of whole texts are cached, so that a reranked text is not encoded again. */
async function compareParted(
  call: Comparison,
  texts: readonly PartedText[],
  queryRows: LateJob["queryRows"],
): Promise<TextResult[]> {
  const { encoder, query, cached, counts, signal } = call;
  const found = await Promise.all(texts.map(({ text }) => cached.find(text)));
  const inputs = texts.map((text, index) => {
    const { vectors } = found[index]!;
    // A text that was cut into passages has its vectors in another order.
    return vectors?.passages.length === 1 && !vectors.passages[0]!.span ? { ...text, vectors } : text;
  });
  const add = (index: number, result: TextResult) => {
    if (result.vectors && !found[index]!.vectors && encoder.passages.longDocuments === "truncate")
      cached.add(texts[index]!.text, result.vectors);
    delete result.vectors;
  };
  const what = { query, queryRows, keep: cached.caches };
  const { results, stats } = await encoder.documents(what, inputs, signal, add);
  addStats(counts, stats);
  return results;
}
