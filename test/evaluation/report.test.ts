import { beforeAll, describe, expect, it } from "vitest";
import { compareRuns, type Dataset, evaluate, type Run, renderReport, tune, tuneStages } from "../../src/evaluation.js";
import { HybridReranker } from "../../src/index.js";
import { madeDataset, madeStages, noisyScore } from "./made-data.js";

const onWarning = () => {};
let data: Dataset;
let page: string;

/** A page with everything on it, and ids and texts that would break out if they were not escaped. */
async function wholePage(): Promise<string> {
  const good = {
    model: "good",
    apiKey: "sk-very-secret",
    score: async (query: string, texts: readonly string[]) =>
      texts.map((text) => noisyScore(data.qrels, query.split(" ")[1]!, text.split(" ")[2]!, 1)),
  };
  const tuned = await tune(data, { models: { good }, onWarning });
  const evaluation = await evaluate(new HybridReranker(tuned.fastest.options), data, { onWarning });
  const runs = new Map<string, Run>([
    ["bm25 <img src=x>", data.run!],
    ["hybrid", evaluation.run],
  ]);
  const comparison = compareRuns(runs, data.qrels, {
    measures: ["nDCG@10", "RR@10"],
    baseline: "bm25 <img src=x>",
    onWarning,
  });
  const queries = new Map([...data.queries].map(([id, text]) => [id, `${text} </h3><script>alert(1)</script>`]));
  return renderReport({
    title: "Made & measured",
    comparison,
    seconds: new Map<string, { mean: number }>([
      ["bm25 <img src=x>", { mean: 0 }],
      ["hybrid", evaluation.seconds],
    ]),
    texts: { ...data, queries, runs },
    tuned,
    notes: ["Everything here is made up."],
  });
}

beforeAll(async () => {
  data = await madeDataset();
  page = await wholePage();
});

describe("renderReport", () => {
  it("renders a self-contained page without scripts or addresses, and a policy that forbids both", () => {
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script/i);
    expect(page).not.toMatch(/(src|href)="(?!#)/i);
    expect(page).not.toMatch(/url\(|@import/i);
    expect(page).toContain("default-src 'none'");
  });

  it("escapes texts and ids, and does not show the contents of models", () => {
    expect(page).toContain("Made &amp; measured");
    expect(page).toContain("bm25 &lt;img src=x&gt;");
    expect(page).toContain("&lt;/h3&gt;&lt;script&gt;");
    expect(page).not.toMatch(/<img/);
    expect(page).not.toContain("sk-very-secret");
  });

  it("has sections for quality, differences, time, queries, worst queries, tuning and options", () => {
    for (const heading of [
      "Quality",
      "Differences",
      "Quality against time",
      "Query by query",
      "Worst queries",
      "Tuning",
    ]) {
      expect(page).toMatch(new RegExp(`<h[23]>${heading}</h[23]>`));
    }
    expect(page.match(/class="case"/g)!.length).toBeGreaterThan(0);
    expect(page.match(/class="orders"/g)!.length).toBe(page.match(/class="case"/g)!.length);
    expect(page).toContain("firstStageKey");
    expect(page.match(/<svg /g)).toHaveLength(2 * 4);
  });

  it("draws each plot in the page's colors and at two widths", () => {
    expect(page).toContain("prefers-color-scheme:dark");
    expect(page).toContain('stroke="var(--accent)"');
    expect(page).not.toMatch(/#0102[0-9a-f]{2}/);
    expect(page.match(/class="wide" role="img"/g)).toHaveLength(4);
    expect(page.match(/class="narrow" role="img"/g)).toHaveLength(4);
  });

  it("is accessible: language, one h1, described images, captions, and scroll areas that are reachable by keyboard", () => {
    expect(page).toContain('<html lang="en">');
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).not.toMatch(/role="img" aria-label=""/);
    expect(page.match(/<table>/g)!.length).toBe(page.match(/<caption>/g)!.length);
    expect(page.match(/class="scroll" tabindex="0" role="region" aria-label="/g)!.length).toBe(
      page.match(/<table>/g)!.length,
    );
  });

  it("renders one run without texts and times, and rejects measures and runs that were not compared", async () => {
    const comparison = compareRuns({ only: data.run! }, data.qrels, { onWarning });
    const small = await renderReport({ comparison });
    expect(small).not.toContain("Worst queries");
    expect(small).not.toContain("Quality against time");
    await expect(renderReport({ comparison, measure: "AP" })).rejects.toThrow(/measure/);
    await expect(renderReport({ comparison, pair: ["only", "none"] })).rejects.toThrow(/pair/);
  });

  it("renders the result of tuneStages", async () => {
    const tuned = tuneStages(madeStages(data), data.qrels, { onWarning, permutations: 1000 });
    const seconds = new Map(tuned.references.map(({ name, seconds }) => [name, { mean: seconds }]));
    expect(await renderReport({ comparison: tuned.comparison, seconds, tuned })).toContain("tuned, fastest");
  });
});
