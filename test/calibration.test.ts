import { describe, expect, it } from "vitest";
import { calibrate, checkCalibration, sigmoid } from "../src/calibration.js";
import { CrossEncoderReranker, HybridReranker, type RelevanceScorer } from "../src/index.js";
import { CALIBRATIONS } from "../src/models/bundled.js";
import { listModels } from "../src/models.js";
import { EndNumber, numbered, sims } from "./rerankers/scorers.js";

const curve = { slope: 2, intercept: -1 };
const good = { ...curve, model: "end-number", positives: 20, negatives: 20 };

describe("calibrate", () => {
  it("computes the logistic function of slope times raw score plus intercept", () => {
    expect(calibrate(0.5, curve)).toBe(0.5);
    expect(calibrate(2, curve)).toBeCloseTo(1 / (1 + Math.exp(-3)), 15);
    expect(calibrate(Number.POSITIVE_INFINITY, curve)).toBe(1);
    expect(calibrate(Number.NEGATIVE_INFINITY, curve)).toBe(0);
    expect(sigmoid(0)).toBe(0.5);
  });
});

describe("a calibration that is refused", () => {
  it.each<[string, unknown, string, RegExp]>([
    ["is not an object", 3, "calibration", /an object \{ slope/],
    ["is null", null, "calibration", /an object/],
    ["has a slope of 0", { slope: 0, intercept: 0 }, "calibration.slope", /above 0/],
    ["has a negative slope", { slope: -1, intercept: 0 }, "calibration.slope", /got -1/],
    ["has an infinite slope", { slope: Number.POSITIVE_INFINITY, intercept: 0 }, "calibration.slope", /finite/],
    ["has no slope", { intercept: 0 }, "calibration.slope", /got undefined/],
    ["has no intercept", { slope: 1 }, "calibration.intercept", /got undefined/],
    ["has NaN as intercept", { slope: 1, intercept: Number.NaN }, "calibration.intercept", /got NaN/],
    [
      "was fitted for another model",
      { ...good, model: "other" },
      "calibration.model",
      /fitted for "other".*"end-number"/,
    ],
    ["has a model that is not a name", { ...good, model: 1 }, "calibration.model", /the name of a model/],
    [
      "was fitted on 19 relevant pairs",
      { ...good, positives: 19 },
      "calibration.positives",
      /at least 20 judged pairs/,
    ],
    ["was fitted on 0 irrelevant pairs", { ...good, negatives: 0 }, "calibration.negatives", /at least 20/],
  ])("%s", (_name, calibration, option, message) => {
    for (const make of [
      () => new CrossEncoderReranker({ model: new EndNumber(), calibration: calibration as never }),
      () =>
        new HybridReranker({
          firstStageKey: "s",
          model: new EndNumber(),
          calibration: { first: curve, cross: calibration as never },
        }),
    ]) {
      expect(make).toThrow(
        expect.objectContaining({
          name: "InvalidOptionError",
          option: expect.stringMatching(new RegExp(`^${option.replace("calibration", "calibration(\\.cross)?")}$`)),
          message: expect.stringMatching(message),
        }),
      );
    }
  });

  it("may omit model and counts if it is written by hand", () => {
    expect(() => checkCalibration("calibration", curve, "any-model")).not.toThrow();
    expect(() => checkCalibration("calibration", good, "end-number")).not.toThrow();
    expect(() => checkCalibration("calibration", JSON.parse(JSON.stringify(good)))).not.toThrow();
  });
});

describe("CrossEncoderReranker with a calibration", () => {
  const reranker = (options = {}) =>
    new CrossEncoderReranker({ model: new EndNumber(), calibration: good, ...options });

  it("writes probabilities as sim, in the same order, and the raw score in the details", async () => {
    const result = await reranker({ details: true }).compressDocuments(numbered([-1, 3, 0.5]), "q");
    expect(sims(result)).toEqual([calibrate(3, curve), 0.5, calibrate(-1, curve)]);
    expect(result.map(({ metadata }) => metadata.rerank.raw)).toEqual([3, 0.5, -1]);
  });

  it("applies the curve to the raw scores that the scorer reports, not to its scores", async () => {
    const model: RelevanceScorer = {
      score: async (_query, texts, options) => {
        options?.onReport?.({ raw: texts.map(() => 3) });
        return texts.map(() => 0.99);
      },
    };
    const [document] = await reranker({ model, calibration: curve, details: true }).compressDocuments(
      numbered([1]),
      "q",
    );
    expect(document!.metadata.sim).toBe(calibrate(3, curve));
    expect(document!.metadata.rerank).toMatchObject({ raw: 3, scores: { cross: 0.99 } });
  });

  it("keeps what is more likely relevant than not with threshold 0.5, and gives blank documents 0", async () => {
    const documents = [
      ...numbered([0.4, 0.6, -9]),
      ...numbered([""]).map((d) => Object.assign(d, { pageContent: "" })),
    ];
    expect(await reranker({ threshold: 0.5 }).compressDocuments(documents, "q")).toHaveLength(1);
    const all = await reranker({ threshold: 0 }).compressDocuments(documents, "q");
    expect(all).toHaveLength(4);
    expect(all.at(-1)!.metadata.sim).toBe(0);
  });

  it("overrides the curve of the scorer", async () => {
    const model = Object.assign(new EndNumber(), { calibration: { slope: 9, intercept: 9 } });
    expect(sims(await reranker({ model }).compressDocuments(numbered([0.5]), "q"))).toEqual([0.5]);
  });

  it.each([-0.1, 1.1])(
    "refuses the threshold %d in the constructor and in a call before any work",
    async (threshold) => {
      const error = { name: "InvalidOptionError", option: "threshold", value: threshold };
      expect(() => reranker({ threshold })).toThrow(expect.objectContaining(error));
      const model = new EndNumber();
      await expect(
        reranker({ model, onError: "keep-order" }).rerank(numbered([1]), "q", { threshold }),
      ).rejects.toMatchObject(error);
      expect(model.asked).toEqual([]);
      const curves = { first: curve, cross: curve };
      expect(() => new HybridReranker({ firstStageKey: "score", model, calibration: curves, threshold })).toThrow(
        expect.objectContaining(error),
      );
    },
  );

  it("refuses a threshold outside 0 to 1 after the first call if the scorer knows its curve only then", async () => {
    const model = Object.assign(new EndNumber(), { calibration: undefined as typeof curve | undefined });
    const late: RelevanceScorer = {
      get calibration() {
        return model.calibration;
      },
      score: async (query, texts) => {
        model.calibration = curve;
        return model.score(query, texts);
      },
    };
    const call = new CrossEncoderReranker({ model: late, threshold: 3 }).rerank(numbered([1]), "q");
    await expect(call).rejects.toMatchObject({ name: "InvalidOptionError", option: "threshold" });
  });

  it("rejects a scorer's infinite score instead of turning it into a probability", async () => {
    const model: RelevanceScorer = { score: async () => [Number.POSITIVE_INFINITY] };
    const call = reranker({ model, calibration: curve }).rerank(numbered([1]), "q");
    await expect(call).rejects.toMatchObject({ name: "InvalidResponseError" });
  });
});

describe("the bundled models", () => {
  it("all have a valid calibration in the registry", () => {
    const bundled = listModels({ bundled: true });
    expect(bundled.map(({ name }) => name).sort()).toEqual(Object.keys(CALIBRATIONS).sort());
    for (const { name, calibration } of bundled) {
      expect(calibration).toBe(CALIBRATIONS[name as keyof typeof CALIBRATIONS]);
      checkCalibration("calibration", calibration, name);
    }
  });

  it.each(Object.keys(CALIBRATIONS))(
    "%s gives probabilities, refuses a threshold of 2, and reports its raw scores",
    async (model) => {
      expect(() => new CrossEncoderReranker({ model, threshold: 2 })).toThrow(/threshold/);
      await using reranker = new CrossEncoderReranker({ model, details: true });
      const documents = numbered(["about bread in an oven", "about solar panels that make electricity from sunlight"]);
      const [best] = await reranker.compressDocuments(documents, "how do solar panels make electricity?");
      expect(best!.id).toBe("d1");
      const { raw } = best!.metadata.rerank;
      expect(best!.metadata.sim).toBe(calibrate(raw, CALIBRATIONS[model as keyof typeof CALIBRATIONS]));
      expect(best!.metadata.sim).toBeGreaterThan(0.5);
    },
  );

  it("that run by default are late-en-v1, under that name in the report", async () => {
    expect(() => new CrossEncoderReranker({ threshold: 2 })).toThrow(/threshold/);
    await using reranker = new CrossEncoderReranker();
    expect((await reranker.rerank(numbered([1]), "a text")).report.model).toBe("late-en-v1");
  });
});
