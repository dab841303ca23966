import { readFileSync } from "node:fs";
import { Document } from "@langchain/core/documents";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { InvalidInputError, InvalidOptionError, ModelIntegrityError, ModelNotFoundError } from "../../../src/errors.js";
import { collectStageScores } from "../../../src/evaluation/tuning/collect.js";
import { firstStageOptions } from "../../../src/evaluation/tuning/tune.js";
import { CrossEncoderReranker, HybridReranker, type ScorerReport } from "../../../src/index.js";
import { StaticLateInteraction } from "../../../src/static.js";
import { expectedScore, type StaticFile, staticFile } from "./static-file.js";

const golden = JSON.parse(
  readFileSync(new URL("../../../models/static-en-v1/golden.json", import.meta.url), "utf8"),
) as { pairs: [string, string][]; scores: number[]; tolerance: number };

const VOCABULARY = ["red", "green", "tea", "milk", "hot", "cold", ","];

/** Any model of seven words, with or without weights and share. */
const anyFile: fc.Arbitrary<StaticFile> = fc.record(
  {
    vocabulary: fc.constant(VOCABULARY),
    vectors: fc.array(fc.array(fc.integer({ min: -15, max: 15 }), { minLength: 8, maxLength: 8 }), {
      minLength: 7,
      maxLength: 7,
    }),
    scales: fc.array(fc.float({ min: Math.fround(0.1), max: 2, noNaN: true }), { minLength: 8, maxLength: 8 }),
    weights: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 7, maxLength: 7 }),
    share: fc.constantFrom("0", "0.3", "0.5", "1"),
  },
  { requiredKeys: ["vocabulary", "vectors", "scales"] },
);
const anyText = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 12 });
const toText = (rows: readonly number[]) => rows.map((row) => VOCABULARY[row]).join(" ");

describe("StaticLateInteraction", () => {
  const scorer = new StaticLateInteraction();

  it("gives the scores that the recipe's own reference gives for the bundled file", async () => {
    for (const [i, [query, text]] of golden.pairs.entries()) {
      const [score] = await scorer.score(query, [text]);
      expect(Math.abs(score! - golden.scores[i]!)).toBeLessThan(golden.tolerance);
    }
  });

  it("is the weighted mean of best cosines, mixed with the cosine of the sums, whatever the model", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFile,
        anyText,
        fc.array(anyText, { minLength: 1, maxLength: 5 }),
        async (file, query, texts) => {
          const reports: ScorerReport[] = [];
          const own = new StaticLateInteraction({ model: staticFile(file) });
          const scores = await own.score(`${toText(query)} zzz`, texts.map(toText), {
            onReport: (r) => reports.push(r),
          });
          texts.forEach((text, i) => {
            const expected = expectedScore(file, query, text);
            expect(reports[0]!.raw![i]).toBeCloseTo(expected, 5);
            expect(scores[i]).toBeCloseTo(Math.min(1, Math.max(0, expected)), 5);
          });
        },
      ),
    );
  });

  it("scores each text for itself, in the order given, however many there are", async () => {
    const texts = Array.from({ length: 300 }, (_, i) => `passage ${i} on bees, rivers and number ${i * 7}`);
    const together = await scorer.score("what do bees number 7 see", texts);
    for (const i of [0, 31, 32, 299]) {
      expect(await scorer.score("what do bees number 7 see", [texts[i]!])).toEqual([together[i]]);
    }
  });

  it("knows an answer from a text that shares its words only", async () => {
    const [answer, other] = await scorer.score("when was the eiffel tower finished", [
      "The Eiffel Tower was completed on 31 March 1889.",
      "The Tower of London has held prisoners since 1100.",
    ]);
    expect(answer).toBeGreaterThan(other! + 0.1);
  });

  it("gives 0 where nothing is known: of the text, or of the query", async () => {
    expect(await scorer.score("bees", ["\u0378", "x".repeat(101), "bees"])).toEqual([0, 0, expect.any(Number)]);
    expect(await scorer.score("\u0378", ["bees", "tea"])).toEqual([0, 0]);
  });

  it("reports tokens, times and its name", async () => {
    let report: ScorerReport = {};
    await scorer.score("green tea", ["hot tea, green", "tea"], {
      onReport: (given) => {
        report = given;
      },
    });
    expect(report).toMatchObject({ model: "static-en-v1", tokens: 2 + 4 + 1, truncated: [false, false] });
    expect(report.milliseconds!.compare).toBeGreaterThanOrEqual(0);
  });

  it("does not block the event loop, and stops with the signal's reason when aborted", async () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `text ${i} of many on bees`);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const controller = new AbortController();
    const reason = new Error("enough");
    const pending = scorer.score("bees", texts, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(pending).rejects.toBe(reason);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    await expect(scorer.score("bees", texts, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("gives way to timers within a text, when query and text are very long", async () => {
    const words = (seed: number) =>
      Array.from({ length: 6000 }, (_, i) => `word${(i * seed) % 997} bees ${i}`).join(" ");
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 1);
    await expect(scorer.score(words(7), [words(11)], { signal: controller.signal })).rejects.toBe(reason);
  });

  it("gives a long text the same score whether or not it takes several turns", async () => {
    const query = VOCABULARY.slice(0, 6).join(" ");
    const file = {
      vocabulary: VOCABULARY,
      vectors: VOCABULARY.map((_, i) => Array(8).fill(i - 3)),
      scales: Array(8).fill(1),
    };
    const own = new StaticLateInteraction({ model: staticFile(file as StaticFile) });
    const text = "red tea hot ".repeat(20_000);
    const [[long], [short]] = [await own.score(query, [text]), await own.score(query, ["red tea hot"])];
    expect(long).toBeCloseTo(short!, 5);
  });

  it("returns [] for no texts without reading a model, and refuses a blank query", async () => {
    const absent = new StaticLateInteraction({ model: "./no/such/file" });
    expect(await absent.score("bees", [])).toEqual([]);
    await expect(absent.score("bees", ["a"])).rejects.toThrow(ModelNotFoundError);
    await expect(scorer.score("  ", ["a"])).rejects.toThrow(InvalidInputError);
    await expect(scorer.score("bees", ["a", 3 as never])).rejects.toThrow("texts[1]");
  });

  it("refuses options that do not exist, and files whose weights or share are none", async () => {
    expect(() => new StaticLateInteraction({ modell: "x" } as never)).toThrow(InvalidOptionError);
    expect(() => new StaticLateInteraction({ model: "" })).toThrow(InvalidOptionError);
    const whole = {
      vocabulary: ["a", "b"],
      vectors: [
        [1, 2, 3, 4],
        [4, 3, 2, 1],
      ],
      scales: [1, 1, 1, 1],
    };
    for (const wrong of [{ weights: [1] }, { share: "1.5" }, { share: "much" }]) {
      const model = staticFile({ ...whole, ...wrong });
      await expect(new StaticLateInteraction({ model }).score("a", ["b"])).rejects.toThrow(ModelIntegrityError);
    }
  });
});

describe("by name", () => {
  const scorer = new StaticLateInteraction();
  const documents = [
    "The bank raised its interest rates twice this year.",
    "Bees see ultraviolet light, which guides them to nectar.",
  ].map((pageContent) => new Document({ pageContent }));

  it("is what a reranker runs that names it", async () => {
    const reranker = new CrossEncoderReranker({ model: "static-en-v1", details: true });
    const { documents: ranked, report } = await reranker.rerank(documents, "what do bees see");
    expect(ranked[0]!.pageContent).toContain("Bees");
    expect(ranked[0]!.metadata.rerank.raw).toBeCloseTo(golden.scores[0]!, 5);
    expect(report.model).toBe("static-en-v1");
    await reranker.dispose();
    expect((await reranker.compressDocuments(documents, "what do bees see"))[0]!.metadata.sim).toBeGreaterThan(0);
  });

  it("is the default first stage of a hybrid", async () => {
    const cross = {
      model: "lengths",
      score: async (_: string, texts: readonly string[]) => texts.map((t) => t.length),
    };
    const { documents: ranked, report } = await new HybridReranker({ model: cross, details: true }).rerank(
      documents,
      "what do bees see",
    );
    expect(report.model).toBe("static-en-v1 + lengths");
    const bees = ranked.find(({ pageContent }) => pageContent.startsWith("Bees"))!;
    expect(bees.metadata.rerank.scores.first).toBeCloseTo(golden.scores[0]!, 5);
    const named = new HybridReranker({ model: cross, firstStage: "static-en-v1", details: true });
    const again = await named.rerank(documents, "what do bees see");
    expect(again.documents.map(({ metadata }) => metadata.sim)).toEqual(ranked.map(({ metadata }) => metadata.sim));
    expect(again.documents[0]!.metadata.rerank.scores.first).toBeGreaterThan(0);
    await named.dispose();
    for (const firstStage of [7, null, ""] as never[]) {
      expect(() => new HybridReranker({ firstStage })).toThrow(InvalidOptionError);
    }
    expect(() => new HybridReranker({ firstStage: "static-en-v1", firstStageKey: "score" })).toThrow(
      "Pass only one of them",
    );
  });

  it("is no reason for a hybrid without a model of its own to end calls", async () => {
    let answer: (scores: readonly number[]) => void = () => {};
    let begun = () => {};
    const asked = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const score = () =>
      new Promise<readonly number[]>((resolve) => {
        answer = resolve;
        begun();
      });
    const hybrid = new HybridReranker({ model: { score } });
    const pending = hybrid.compressDocuments(documents, "what do bees see");
    await asked;
    await hybrid.dispose();
    answer([0.1, 0.9]);
    expect(await pending).toHaveLength(2);
  });

  it("can be tuned as a first stage, alone and fused with a run", async () => {
    const first = { run: "run", words: scorer, both: { fuse: ["run", "words"] } } as const;
    expect(firstStageOptions("words", first, "score")).toEqual({ firstStage: scorer });
    expect(firstStageOptions("run", first, "score")).toEqual({ firstStageKey: "score" });
    expect(firstStageOptions("both", first, "score")).toEqual({
      firstStage: { fuse: [{ metadataKey: "score" }, scorer] },
    });
    const data = {
      corpus: new Map(documents.map(({ pageContent }, i) => [`d${i}`, { id: `d${i}`, text: pageContent }])),
      queries: new Map([["q", "what do bees see"]]),
      qrels: new Map([["q", new Map([["d1", 1]])]]),
    };
    const stages = await collectStageScores(data as never, { first: { words: scorer }, models: { again: scorer } });
    expect(stages.queries[0]!.first.get("words")!.scores).toContainEqual(expect.closeTo(golden.scores[0]!, 5));
  });
});

it("needs bounded memory for a query of thousands of different words, and gives the same scores", async () => {
  const file = readFileSync(new URL("../../../models/static-en-v1/model.safetensors", import.meta.url));
  const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString("utf8"));
  const words = (header.__metadata__.vocabulary as string).split("\n").filter((word) => /^[a-z]{4,}$/.test(word));
  const query = words.slice(0, 2000).join(" ");
  const texts = Array.from({ length: 60 }, (_, index) => words.slice(100 * index, 100 * (index + 1)).join(" "));
  const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
  const scores = await new StaticLateInteraction({ model: file }).score(query, texts);
  const megabytes = grow.mock.calls.reduce((sum, [pages]) => sum + pages, 0) / 16;
  grow.mockRestore();
  // The table takes 6, the query 1.5 and the cosines 32; all pairs would take 46 instead.
  expect(megabytes).toBeGreaterThan(30);
  expect(megabytes).toBeLessThan(44);
  const last = await new StaticLateInteraction({ model: file }).score(query, texts.slice(-1));
  expect(scores.slice(-1)).toEqual(last);
});
