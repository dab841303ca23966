import { CrossEncoderReranker, createScorer } from "langchain-rerank";
import { afterAll, describe, expect, it } from "vitest";
import type { ScorerReport } from "../../../src/index.js";
import { ProgressiveLateInteraction } from "../../../src/scorers/onnx/open-scorer.js";

const QUERY = "how long does a bicycle chain last?";
const FILLER = [
  "The committee agreed to measure first and to argue about the numbers afterwards, which took the whole of the spring.",
  "Salt lowers the freezing point of water, which is why roads are gritted before a frost is expected in the valley.",
  "The museum keeps its oldest maps in a room without windows, at a steady temperature, and shows them once a year.",
  "He planted apple trees along the wall, although he knew that he would not see them bear fruit in his lifetime.",
  "Most of the light that reaches a deep forest floor has passed through at least two leaves on its way down.",
];
const ANSWERS = [
  "A bicycle chain lasts about 3,000 kilometers if it is cleaned and oiled, and half of that if it is not.",
  "Measure a bike's chain every few months: once it has grown by 0.75 %, it is worn out and should be replaced.",
];

/** Longer than a text that is read whole at once, all different. */
function longText(index: number, answer = ""): string {
  const sentences = FILLER.map((_, i) => FILLER[(index + i) % FILLER.length]);
  return [`Note ${index}.`, ...sentences.slice(0, 4), answer].join(" ").trim();
}

const long = Array.from({ length: 30 }, (_, index) => longText(index, ANSWERS[index - 20]));
const short = ["Chains rust in the rain.", "The chain of command is short."];
const texts = [...long, ...short];

// Without a cache, in which the other scorer's vectors would be found.
const progressive = new ProgressiveLateInteraction({ workers: 1, cache: false });
const exact = createScorer("late-en-v1", { workers: 1 });

afterAll(async () => {
  await Promise.all([progressive.dispose(), exact.dispose?.()]);
});

function reported(scorer: Pick<ProgressiveLateInteraction, "score">, options = {}, given = texts) {
  return new Promise<{ scores: readonly number[]; report: ScorerReport }>((resolve, reject) => {
    let report: ScorerReport = {};
    const onReport = (each: ScorerReport) => {
      report = each;
    };
    scorer.score(QUERY, given, { ...options, onReport }).then((scores) => resolve({ scores, report }), reject);
  });
}

const best = (scores: readonly number[], count: number) =>
  scores
    .map((_, index) => index)
    .sort((a, b) => scores[b]! - scores[a]!)
    .slice(0, count);

describe("the default model", () => {
  it("with `topN`, gives the best texts the scores of late-en-v1 and reads fewer tokens", async () => {
    const { scores, report } = await reported(progressive, { topN: 3 });
    const { stages, stageScores, tokens } = report;
    const whole = await reported(exact as ProgressiveLateInteraction);
    for (const index of best(scores, 3)) expect(scores[index]).toBe(whole.scores[index]);
    // The two answers. The texts around them are nearly alike, and the last of the best may be another one.
    expect(best(scores, 2)).toEqual(best(whole.scores, 2));
    expect(tokens!).toBeLessThan(0.7 * whole.report.tokens!);
    expect(stages!["static-en-v1"]).toBe(texts.length);
    expect(stages!.whole).toBeGreaterThanOrEqual(3);
    expect(stages!.whole).toBeLessThan(texts.length);
    expect(stageScores!.flat()).toHaveLength(stages!["static-en-v1"]! + stages!.beginnings! + stages!.whole!);
    expect(report).toMatchObject({ model: "late-en-v1", runtime: "native" });
  });

  it("gives texts that it does not read whole a score between 0 and that of the last of the best", async () => {
    const { scores, report } = await reported(progressive, { topN: 3 });
    const last = scores[best(scores, 3)[2]!]!;
    const unread = scores.filter((_, index) => report.raw![index] !== report.stageScores![index]!.at(-1));
    expect(unread.length).toBeGreaterThan(0);
    for (const score of unread) {
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(last);
    }
  });

  it("gives a text the same estimate whatever the other texts are", async () => {
    const first = await reported(progressive, { topN: 2 });
    const others = Array.from({ length: 20 }, (_, index) => longText(index + 40));
    const second = await reported(progressive, { topN: 2 }, [...texts, ...others]);
    const stages = (report: ScorerReport, index: number) => report.stageScores![index]!;
    let compared = 0;
    for (const index of texts.keys()) {
      const [a, b] = [stages(first.report, index), stages(second.report, index)];
      expect(b.slice(0, a.length)).toEqual(a.slice(0, b.length));
      if (a.length !== b.length) continue;
      expect(second.scores[index]).toBe(first.scores[index]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(10);
  });

  it("reads everything without `topN`, in short lists, and if splits of long texts are asked for", async () => {
    const whole = await reported(progressive);
    expect(whole.report.stages).toBeUndefined();
    const few = await reported(progressive, { topN: 3 }, texts.slice(0, 10));
    expect(few.report.stages).toBeUndefined();
    expect(few.scores).toEqual(whole.scores.slice(0, 10));
    const most = await reported(progressive, { topN: 20 });
    expect(most.report.stages).toBeUndefined();
    await using split = createScorer(undefined, { longDocuments: "max-passage", workers: 1 }) as typeof exact &
      AsyncDisposable;
    const passages = await reported(split as unknown as ProgressiveLateInteraction, { topN: 3 });
    expect(passages.report.stages).toBeUndefined();
  });

  it("scores equal texts alike, and blank ones lowest", async () => {
    const { scores } = await reported(progressive, { topN: 3 }, [" ", ...texts, texts[21]!, ""]);
    expect(scores[22]).toBe(scores.at(-2));
    expect([scores[0], scores.at(-1)]).toEqual([0, 0]);
  });

  it("compares all texts whose vectors are known, since that costs next to nothing", async () => {
    await using scorer = new ProgressiveLateInteraction({ workers: 1, cache: { maxBytes: 1e8 } });
    await scorer.score(QUERY, texts);
    const { scores, report } = await reported(scorer, { topN: 3 });
    expect(report.stages).toEqual({ "static-en-v1": texts.length, beginnings: 0, whole: texts.length });
    expect(scores).toEqual((await reported(exact as ProgressiveLateInteraction)).scores);
  });

  it("stops when the signal aborts", async () => {
    const stop = new AbortController();
    const scoring = reported(progressive, { topN: 3, signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(scoring).rejects.toThrow("enough");
  });
});

describe("CrossEncoderReranker", () => {
  const documents = texts.map((pageContent) => ({ pageContent, metadata: {} }));

  it("reports how many documents each stage of the default model read, and their scores", async () => {
    await using reranker = new CrossEncoderReranker({ topN: 3, details: true });
    const { documents: found, report } = await reranker.rerank(documents, QUERY);
    expect(report.model).toBe("late-en-v1");
    expect(report.stages!["static-en-v1"]).toBe(texts.length);
    for (const { metadata } of found) {
      const { scores, raw } = metadata.rerank;
      expect(scores.stages.at(-1)).toBe(raw);
      expect(scores.stages.length).toBeGreaterThanOrEqual(2);
    }
  });

  it("reads everything with a model that is named, and keeps every document with `threshold: 0`", async () => {
    await using named = new CrossEncoderReranker({ model: "late-en-v1", topN: 3 });
    expect((await named.rerank(documents, QUERY)).report.stages).toBeUndefined();
    await using all = new CrossEncoderReranker({ threshold: 0 });
    expect((await all.rerank(documents, QUERY)).documents).toHaveLength(texts.length);
  });
});
