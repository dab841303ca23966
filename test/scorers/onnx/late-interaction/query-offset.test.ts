import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnnxLateInteraction, type OnnxLateInteractionOptions } from "langchain-rerank/onnx";
import { afterAll, describe, expect, it } from "vitest";
import type { ScorerReport } from "../../../../src/index.js";

const COLBERT = fileURLToPath(new URL("../../../fixtures/tiny-models/colbert", import.meta.url));
const QUERY = "how do bees find flowers?";
const TEXTS = ["Bees see ultraviolet light.", "The bank raised its interest rates.", "Bees dance."];

const folder = mkdtempSync(join(tmpdir(), "query-offset-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let copies = 0;

/** A copy of a tiny ColBERT model that states an offset in its config.json. */
function withOffset(offset: unknown): string {
  const copy = join(folder, String(copies++));
  cpSync(COLBERT, copy, { recursive: true });
  const config = JSON.parse(readFileSync(join(copy, "config.json"), "utf8")) as Record<string, object>;
  config.langchain_rerank = { ...config.langchain_rerank, query_offset: offset } as object;
  writeFileSync(join(copy, "config.json"), JSON.stringify(config));
  return copy;
}

async function reportOf(options: OnnxLateInteractionOptions, query = QUERY): Promise<ScorerReport> {
  await using scorer = new OnnxLateInteraction({ workers: 1, ...options });
  let report: ScorerReport = {};
  await scorer.score(query, TEXTS, { onReport: (each) => (report = each) });
  return report;
}

const plain = await reportOf({ model: COLBERT });
const dimension = await (async () => {
  await using scorer = new OnnxLateInteraction({ workers: 1, model: COLBERT });
  return (await scorer.queryFeatures(QUERY)).direction.length;
})();
const along = (axis: number, factor: number) =>
  Array.from({ length: dimension }, (_, index) => (index === axis ? factor : 0));

describe("the query offset in a model's config.json", () => {
  it("is part of the score of every text", async () => {
    const model = withOffset({ constant: -0.25, log_tokens: 0, direction: along(0, 0) });
    const report = await reportOf({ model });
    expect(report.queryOffset).toBe(-0.25);
    expect(report.raw).toEqual(plain.raw!.map((raw) => raw - 0.25));
    await using scorer = new OnnxLateInteraction({ workers: 1, model });
    expect(await scorer.score(QUERY, TEXTS)).toEqual(report.raw!.map((raw) => Math.max(0, raw)));
  });

  it("depends on the number of the query's tokens and on their mean direction", async () => {
    await using scorer = new OnnxLateInteraction({ workers: 1, model: COLBERT });
    const { tokens, direction } = await scorer.queryFeatures(QUERY);
    expect(Math.hypot(...direction)).toBeLessThanOrEqual(1);
    const offsetFor = async (stated: object) => (await reportOf({ model: withOffset(stated) })).queryOffset;
    expect(await offsetFor({ constant: 0, log_tokens: 0.1, direction: along(0, 0) })).toBeCloseTo(
      0.1 * Math.log(tokens),
      12,
    );
    for (const axis of [0, dimension - 1]) {
      const offset = await offsetFor({ constant: 0, log_tokens: 0, direction: along(axis, 2) });
      expect(offset).toBeCloseTo(2 * direction[axis]!, 12);
    }
  });

  it("shifts the scores of parts as well, which a calibration of whole texts applies to", async () => {
    const parted = [{ text: TEXTS[0]!, parts: [{ start: 0, end: TEXTS[0]!.length }] }];
    const partsOf = async (model: string) => {
      await using scorer = new OnnxLateInteraction({ workers: 1, model });
      return (await scorer.scoreParts(QUERY, parted)).scores[0]![0]!;
    };
    const model = withOffset({ constant: -0.25, log_tokens: 0, direction: along(0, 0) });
    expect(await partsOf(model)).toBeCloseTo((await partsOf(COLBERT)) - 0.25, 12);
  });

  it("is left out with a `pooledWeight`, which changes the scores that it was fitted to", async () => {
    const model = withOffset({ constant: -0.25, log_tokens: 0, direction: along(0, 0) });
    const report = await reportOf({ model, pooledWeight: 0 });
    expect(report.queryOffset).toBeUndefined();
    expect(report.raw).toEqual((await reportOf({ model: COLBERT, pooledWeight: 0 })).raw);
  });

  it.each([
    ["no numbers", { constant: "0", log_tokens: 0, direction: [] }, "`constant` and `log_tokens`"],
    ["no list", { constant: 0, log_tokens: 0, direction: 1 }, "`direction` must be"],
    ["another dimension", { constant: 0, log_tokens: 0, direction: [1, 2, 3] }, "3 numbers"],
  ])("is rejected if it has %s", async (_, stated, problem) => {
    await expect(reportOf({ model: withOffset(stated) })).rejects.toMatchObject({
      name: "ModelIntegrityError",
      file: "config.json",
      message: expect.stringContaining(problem),
    });
  });
});

describe("the query offset of late-en-v1", () => {
  it("differs between queries, and keeps the scores of the texts of a query apart as they were", async () => {
    await using scorer = new OnnxLateInteraction({ workers: 1 });
    await using similarity = new OnnxLateInteraction({ workers: 1, pooledWeight: 0.2 });
    const offsets = new Set<number>();
    for (const query of [QUERY, "My parcel never showed up"]) {
      let report: ScorerReport = {};
      const scores = await scorer.score(query, TEXTS, { onReport: (each) => (report = each) });
      const similarities = await similarity.score(query, TEXTS);
      for (const [index, score] of scores.entries())
        expect(score - similarities[index]!).toBeCloseTo(report.queryOffset!, 12);
      offsets.add(report.queryOffset!);
    }
    expect(offsets.size).toBe(2);
    for (const offset of offsets) expect(offset).toBeLessThan(0);
  });
});
