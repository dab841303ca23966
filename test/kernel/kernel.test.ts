import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
// @ts-expect-error: a script without types.
import { compileKernel, sourceOf } from "../../scripts/build/kernel.js";
import { StaticEmbeddings } from "../../src/embeddings/static-embeddings.js";
import { toHalves } from "../../src/inference/late-interaction/half-precision.js";
import { maxSim, plainBest } from "../../src/inference/late-interaction/max-sim.js";
import { MaxSimKernel } from "../../src/inference/late-interaction/max-sim-kernel.js";
import { queryMatrix } from "../../src/inference/late-interaction/query-matrix.js";
import { Kernel } from "../../src/kernel/kernel.js";
import { StaticLateInteraction } from "../../src/scorers/static/static-late-interaction.js";
import { seededRandom } from "./random.js";

const mean = (best: ArrayLike<number>) => Array.from(best).reduce((sum, value) => sum + value, 0) / best.length;

/** Unit vectors in half precision. */
function vectors(random: () => number, count: number, dimension: number): Uint16Array<ArrayBuffer> {
  const values = new Float32Array(count * dimension);
  for (let row = 0; row < count; row++) {
    const vector = Array.from({ length: dimension }, () => random() - 0.5);
    const length = Math.hypot(...vector);
    values.set(
      vector.map((value) => value / length),
      row * dimension,
    );
  }
  return toHalves(values);
}

describe("The WebAssembly kernel", () => {
  it("is what its source compiles to", async () => {
    const checkedIn = readFileSync(new URL("../../src/kernel/kernel-bytes.ts", import.meta.url), "utf8");
    expect(sourceOf(await compileKernel())).toBe(checkedIn);
  });

  it("runs on this runtime", () => {
    expect(Kernel.start()).toBeInstanceOf(Kernel);
  });

  it.each([
    [1, 1, 128],
    [3, 2, 96],
    [4, 7, 128],
    [12, 251, 128],
    [33, 40, 4],
  ])(
    "computes the MaxSim of %i query vectors and %i document vectors of %i dimensions that TypeScript computes",
    (tokens, count, dimension) => {
      const random = seededRandom(tokens * 1000 + count);
      const query = queryMatrix({
        dimension,
        passages: [{ values: vectors(random, tokens, dimension) }],
        truncated: false,
      });
      for (let repetition = 0; repetition < 5; repetition++) {
        const document = vectors(random, count, dimension);
        expect(maxSim(query, document)).toBeCloseTo(mean(plainBest(query, document)), 6);
      }
    },
  );

  it("reads the smallest numbers of half precision, and zero vectors", () => {
    const query = queryMatrix({
      dimension: 8,
      passages: [{ values: toHalves(Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1)) }],
      truncated: false,
    });
    const kernel = MaxSimKernel.start()!;
    expect(kernel.best(query, Uint16Array.of(1, 0, 0, 0, 0, 0, 0, 0))[0]).toBe(2 ** -24);
    expect(kernel.best(query, new Uint16Array(8))[0]).toBe(0);
  });

  it("keeps apart queries that take turns, and grows with long documents", () => {
    const random = seededRandom(5);
    const kernel = MaxSimKernel.start()!;
    const queries = [5, 9].map((tokens) =>
      queryMatrix({ dimension: 128, passages: [{ values: vectors(random, tokens, 128) }], truncated: false }),
    );
    for (const length of [3, 2000, 10]) {
      const document = vectors(random, length, 128);
      for (const query of queries)
        expect(mean(kernel.best(query, document))).toBeCloseTo(mean(plainBest(query, document)), 6);
    }
  });
});

describe("Without WebAssembly", () => {
  beforeEach(async () => {
    // Read with the kernel, before it becomes unavailable.
    await new StaticEmbeddings().embedQuery("read the model");
    vi.resetModules();
    vi.stubGlobal("WebAssembly", undefined);
  });
  afterEach(() => vi.unstubAllGlobals());

  it("gives the static model's vectors and scores in TypeScript, in the same order", async () => {
    const passages = Array.from(
      { length: 40 },
      (_, i) => `Passage ${i}: bees see ultraviolet light, ${"which guides them ".repeat(i)}to nectar no. ${i * i}.`,
    );
    passages.push("", "naïve café — 東京 😀", "long ".repeat(5000));
    const withKernel = { scorer: new StaticLateInteraction(), embeddings: new StaticEmbeddings() };
    const fresh = {
      scorer: new (await import("../../src/scorers/static/static-late-interaction.js")).StaticLateInteraction(),
      embeddings: new (await import("../../src/embeddings/static-embeddings.js")).StaticEmbeddings(),
    };
    expect(await fresh.embeddings.embedDocuments(passages)).toEqual(
      await withKernel.embeddings.embedDocuments(passages),
    );
    for (const query of ["what do bees see?", "how long is passage no. 49"]) {
      const [plain, fast] = [await fresh.scorer.score(query, passages), await withKernel.scorer.score(query, passages)];
      for (const [i, score] of plain.entries()) expect(fast[i]).toBeCloseTo(score, 6);
      const order = (scores: readonly number[]) => scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
      expect(order(fast)).toEqual(order(plain));
    }
  });

  it("computes MaxSim in TypeScript", async () => {
    const fresh = await import("../../src/inference/late-interaction/max-sim.js");
    const { Kernel: unavailable } = await import("../../src/kernel/kernel.js");
    expect(unavailable.start()).toBeUndefined();
    const random = seededRandom(3);
    const query = queryMatrix({ dimension: 128, passages: [{ values: vectors(random, 5, 128) }], truncated: false });
    const document = vectors(random, 20, 128);
    expect(fresh.maxSim(query, document)).toBe(mean(plainBest(query, document)));
  });
});
