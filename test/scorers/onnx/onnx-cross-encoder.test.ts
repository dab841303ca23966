import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OnnxCrossEncoder } from "langchain-rerank/onnx";
import { afterAll, describe, expect, it } from "vitest";
import type { ScorerReport } from "../../../src/scorers/relevance-scorer.js";

const tiny = (name: string) => fileURLToPath(new URL(`../../fixtures/tiny-models/${name}`, import.meta.url));

interface Golden {
  pairs: [string, string][];
  logits: (number | number[])[];
  truncated: boolean[];
}

/** What transformers computes for the pairs that fit the model; those that do not are cut by other rules there. */
function referencePairs(name: string) {
  const golden = JSON.parse(readFileSync(`${tiny(name)}/golden.json`, "utf8")) as Golden;
  return golden.pairs.flatMap(([query, text], index) => {
    const row = [golden.logits[index]!].flat();
    const logit = row.length === 2 ? row[1]! - row[0]! : row[0]!;
    return golden.truncated[index] || text === "" ? [] : [{ query, text, logit }];
  });
}

describe.each(["bert-one-logit", "bert-two-logits", "xlm-roberta", "modernbert"])("OnnxCrossEncoder on %s", (name) => {
  const pairs = referencePairs(name);
  const scorer = new OnnxCrossEncoder({ model: tiny(name), activation: "identity", workers: 1 });
  afterAll(() => scorer.dispose());

  it("gives the logits that transformers gives, pair by pair", async () => {
    expect(pairs.length).toBeGreaterThan(20);
    for (const { query, text, logit } of pairs) {
      const [score] = await scorer.score(query, [text]);
      expect(Math.abs(score! - logit), `${query} | ${text}`).toBeLessThan(1e-4);
    }
  });

  it("gives the same scores whatever texts stand beside a text", async () => {
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
  const model = tiny("bert-one-logit");

  it("cuts the document, never a query that leaves a quarter of the room, and says so", async () => {
    const scorer = new OnnxCrossEncoder({ model, maxLength: 32 });
    const reports: ScorerReport[] = [];
    const onReport = (report: ScorerReport) => reports.push(report);
    const long = "the history of the town ".repeat(50);
    const [cut, same] = await scorer.score("a small model", [long, `${long} and more`], { onReport });
    expect(cut).toBe(same);
    expect(reports[0]!.truncated).toEqual([true, true]);
    await scorer.score("a small model", ["the town"], { onReport });
    expect(reports[1]!.truncated).toEqual([false]);
    const [first] = await scorer.score(`the query ${"again ".repeat(60)}`, ["the town"]);
    const [second] = await scorer.score(`the query ${"again ".repeat(60)}`, ["a passage"]);
    expect(first).not.toBe(second);
    await scorer.dispose();
  });

  it("scores the best passage of a long document, and tells where it stands", async () => {
    const scorer = new OnnxCrossEncoder({ model, maxLength: 40, longDocuments: "max-passage", activation: "identity" });
    const text = Array.from({ length: 60 }, (_, i) => `Sentence ${i} describes the history of the town.`).join("\r\n");
    let told: ScorerReport = {};
    const [score] = await scorer.score("fresh bread", [text], {
      onReport: (report) => {
        told = report;
      },
    });
    const { start, end } = told.passages![0]!;
    expect(end).toBeGreaterThan(start);
    const [passage] = await scorer.score("fresh bread", [text.slice(start, end)]);
    expect(score).toBeCloseTo(passage!, 4);
    expect(told.truncated).toEqual([false]);
    const beginning = new OnnxCrossEncoder({ model, maxLength: 40, activation: "identity" });
    const [first] = await beginning.score("fresh bread", [text]);
    expect(score).toBeGreaterThanOrEqual(first! - 1e-4);
    await scorer.dispose();
    await beginning.dispose();
  });

  it("reads any Unicode without harm", async () => {
    const scorer = new OnnxCrossEncoder({ model });
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
    await scorer.dispose();
  });
});
