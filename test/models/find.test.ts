import { describe, expect, it } from "vitest";
import { ModelNotFoundError } from "../../src/errors.js";
import { isStaticModel } from "../../src/models/bundled.js";
import { editDistance } from "../../src/models/edit-distance.js";
import { nearestModels } from "../../src/models/find.js";
import { defaultModel, findModel, getModel, listModels } from "../../src/models.js";

describe("isStaticModel", () => {
  it("is true for the names and aliases of the registry's static models alone, in any case", () => {
    for (const { name, aliases = [], runtime } of listModels())
      for (const each of [name, ...aliases]) expect([each, isStaticModel(each)]).toEqual([each, runtime === "static"]);
    expect(isStaticModel("Static-EN-v1")).toBe(true);
  });
});

describe("getModel", () => {
  it("finds a model by name or alias, ignoring case", () => {
    const entry = getModel("Xenova/ms-marco-MiniLM-L-6-v2");
    expect(getModel("cross-encoder/ms-marco-MiniLM-L6-v2")).toBe(entry);
    expect(getModel("xenova/MS-MARCO-minilm-l-6-v2")).toBe(entry);
    expect(findModel("no/such")).toBeUndefined();
  });

  it.each([
    ["Xenova/ms-marco-MiniLM-L-6-v1", "Xenova/ms-marco-MiniLM-L-6-v2"],
    ["bge-reranker-base", "BAAI/bge-reranker-base"],
    ["jina-reranker-v1-tinny-en", "jinaai/jina-reranker-v1-tiny-en"],
    ["rerank-en", "rerank-en-v1"],
    ["static", "static-en-v1"],
  ])("suggests up to three names for %s, with the intended one first", (wrong, meant) => {
    const error = catchError(() => getModel(wrong));
    expect(error).toBeInstanceOf(ModelNotFoundError);
    expect((error as ModelNotFoundError).suggestions.length).toBeLessThanOrEqual(3);
    expect((error as ModelNotFoundError).suggestions[0]).toBe(meant);
    expect((error as Error).message).toContain(`Did you mean "${meant}"`);
  });

  it("suggests nothing for a name that resembles none, even if its publisher is a long word", () => {
    expect(nearestModels("Xenova/nope")).toEqual([]);
    expect(nearestModels("some-publisher/x")).toEqual([]);
  });
});

describe("listModels", () => {
  it("lists the default model first, then the other bundled ones", () => {
    expect(listModels()[0]).toBe(defaultModel());
    expect(defaultModel().bundled).toBe(true);
    const bundled = listModels({ bundled: true });
    expect(bundled.map(({ name }) => name)).toEqual(["late-en-v1", "rerank-en-v1", "static-en-v1"]);
    expect(listModels().slice(0, bundled.length)).toEqual(bundled);
  });

  it("lists the bundled static model as late interaction and as embeddings", () => {
    expect(getModel("static-en-v1")).toMatchObject({ runtime: "static", bundled: true, dimensions: 192 });
    expect(findModel("langchain-rerank/static-en-v1")).toBe(getModel("static-en-v1"));
    for (const kind of ["late-interaction", "embedding"] as const) {
      expect(listModels({ kind, bundled: true }).map(({ name }) => name)).toContain("static-en-v1");
    }
    expect(listModels({ kind: "cross-encoder" })).not.toContain(getModel("static-en-v1"));
  });

  it("filters by kind, language, license, size and whether a model is bundled", () => {
    const japanese = listModels({ kind: "cross-encoder", language: "ja", commercial: true });
    expect(japanese.map((model) => model.name)).toContain("hotchpotch/japanese-reranker-xsmall-v2");
    expect(japanese.map((model) => model.name)).toContain("onnx-community/bge-reranker-v2-m3-ONNX");
    expect(japanese.every((model) => model.commercial && model.kind === "cross-encoder")).toBe(true);
    expect(listModels({ commercial: false }).map((model) => model.name)).toContain("jinaai/jina-colbert-v2");
    expect(listModels({ maxParameters: 20 }).every((model) => model.parameters <= 20)).toBe(true);
    expect(listModels({ bundled: false }).some((model) => model.bundled)).toBe(false);
  });

  it("returns a new array on every call", () => {
    listModels().pop();
    expect(listModels()).toHaveLength(listModels().length);
    expect(listModels()).not.toBe(listModels());
  });
});

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["abc", "", 3],
    ["kitten", "sitting", 3],
    ["flaw", "lawn", 2],
    ["same", "same", 0],
  ])("returns the Levenshtein distance of %j and %j, %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

function catchError(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
