import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as evaluation from "../../src/evaluation.js";

describe("the names that langchain-rerank/evaluation exports", () => {
  const source = readFileSync(new URL("../../src/evaluation.ts", import.meta.url), "utf8");
  const names = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    list!.split(",").flatMap((name) => name.replace(/^\s*(type )?/, "").trim() || []),
  );

  it("are at most 55, so that inner parts can change after a release", () => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(evaluation)));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeLessThanOrEqual(55);
  });
});
