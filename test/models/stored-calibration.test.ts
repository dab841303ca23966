import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Document } from "@langchain/core/documents";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { calibrate } from "../../src/calibration.js";
import { CrossEncoderReranker } from "../../src/index.js";
import { openSafetensors } from "../../src/inference/formats/safetensors.js";
import { CALIBRATIONS } from "../../src/models/bundled.js";
import { StaticLateInteraction } from "../../src/static.js";
import { staticFile } from "../scorers/static/static-file.js";

const TINY = fileURLToPath(new URL("../fixtures/tiny-models/", import.meta.url));
const CURVE = { slope: 2, intercept: -1 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stored-calibration-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a tiny model with a calibration in its config.json. */
function withCalibration(name: string, calibration: unknown): string {
  const copy = join(folder, name);
  cpSync(join(TINY, name), copy, { recursive: true });
  const config = JSON.parse(readFileSync(join(copy, "config.json"), "utf8")) as Record<string, object>;
  config.langchain_rerank = { ...config.langchain_rerank, calibration } as object;
  writeFileSync(join(copy, "config.json"), JSON.stringify(config));
  return copy;
}

describe("the calibration in a model's config.json", () => {
  it.each(["bert-one-logit", "colbert"])("makes sim a probability for %s", async (name) => {
    await using reranker = new CrossEncoderReranker({ model: withCalibration(name, CURVE), details: true });
    const documents = ["a bee", "a bank", "some bread"].map((pageContent) => new Document({ pageContent }));
    const { documents: ranked } = await reranker.rerank(documents, "what do bees see");
    for (const { metadata } of ranked) expect(metadata.sim).toBeCloseTo(calibrate(metadata.rerank.raw, CURVE), 10);
  });

  it("is rejected if it is invalid, with the file and the reason", async () => {
    const model = withCalibration("bert-one-logit", { slope: -1, intercept: 0 });
    await using reranker = new CrossEncoderReranker({ model });
    await expect(reranker.rerank([new Document({ pageContent: "a" })], "q")).rejects.toMatchObject({
      name: "ModelIntegrityError",
      file: "config.json",
      message: expect.stringContaining("calibration.slope"),
    });
  });
});

describe("the calibration of a bundled model", () => {
  const models = fileURLToPath(new URL("../../models/", import.meta.url));

  it.each(["late-en-v1", "rerank-en-v1"] as const)("is the same in the files of %s and in the registry", (name) => {
    const config = JSON.parse(readFileSync(join(models, name, "config.json"), "utf8"));
    expect(config.langchain_rerank.calibration).toEqual(CALIBRATIONS[name]);
  });

  it("is the same in the file of static-en-v1 and in the registry", () => {
    const { metadata } = openSafetensors(readFileSync(join(models, "static-en-v1/model.safetensors")));
    expect(JSON.parse(metadata.calibration!)).toEqual(CALIBRATIONS["static-en-v1"]);
  });

  it("is not applied twice when the model is named by its folder", async () => {
    const documents = ["Bees see ultraviolet light.", "The bank is closed."].map(
      (text) => new Document({ pageContent: text }),
    );
    const sims = async (model: string) => {
      await using reranker = new CrossEncoderReranker({ model });
      return (await reranker.compressDocuments(documents, "what do bees see")).map(({ metadata }) => metadata.sim);
    };
    expect(await sims(join(models, "late-en-v1"))).toEqual(await sims("late-en-v1"));
  });
});

describe("the calibration in a static model's metadata", () => {
  const file = (calibration: string) =>
    staticFile({
      vocabulary: ["red", "tea"],
      vectors: [
        [3, 1, 4, 1],
        [1, 5, 9, 2],
      ],
      scales: [1, 1, 1, 1],
      calibration,
    });

  it("is known once the model has been read", async () => {
    const scorer = new StaticLateInteraction({ model: file(JSON.stringify(CURVE)) });
    expect(scorer.calibration).toBeUndefined();
    await scorer.score("red", ["tea"]);
    expect(scorer.calibration).toEqual(CURVE);
  });

  it.each(["no JSON", '{"slope":0,"intercept":1}'])("is rejected if it is %s", async (calibration) => {
    const scorer = new StaticLateInteraction({ model: file(calibration) });
    await expect(scorer.score("red", ["tea"])).rejects.toMatchObject({ name: "ModelIntegrityError" });
  });
});
