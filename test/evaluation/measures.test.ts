import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type DataWarning, measureRun, parseMeasure, readQrels, readRun } from "../../src/evaluation.js";

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url);
type Golden = Record<string, Record<string, Record<string, number>>>;
const golden = JSON.parse(readFileSync(fixture("measures.json"), "utf8")) as Golden;

describe("measures equal ir_measures and pytrec_eval to 1e-9", async () => {
  const qrels = await readQrels(fixture("made.qrels"));
  for (const [kind, measures] of Object.entries(golden)) {
    const run = await readRun(fixture(`${kind}.run`));
    const values = measureRun(run, qrels, Object.keys(measures), { onWarning: () => {} });
    it.each(Object.keys(measures))(`${kind}: %s`, (name) => {
      const measured = values.get(parseMeasure(name).name)!;
      const wanted = Object.entries(measures[name]!);
      expect([...measured.perQuery.keys()].sort()).toEqual(wanted.map(([query]) => query).sort());
      for (const [query, value] of wanted) {
        expect(Math.abs(measured.perQuery.get(query)! - value), `query ${query}`).toBeLessThan(1e-9);
      }
      const mean = wanted.reduce((sum, [, value]) => sum + value, 0) / wanted.length;
      expect(Math.abs(measured.mean - mean)).toBeLessThan(1e-9);
    });
  }
});

describe("parseMeasure", () => {
  it.each([
    ["nDCG@10", "nDCG@10"],
    ["NDCG@10", "nDCG@10"],
    ["MRR@10", "RR@10"],
    ["MAP", "AP"],
    ["Recall@5", "R@5"],
    [" P ( rel = 2 ) @ 10 ", "P(rel=2)@10"],
    ["P(rel=1)@10", "P@10"],
    ["RR(cutoff=10,rel=2)", "RR(rel=2)@10"],
    ["nDCG(dcg='exp-log2')@10", "nDCG(dcg='exp-log2')@10"],
    ['nDCG(dcg="log2")', "nDCG"],
    ["nDCG(gains={1:1,2:10},judged_only=True)@5", "nDCG(gains={2:10},judged_only=True)@5"],
  ])("reads %s as %s", (written, name) => {
    expect(parseMeasure(written).name).toBe(name);
    expect(parseMeasure(parseMeasure(written).name).name).toBe(name);
  });

  it.each([
    "ndcg@10",
    "nDCG@0",
    "P",
    "R",
    "nDCG@1.5",
    "nDCG@10@5",
    "nDCG(k=3)",
    "P(rel='2')@10",
    "P(rel=2,rel=3)@10",
    "RR(cutoff=5)@10",
    "nDCG(dcg='ln')@10",
    "Judged(rel=2)@10",
    "",
    "nDCG(gains={a:2})",
  ])("refuses %s", (written) => {
    expect(() => parseMeasure(written)).toThrow(expect.objectContaining({ name: "InvalidOptionError" }));
  });
});

describe("measureRun", () => {
  const qrels = { a: { x: 1 }, b: { y: 1 }, c: { z: 0 } };

  it("counts judged queries without results as 0 and says so", () => {
    const warnings: DataWarning[] = [];
    const values = measureRun({ a: { x: 2 }, q: { x: 1 } }, qrels, ["RR"], {
      onWarning: (each) => warnings.push(each),
    });
    expect(values.get("RR")!.mean).toBeCloseTo(1 / 3, 12);
    expect(warnings.map(({ code, count, examples }) => ({ code, count, examples }))).toEqual([
      { code: "query-without-qrels", count: 1, examples: ["q"] },
      { code: "query-without-run", count: 2, examples: ["b", "c"] },
      { code: "query-without-relevant", count: 1, examples: ["c"] },
    ]);
  });

  it("ranks infinite scores and refuses NaN", () => {
    const ranked = measureRun({ a: { w: Number.NEGATIVE_INFINITY, x: Number.POSITIVE_INFINITY } }, { a: { x: 1 } }, [
      "RR",
    ]);
    expect(ranked.get("RR")!.mean).toBe(1);
    expect(() => measureRun({ a: { x: Number.NaN } }, qrels, ["RR"])).toThrow(/run\["a"\]\["x"\]: is NaN/);
  });

  it("refuses an empty run, empty qrels, fractional grades, and a run of other queries", () => {
    expect(() => measureRun({}, qrels, ["RR"])).toThrow(/run: is empty/);
    expect(() => measureRun({ a: { x: 1 } }, {}, ["RR"])).toThrow(/qrels: hold no query/);
    expect(() => measureRun({ a: { x: 1 } }, { a: { x: 0.5 } }, ["RR"])).toThrow(/expected an integer/);
    expect(() => measureRun({ zz: { x: 1 } }, qrels, ["RR"])).toThrow(/shares no query/);
  });

  it("breaks ties by bytes of the id, also beyond the basic plane", () => {
    const tied = new Map([
      [
        "a",
        new Map([
          ["\u{1F600}", 1],
          ["\uFF01", 1],
        ]),
      ],
    ]);
    expect(measureRun(tied, { a: { "\u{1F600}": 1 } }, ["RR"]).get("RR")!.mean).toBe(1);
  });
});
