import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { withProgress } from "../../src/apps/cli/ranking.js";
import { CachedScorer, createScorer, type RelevanceScorer } from "../../src/index.js";
import { ProgressiveLateInteraction } from "../../src/scorers/onnx/open-scorer.js";

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

/** Files with scorers that compute scores themselves. */
const OWN = [
  "scorers/ai-sdk/ai-sdk-cross-encoder.ts",
  "scorers/decisions/decision-scorer.ts",
  "scorers/http/http-cross-encoder.ts",
  "scorers/ollama/ollama-cross-encoder.ts",
  "scorers/onnx/onnx-cross-encoder.ts",
  "scorers/onnx/onnx-late-interaction.ts",
  "scorers/static/static-late-interaction.ts",
  // Its scores are those of a reranker, so that a calibration or the parts of a text would belong to something else.
  "apps/server/reranker-scorer.ts",
];

/** What every member of the interface is in a scorer that has all of them. */
const FULL = {
  model: "full",
  lowestScore: -7,
  calibration: { model: "full", slope: 2, intercept: 1, positives: 3, negatives: 4 },
  languages: ["eo"],
  scoresHoldWithinRequest: false,
  readsLessForTopN: true,
  score: async (_query: string, texts: readonly string[]) => texts.map(({ length }) => length),
  scoreParts: async () => ({ scores: [[0.25]], threshold: 0.1 }),
  modelVersion: async () => "v7",
  load: async () => {},
  dispose: async () => {},
} satisfies Required<RelevanceScorer>;

/** By file, the wrapper around a scorer. The members that it leaves out have the interface's default. */
const WRAPPERS: Record<string, { wrap(): RelevanceScorer; without?: readonly string[]; isFixed?: boolean }> = {
  // The scores of texts that were read in part must not be cached.
  "scorers/score-cache.ts": { wrap: () => new CachedScorer({ model: FULL }), without: ["readsLessForTopN"] },
  // It passes texts on in parts, whose best are not those of all.
  "apps/cli/ranking.ts": {
    wrap: () => withProgress(FULL, { update() {} } as never),
    without: ["readsLessForTopN"],
  },
  "scorers/create-scorer.ts": { wrap: () => createScorer("late-en-v1"), isFixed: true },
  // It wraps late interaction alone, which is not listwise.
  "scorers/onnx/open-scorer.ts": {
    wrap: () => new ProgressiveLateInteraction({}),
    without: ["scoresHoldWithinRequest"],
    isFixed: true,
  },
};

/** The names of the interface's members, from its source, so that a new one cannot be forgotten. */
function interfaceMembers(): string[] {
  const source = readFileSync(join(SRC, "scorers/relevance-scorer.ts"), "utf8");
  const [, body] = /export interface RelevanceScorer \{\n(.*?)\n\}/s.exec(source)!;
  return [...body!.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, name]) => name!);
}

function scorerFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => {
      const source = readFileSync(join(SRC, file), "utf8").replace(/^ \*.*$/gm, "");
      return /implements (?:Relevance|Disposable)Scorer|\): RelevanceScorer \{\s+return \{/.test(source);
    })
    .map((file) => file.replaceAll("\\", "/"));
}

describe("a scorer around another scorer", () => {
  it("is known to this test, in whichever file it is", () => {
    expect(scorerFiles().sort()).toEqual([...OWN, ...Object.keys(WRAPPERS)].sort());
    expect(interfaceMembers().sort()).toEqual(Object.keys(FULL).sort());
  });

  it.each(Object.entries(WRAPPERS))(
    "in %s has every member of the interface that makes sense for it",
    (_, { wrap, without = [] }) => {
      const wrapper = wrap();
      const missing = interfaceMembers().filter((name) => !(name in wrapper));
      expect(missing).toEqual(without);
    },
  );

  const general = Object.entries(WRAPPERS).filter(([, { isFixed }]) => !isFixed);
  it.each(general)("in %s passes on what the other one says", async (_, { wrap }) => {
    const wrapper = wrap();
    const { model, lowestScore, calibration, languages, scoresHoldWithinRequest } = wrapper;
    expect({ model, lowestScore, calibration, languages, scoresHoldWithinRequest }).toEqual({
      model: FULL.model,
      lowestScore: FULL.lowestScore,
      calibration: FULL.calibration,
      languages: FULL.languages,
      scoresHoldWithinRequest: false,
    });
    expect(await wrapper.score("q", ["abc", "d"])).toEqual([3, 1]);
    expect(await wrapper.modelVersion?.()).toBe("v7");
    const parts = [{ text: "abc", parts: [{ start: 0, end: 3 }] }];
    expect(await wrapper.scoreParts?.("q", parts)).toEqual({ scores: [[0.25]], threshold: 0.1 });
  });

  it.each(general)("in %s refuses an answer with another number of scores than texts", async (_, { wrap }) => {
    const { score } = FULL;
    try {
      for (const wrong of [[1], [1, 2, 3], undefined]) {
        FULL.score = async () => wrong as number[];
        await expect(wrap().score("q", ["abc", "d"])).rejects.toMatchObject({
          name: "InvalidResponseError",
          message: expect.stringContaining("2 texts were sent, but"),
        });
      }
    } finally {
      FULL.score = score;
    }
  });
});
