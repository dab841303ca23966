import { readFileSync } from "node:fs";
import { OnnxCrossEncoder } from "langchain-rerank/onnx";
import { afterAll, describe, expect, it } from "vitest";
import { LOWEST_SCORE, type RelevanceScorer, type ScorerReport } from "../../../src/scorers/relevance-scorer.js";
import { ThreadWatch } from "../../inference/engine-threads.js";
import { tinyModel } from "./model-copy.js";

interface Golden {
  pairs: [string, string][];
  logits: (number | number[])[];
  truncated: boolean[];
}

/** What transformers computes for the pairs that fit the model. It truncates the others by different rules. */
function referencePairs(name: string) {
  const golden = JSON.parse(readFileSync(`${tinyModel(name)}/golden.json`, "utf8")) as Golden;
  return golden.pairs.flatMap(([query, text], index) => {
    const row = [golden.logits[index]!].flat();
    const logit = row.length === 2 ? row[1]! - row[0]! : row[0]!;
    return golden.truncated[index] || text === "" ? [] : [{ query, text, logit }];
  });
}

async function scoreWithReport(scorer: RelevanceScorer, query: string, texts: readonly string[]) {
  let report: ScorerReport = {};
  const onReport = (given: ScorerReport) => {
    report = given;
  };
  const scores = await scorer.score(query, texts, { onReport });
  return { scores, report };
}

describe.each(["bert-one-logit", "bert-two-logits", "xlm-roberta", "modernbert"])("OnnxCrossEncoder on %s", (name) => {
  const pairs = referencePairs(name);
  const scorer = new OnnxCrossEncoder({ model: tinyModel(name), activation: "identity", workers: 1 });
  afterAll(() => scorer.dispose());

  it("gives the logits of transformers for every pair", async () => {
    expect(pairs.length).toBeGreaterThan(20);
    for (const { query, text, logit } of pairs) {
      const [score] = await scorer.score(query, [text]);
      expect(Math.abs(score! - logit), `${query} | ${text}`).toBeLessThan(1e-4);
    }
  });

  it("gives a text the same score alone and among other texts", async () => {
    const { query } = pairs[0]!;
    const texts = pairs.map(({ text }) => text);
    const together = await scorer.score(query, texts);
    for (const [index, text] of texts.entries()) {
      const [alone] = await scorer.score(query, [text]);
      expect(together[index]).toBeCloseTo(alone!, 4);
    }
  });
});

describe("OnnxCrossEncoder", () => {
  const model = tinyModel("bert-one-logit");

  it("gives blank texts under logits the lowest score of all scorers, a 32-bit float", () => {
    const { lowestScore } = new OnnxCrossEncoder({ model, activation: "identity" });
    expect(lowestScore).toBe(LOWEST_SCORE);
    expect(Math.fround(LOWEST_SCORE)).toBe(LOWEST_SCORE);
  });

  it("truncates and reports documents that do not fit next to the query", async () => {
    await using scorer = new OnnxCrossEncoder({ model, maxLength: 32 });
    const long = "the history of the town ".repeat(50);
    const { scores, report } = await scoreWithReport(scorer, "a small model", [long, `${long} and more`, "the town"]);
    expect(scores[0]).toBe(scores[1]);
    expect(report.truncated).toEqual([true, true, false]);
    expect(report.queryTruncated).toBeUndefined();
  });

  it("keeps the end of a query that is too long, and reports the query and not the documents as truncated", async () => {
    await using scorer = new OnnxCrossEncoder({ model, maxLength: 48 });
    const history = "earlier line of the chat. ".repeat(140);
    const documents = ["the bread", "a small town"];
    const bread = await scoreWithReport(scorer, `${history}where is fresh bread?`, documents);
    expect(bread.report).toMatchObject({ truncated: [false, false], queryTruncated: true });
    const river = await scoreWithReport(scorer, `${history}which river is the longest?`, documents);
    expect(river.scores).not.toEqual(bread.scores);
    const otherHistory = "something else entirely. ".repeat(140);
    const same = await scorer.score(`${otherHistory}${history}where is fresh bread?`, documents);
    expect(same).toEqual(bread.scores);
  });

  it("scores the best passage of a long document and reports its span", async () => {
    await using scorer = new OnnxCrossEncoder({
      model,
      maxLength: 40,
      longDocuments: "max-passage",
      activation: "identity",
    });
    await using beginning = new OnnxCrossEncoder({ model, maxLength: 40, activation: "identity" });
    const text = Array.from({ length: 60 }, (_, i) => `Sentence ${i} describes the history of the town.`).join("\r\n");
    const { scores, report } = await scoreWithReport(scorer, "fresh bread", [text]);
    const { start, end } = report.passages![0]!;
    expect(end).toBeGreaterThan(start);
    const [passage] = await scorer.score("fresh bread", [text.slice(start, end)]);
    expect(scores[0]).toBeCloseTo(passage!, 4);
    expect(report.truncated).toEqual([false]);
    const [first] = await beginning.score("fresh bread", [text]);
    expect(scores[0]).toBeGreaterThanOrEqual(first! - 1e-4);
  });

  it("stops within a few batches when it is aborted in a document of 20 MB, and then serves the next call", async () => {
    const threads = new ThreadWatch();
    await using scorer = new OnnxCrossEncoder({ model, workers: 1, longDocuments: "max-passage" });
    const [alone] = await scorer.score("fresh bread", ["The bakery sells bread."]);
    const controller = new AbortController();
    const long = "The bakery sells bread and butter. ".repeat(600_000);
    const posted = threads.posted("run");
    const call = scorer.score("fresh bread", [long], { signal: controller.signal });
    await posted;
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    expect(await scorer.score("fresh bread", ["The bakery sells bread."])).toEqual([alone]);
    threads.stop();
    expect(threads.count("cancelled")).toBe(1);
    expect(threads.workers).toHaveLength(1);
  });

  it("scores identical texts once", async () => {
    await using scorer = new OnnxCrossEncoder({ model, workers: 1, batchTokens: 1 });
    const texts = ["the bread", "a town", "the bread", "the bread", "a town"];
    const { scores, report } = await scoreWithReport(scorer, "fresh bread", texts);
    expect(report.batches).toBe(2);
    expect(scores).toHaveLength(5);
    expect(new Set(scores).size).toBe(2);
    expect([scores[2], scores[3], scores[4]]).toEqual([scores[0], scores[0], scores[1]]);
    expect(report.raw).toHaveLength(5);
    expect(report.truncated).toHaveLength(5);
  });

  it("refuses an instruction for a model without a prompt before it scores anything", async () => {
    const threads = new ThreadWatch();
    await using scorer = new OnnxCrossEncoder({ model, workers: 1, instruction: "Find recipes" });
    await expect(scorer.score("fresh bread", ["a", "b"])).rejects.toMatchObject({
      name: "InvalidOptionError",
      option: "instruction",
    });
    threads.stop();
    expect(threads.count("done")).toBe(0);
  });

  it("scores texts with any Unicode, and texts of a megabyte", async () => {
    await using scorer = new OnnxCrossEncoder({ model });
    const texts = [
      "\ud800 lone",
      "nul\u0000here",
      "\u202eabc",
      "\u{1F468}\u200d\u{1F469}",
      "x".repeat(1_000_000),
      "word ".repeat(200_000),
      "",
    ];
    const scores = await scorer.score("any text", texts);
    expect(scores).toHaveLength(texts.length);
    for (const score of scores) expect(score).toBeGreaterThan(0);
  });
});
