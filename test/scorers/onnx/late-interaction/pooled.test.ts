import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnnxEmbeddings, OnnxLateInteraction, type OnnxLateInteractionOptions } from "langchain-rerank/onnx";
import { afterAll, describe, expect, it } from "vitest";
import type { ScorerReport } from "../../../../src/index.js";

const COLBERT = fileURLToPath(new URL("../../../fixtures/tiny-models/colbert", import.meta.url));
const QUERY = "how do bees find flowers?";
const TEXTS = [
  "Bees see ultraviolet light, which guides them to nectar.",
  "The bank raised its interest rates twice this year.",
  `Salt lowers the freezing point of water. ${"Flowers open in the morning, and bees come. ".repeat(60)}`,
];

/** Rounding of the document's vector to bytes. */
const ROUNDING = 3e-3;

const folder = mkdtempSync(join(tmpdir(), "pooled-vectors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function scoresOf(
  options: OnnxLateInteractionOptions,
  times = 1,
): Promise<{ raw: number[]; report: ScorerReport }> {
  await using scorer = new OnnxLateInteraction({ workers: 1, ...options });
  let report: ScorerReport | undefined;
  for (let time = 0; time < times; time++) await scorer.score(QUERY, TEXTS, { onReport: (found) => (report = found) });
  return { raw: [...report!.raw!], report: report! };
}

describe("pooledWeight", () => {
  it("mixes MaxSim with the cosine of the pooled vectors, .2 for the bundled model", async () => {
    const [late, pooled, half, own] = await Promise.all(
      [0, 1, 0.5, undefined].map(async (pooledWeight) => {
        const { raw, report } = await scoresOf({ pooledWeight });
        return raw.map((score) => score - (report.queryOffset ?? 0));
      }),
    );
    for (const place of TEXTS.keys()) {
      expect(half![place]).toBeCloseTo((late![place]! + pooled![place]!) / 2, 6);
      expect(own![place]).toBeCloseTo(0.8 * late![place]! + 0.2 * pooled![place]!, 6);
      expect(Math.abs(late![place]! - pooled![place]!)).toBeGreaterThan(0.01);
    }
  });

  it("takes the vectors that OnnxEmbeddings gives", async () => {
    await using embeddings = new OnnxEmbeddings({ model: "late-en-v1", workers: 1 });
    const [query, vectors] = [await embeddings.embedQuery(QUERY), await embeddings.embedDocuments(TEXTS)];
    const { raw } = await scoresOf({ pooledWeight: 1 });
    for (const [place, vector] of vectors.entries()) {
      const cosine = vector.reduce((sum, value, i) => sum + value * query[i]!, 0);
      expect(Math.abs(raw[place]! - cosine)).toBeLessThan(ROUNDING);
    }
  });

  it("gives the same scores from cached vectors, in memory and in a folder, and separates entries without pooled vectors", async () => {
    const fresh = await scoresOf({ cache: false });
    expect((await scoresOf({}, 2)).report).toMatchObject({ raw: fresh.raw, cache: { hits: 3, misses: 0 } });
    await scoresOf({ cache: { folder }, pooledWeight: 0 });
    const first = await scoresOf({ cache: { folder } });
    expect(first.report).toMatchObject({ raw: fresh.raw, cache: { stored: 0, misses: 3 } });
    expect((await scoresOf({ cache: { folder } })).report).toMatchObject({ raw: fresh.raw, cache: { stored: 3 } });
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it("compares the best passage of a long text", async () => {
    const passages = { longDocuments: "max-passage", passageLength: 64 } as const;
    const { raw, report } = await scoresOf(passages);
    const { start, end } = report.passages![2]!;
    await using scorer = new OnnxLateInteraction({ workers: 1 });
    let alone: readonly number[] = [];
    await scorer.score(QUERY, [TEXTS[2]!.slice(start, end)], { onReport: (report) => (alone = report.raw!) });
    expect(raw[2]).toBeCloseTo(alone[0]!, 6);
  });

  it("reports that a model has no output for whole texts", async () => {
    await expect(scoresOf({ model: COLBERT, pooledWeight: 0.3 })).rejects.toMatchObject({
      name: "BackendError",
      message: expect.stringMatching(/no output for whole texts.*pooledWeight/),
    });
    expect((await scoresOf({ model: COLBERT })).raw).toHaveLength(3);
  });

  it.each([-0.1, 1.5, Number.NaN, "half"])("refuses %s", (pooledWeight) => {
    expect(() => new OnnxLateInteraction({ pooledWeight: pooledWeight as number })).toThrow(/pooledWeight/);
  });
});
