import { describe, expect, it } from "vitest";
import { compareRuns, type DataWarning, evaluate, measureRun, tune } from "../../src/evaluation.js";
import { CrossEncoderReranker } from "../../src/index.js";
import { WordOverlap } from "./small-data.js";

/** Queries that are documents of the corpus under the same ids, as in ArguAna and Quora. */
const data = {
  queries: { a: "the cat sat", b: "the dog ran" },
  corpus: { a: "The cat  sat", b: { title: "", text: "the dog ran" }, c: "the cat slept", d: "the dog barked" },
  qrels: { a: { c: 1 }, b: { d: 1 } },
  run: { a: { a: 9, c: 5, d: 1 }, b: { b: 9, d: 5, c: 1 } },
};
const reranker = new CrossEncoderReranker({ model: new WordOverlap() });

function collecting() {
  const warnings: DataWarning[] = [];
  return { warnings, onWarning: (warning: DataWarning) => warnings.push(warning) };
}

describe("queries that are among their own candidates", () => {
  it("counts queries that are among their own candidates in a warning that names the option", async () => {
    const { warnings, onWarning } = collecting();
    const { measures } = await evaluate(reranker, data, { measures: ["RR"], onWarning });
    expect(measures.get("RR")!.mean).toBe(0.5);
    expect(warnings).toMatchObject([{ code: "query-among-candidates", count: 2, examples: ["a", "b"] }]);
    expect(warnings[0]!.message).toContain("ignoreIdenticalIds");
  });

  it("leaves the query's own id out with ignoreIdenticalIds in evaluate, measureRun, compareRuns and tune", async () => {
    const { warnings, onWarning } = collecting();
    const options = { ignoreIdenticalIds: true, onWarning };
    const result = await evaluate(reranker, data, { measures: ["RR"], ...options });
    expect(result.measures.get("RR")!.mean).toBe(1);
    expect(result.run.get("a")!.has("a")).toBe(false);
    expect(measureRun(data.run, data.qrels, ["RR"], options).get("RR")!.mean).toBe(1);
    const compared = compareRuns({ run: data.run }, data.qrels, { measures: ["RR"], ...options });
    expect(compared.runs[0]!.measures.get("RR")!.mean).toBe(1);
    const tuned = await tune(data, { models: { words: new WordOverlap() }, measure: "RR", ...options });
    expect(tuned.best.setting.mean).toBe(1);
    expect(warnings).toEqual([]);
  });

  it("makes measureRun warn when most queries rank their own id first", () => {
    const { warnings, onWarning } = collecting();
    expect(measureRun(data.run, data.qrels, ["RR"], { onWarning }).get("RR")!.mean).toBe(0.5);
    expect(warnings).toMatchObject([{ code: "query-among-candidates", count: 2 }]);
  });

  it("does not warn when ids coincide by chance, as numbers do", async () => {
    const { warnings, onWarning } = collecting();
    const numbers = {
      queries: { 1: "cats", 2: "dogs" },
      corpus: { 1: "about birds", 2: "about fish", 3: "about cats and dogs" },
      qrels: { 1: { 3: 1 }, 2: { 3: 1 } },
      run: { 1: { 3: 9, 1: 2 }, 2: { 3: 9, 2: 2 } },
    };
    await evaluate(reranker, numbers, { measures: ["RR"], onWarning });
    measureRun(numbers.run, numbers.qrels, ["RR"], { onWarning });
    expect(warnings).toEqual([]);
  });

  it("does not warn when the document with the query's id is relevant", () => {
    const { warnings, onWarning } = collecting();
    measureRun({ a: { a: 1 } }, { a: { a: 1 } }, ["RR"], { onWarning });
    expect(warnings).toEqual([]);
  });
});
