import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  compareRuns,
  type DataWarning,
  defineMeasure,
  type MeasureDeclaration,
  measureRun,
  nDCG,
  P,
  parseMeasure,
  readQrels,
  readRun,
} from "../../src/evaluation.js";

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url);
type Golden = Record<string, Record<string, Record<string, number>>>;
const golden = JSON.parse(readFileSync(fixture("measures.json"), "utf8")) as Golden;

describe("measures equal ir_measures and pytrec_eval to 1e-9", async () => {
  const qrels = await readQrels(fixture("made.qrels"));
  for (const [kind, measures] of Object.entries(golden)) {
    const run = await readRun(fixture(`${kind}.run`));
    const values = measureRun(run, qrels, Object.keys(measures), { onWarning: () => {} });
    it.each(Object.keys(measures))(`computes %s for every query of the ${kind} run`, (name) => {
      const measured = values.get(parseMeasure(name).name)!;
      const expected = Object.entries(measures[name]!);
      expect([...measured.perQuery.keys()].sort()).toEqual(expected.map(([query]) => query).sort());
      for (const [query, value] of expected) {
        expect(Math.abs(measured.perQuery.get(query)! - value), `query ${query}`).toBeLessThan(1e-9);
      }
      const mean = expected.reduce((sum, [, value]) => sum + value, 0) / expected.length;
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
  ])("parses %s as %s", (written, name) => {
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
  ])("rejects the measure %j", (written) => {
    expect(() => parseMeasure(written)).toThrow(expect.objectContaining({ name: "InvalidOptionError" }));
  });
});

describe("declarations as measures", () => {
  const run = { q: { a: 2, b: 1 } };
  const qrels = { q: { b: 1 } };

  it("accepts an exported measure as well as its name", () => {
    const values = measureRun(run, qrels, [nDCG, "nDCG@1"]);
    expect([...values.keys()]).toEqual(["nDCG", "nDCG@1"]);
    expect(values.get("nDCG")!.mean).toBeCloseTo(1 / Math.log2(3), 12);
    expect(parseMeasure(nDCG).name).toBe(parseMeasure("nDCG").name);
  });

  it("says how to write a cutoff when a measure needs one", () => {
    expect(() => measureRun(run, qrels, [P])).toThrow('P needs a value for "cutoff". Write it as "P@10".');
  });

  it.each([[undefined], [{}], [7]])("rejects %j as a measure with a named error", (measure) => {
    expect(() => measureRun(run, qrels, [measure as never])).toThrow(
      expect.objectContaining({ name: "InvalidOptionError", option: "measure" }),
    );
  });

  it("finds a measure of one's own by its name, with its parameters and their defaults", () => {
    const declaration = defineMeasure({
      name: "GradeAt",
      aliases: ["GA"],
      description: "Grade of the document at a rank, times a factor.",
      parameters: {
        cutoff: { type: "integer", required: true, description: "The rank." },
        factor: { type: "number", default: 2, description: "The factor." },
        unit: { type: "string", default: "grade", choices: ["grade", "half"], description: "The unit." },
      },
      compute: (ranking, judgments, { cutoff, factor }) =>
        (judgments.get(ranking[cutoff! - 1] ?? "") ?? 0) * (factor as number),
    });
    const values = measureRun(run, qrels, ["GradeAt@2", "GA(factor=0.5)@2", "GradeAt@1"]);
    expect(Array.from(values, ([name, { mean }]) => [name, mean])).toEqual([
      ["GradeAt@2", 2],
      ["GradeAt(factor=0.5)@2", 0.5],
      ["GradeAt@1", 0],
    ]);
    expect(() => parseMeasure("GradeAt(unit='whole')@2")).toThrow(/one of "grade", "half"/);
    expect(() => parseMeasure("GradeAt(rel=2)@2")).toThrow(
      'GradeAt has no parameter "rel". It has: cutoff, factor, unit.',
    );
    expect(() => parseMeasure("GradeAt(constructor=2)@2")).toThrow('GradeAt has no parameter "constructor".');
    expect(() => parseMeasure("constructor")).toThrow(/^Unknown measure "constructor"/);
    expect(() => parseMeasure("none")).toThrow(/Known measures: nDCG or NDCG, .*GradeAt or GA/);
    expect(() => defineMeasure(declaration)).toThrow('A measure named "GradeAt" already exists.');
    expect(() => defineMeasure({ ...declaration, name: "grade 2", aliases: [] })).toThrow(/a name made of letters/);
  });
});

describe("measureRun", () => {
  const qrels = { a: { x: 1 }, b: { y: 1 }, c: { z: 0 } };

  it("counts judged queries without results as 0 and warns about them", () => {
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

  it("ranks infinite scores and rejects NaN", () => {
    const ranked = measureRun({ a: { w: Number.NEGATIVE_INFINITY, x: Number.POSITIVE_INFINITY } }, { a: { x: 1 } }, [
      "RR",
    ]);
    expect(ranked.get("RR")!.mean).toBe(1);
    expect(() => measureRun({ a: { x: Number.NaN } }, qrels, ["RR"])).toThrow(
      /run\["a"\]\["x"\]: Expected a number, got NaN/,
    );
    expect(() => measureRun({ a: { x: "5" as never } }, qrels, ["RR"])).toThrow(/Expected a number, got "5"\./);
  });

  it("rejects an empty run, empty qrels, fractional grades, and a run of other queries", () => {
    expect(() => measureRun({}, qrels, ["RR"])).toThrow(/run: It is empty/);
    expect(() => measureRun({ a: { x: 1 } }, {}, ["RR"])).toThrow(/qrels: They contain no query/);
    expect(() => measureRun({ a: { x: 1 } }, { a: { x: 0.5 } }, ["RR"])).toThrow(/Expected an integer/);
    expect(() => measureRun({ zz: { x: 1 } }, qrels, ["RR"])).toThrow(/has no query in common/);
  });

  it("gives documents without a judgment no gain, whatever grade 0 gains", () => {
    // Values of ir_measures 0.4.3, with pytrec_eval.
    const judgments = { q: { a: 0, b: 2, c: 1 } };
    const values = measureRun({ q: { x: 5, y: 4, a: 3, b: 2 } }, judgments, ["nDCG(gains={0:1,1:3,2:5})@5"]);
    expect(values.get("nDCG(gains={0:1,1:3,2:5})@5")!.mean).toBeCloseTo(0.35891497739116757, 12);
    const unjudged = measureRun({ q: { x: 5, y: 4, z: 3 } }, judgments, ["nDCG(gains={0:1})@3"]);
    expect(unjudged.get("nDCG(gains={0:1})@3")!.mean).toBe(0);
  });

  it("refuses a measure's value that is not a finite number, and names measure and query", () => {
    const broken = (compute: MeasureDeclaration["compute"]): MeasureDeclaration => ({
      name: "Broken",
      description: "No number.",
      parameters: {},
      compute,
    });
    const nothing = broken((ranking, judgments) => judgments.get(ranking[0]!) as number);
    expect(() => measureRun({ a: { y: 1 } }, qrels, [nothing], { onWarning: () => {} })).toThrow(
      /^Invalid measures: Broken of query "a" is undefined, but must be a finite number\./,
    );
    const run = { a: { x: 1 }, b: { y: 1 } };
    const half = broken((ranking) => (ranking.length > 0 ? Number.NaN : 0));
    expect(() => compareRuns({ run, other: run }, qrels, { measures: [half], onWarning: () => {} })).toThrow(
      /Broken of query "a" is NaN/,
    );
    const huge = { a: { x: 2000, y: 1 } };
    expect(() => measureRun(run, huge, ["nDCG(dcg='exp-log2')"], { onWarning: () => {} })).toThrow(
      /grades that are too large/,
    );
  });

  it("breaks ties by the bytes of the id, also beyond the basic multilingual plane", () => {
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
