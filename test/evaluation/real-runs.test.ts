import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { measureRun, parseMeasure, readBeir } from "../../src/evaluation.js";

// Evaluation data that is not part of this repository; without it these tests are skipped, and say so.
const DATA = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const golden = JSON.parse(readFileSync(new URL("fixtures/real-means.json", import.meta.url), "utf8")) as Record<
  string,
  Record<string, number>
>;

describe.skipIf(!existsSync(DATA))(`real runs equal pytrec_eval to 1e-9 (skipped unless there is ${DATA})`, () => {
  it.each(Object.entries(golden))("measures the same means as ir_measures on %s", async (key, means) => {
    const [, set, run, split] = /^(trec-dl-2020|xquad\/\w+|\w+)\/(\S+) (\w+)$/.exec(key)!;
    const data = await readBeir(`${DATA}/${set}`, { split: split!, run: run!, onWarning: () => {} });
    const values = measureRun(data.run!, data.qrels, Object.keys(means), { onWarning: () => {} });
    for (const [measure, mean] of Object.entries(means)) {
      expect(Math.abs(values.get(parseMeasure(measure).name)!.mean - mean), measure).toBeLessThan(1e-9);
    }
  });
});
