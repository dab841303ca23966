import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
// @ts-expect-error: a script without types.
import { compileKernel, sourceOf } from "../../scripts/build/kernel.js";
import { StaticEmbeddings } from "../../src/embeddings/static-embeddings.js";
import {
  directions,
  Kernel,
  MaxSimKernel,
  maxSim,
  plainBest,
  type QueryMatrix,
  queryMatrix,
} from "../../src/kernel/max-sim.js";
import { StaticLateInteraction } from "../../src/scorers/static/static-late-interaction.js";
import { seededRandom } from "./random.js";

const mean = (best: ArrayLike<number>) => Array.from(best).reduce((sum, value) => sum + value, 0) / best.length;

function randomVectors(random: () => number, count: number, dimension: number): Float32Array {
  return Float32Array.from({ length: count * dimension }, () => random() - 0.5);
}

function randomQuery(random: () => number, tokens: number, dimension: number): QueryMatrix {
  const values = directions("query", randomVectors(random, tokens, dimension), dimension);
  return queryMatrix(values, dimension);
}

function randomDocument(random: () => number, count: number, dimension: number): Int8Array<ArrayBuffer> {
  return directions("document", randomVectors(random, count, dimension), dimension) as Int8Array<ArrayBuffer>;
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
    [33, 40, 8],
  ])(
    "computes the MaxSim of %i query vectors and %i document vectors of %i dimensions that TypeScript computes",
    (tokens, count, dimension) => {
      const random = seededRandom(tokens * 1000 + count);
      const query = randomQuery(random, tokens, dimension);
      for (let repetition = 0; repetition < 5; repetition++) {
        const document = randomDocument(random, count, dimension);
        expect(maxSim(query, document)).toBeCloseTo(mean(plainBest(query, document)), 6);
      }
    },
  );

  it("adds up the largest numbers of 4,096 dimensions without an overflow, and reads zero vectors", () => {
    const kernel = MaxSimKernel.start()!;
    const query = queryMatrix(directions("query", new Float32Array(4096).fill(-1), 4096), 4096);
    const document = directions("document", new Float32Array(4096).fill(1), 4096) as Int8Array<ArrayBuffer>;
    expect(kernel.best(query, document)[0]).toBeCloseTo(-1, 6);
    expect(kernel.best(query, new Int8Array(4096))[0]).toBe(0);
  });

  it("keeps apart queries that take turns, and grows with long documents", () => {
    const random = seededRandom(5);
    const kernel = MaxSimKernel.start()!;
    const queries = [5, 9].map((tokens) => randomQuery(random, tokens, 128));
    for (const length of [3, 2000, 10]) {
      const document = randomDocument(random, length, 128);
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
    const fresh = await import("../../src/kernel/max-sim.js");
    expect(fresh.Kernel.start()).toBeUndefined();
    const random = seededRandom(3);
    const query = randomQuery(random, 5, 128);
    const document = randomDocument(random, 20, 128);
    expect(fresh.maxSim(query, document)).toBe(mean(plainBest(query, document)));
  });
});
