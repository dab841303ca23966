import { inspect } from "node:util";
import { BaseDecisionModel, parseClassifierResponse } from "langchain-core-1.4/decisions";
import { describe, expect, it } from "vitest";
import { type AiSdkDecisionModel, DecisionScorer, type DecisionScorerOptions } from "../../../src/decisions.js";
import type { ScorerReport } from "../../../src/scorers/relevance-scorer.js";
import { probabilityOf } from "./decision-server.js";

const QUERY = "how is tea made?";
const TEXTS = ["tea tea", "coffee", "tea"];
const EXPECTED = [0.51, 0.01, 0.26];

type Questions = Record<string, { type: string; instructions?: unknown; criteria?: unknown }>;

async function score(scorer: DecisionScorer, texts: readonly string[] = TEXTS) {
  const reports: ScorerReport[] = [];
  const scores = await scorer.score(QUERY, texts, { onReport: (report) => reports.push(report) });
  return { scores, report: reports[0] as ScorerReport };
}

describe("a decision model of LangChain", () => {
  /** A model on the base class of `@langchain/core` 1.4, which checks questions and answers. */
  class TeaModel extends BaseDecisionModel {
    lc_namespace = ["test", "decisions"];
    readonly seen: { state: unknown; questions: Questions; signal: AbortSignal | undefined }[] = [];
    answer = (instructions: string): unknown => ({ type: "noul", noul: probabilityOf(instructions) });

    get _provider() {
      return "tea";
    }

    async _classify(state: unknown, questions: Questions, config?: { signal?: AbortSignal }) {
      this.seen.push({ state, questions, signal: config?.signal });
      const answers = Object.entries(questions).map(([id, { instructions }]) => [
        id,
        this.answer(String(instructions)),
      ]);
      return parseClassifierResponse({
        model: this.model,
        answers: Object.fromEntries(answers),
        usage_metadata: { input_tokens: 9 },
      });
    }
  }

  it("is asked one question per passage through `invoke`, which checks and traces the call", async () => {
    const model = new TeaModel({ model: "t-1" });
    const { scores, report } = await score(new DecisionScorer({ model }));
    expect(scores).toEqual(EXPECTED);
    expect(model.seen).toHaveLength(1);
    expect(model.seen[0]?.state).toEqual({ query: QUERY });
    expect(Object.keys(model.seen[0]?.questions ?? {})).toEqual(["p0", "p1", "p2"]);
    expect(model.seen[0]?.signal).toBeInstanceOf(AbortSignal);
    expect(report).toMatchObject({ model: "tea:t-1", batches: 1, usage: { input_tokens: 9 } });
  });

  it("is asked in as many calls as `maxBatchSize` needs", async () => {
    const model = new TeaModel({ model: "t-1" });
    const { scores } = await score(new DecisionScorer({ model, maxBatchSize: 1 }));
    expect(scores).toEqual(EXPECTED);
    expect(model.seen).toHaveLength(3);
  });

  it("is a BackendError with the reason if it fails", async () => {
    const model = new TeaModel({ model: "t-1" });
    model.answer = () => {
      throw Object.assign(new Error("quota is used up"), { status: 402 });
    };
    await expect(new DecisionScorer({ model }).score(QUERY, TEXTS)).rejects.toMatchObject({
      name: "BackendError",
      status: 402,
      message: expect.stringContaining("quota is used up"),
    });
    expect(model.seen).toHaveLength(1);
  });

  it("is refused by LangChain if it answers with something other than a probability", async () => {
    const model = new TeaModel({ model: "t-1" });
    model.answer = () => ({ type: "noul", noul: 3 });
    await expect(new DecisionScorer({ model }).score(QUERY, TEXTS)).rejects.toMatchObject({ name: "BackendError" });
  });
});

describe("a decision model of the AI SDK", () => {
  const aiSdkModel = (more: Partial<AiSdkDecisionModel> & { answer?: (instructions: string) => unknown } = {}) => {
    const seen: { state: unknown; questions: Questions; abortSignal: AbortSignal }[] = [];
    const { answer = (instructions: string) => ({ type: "boolean", probability: probabilityOf(instructions) }) } = more;
    const model: AiSdkDecisionModel = {
      specificationVersion: "v4",
      provider: "tea",
      modelId: "t-4",
      supportedQuestionTypes: ["boolean", "choice"],
      doDecide: async (options) => {
        seen.push(options);
        const questions = Object.entries(options.questions as Questions);
        return {
          answers: Object.fromEntries(questions.map(([id, { instructions }]) => [id, answer(String(instructions))])),
          usage: { inputTokens: 12 },
          warnings: [],
        };
      },
      ...more,
    };
    return { model, seen };
  };

  it("is asked boolean questions about a JSON state", async () => {
    const { model, seen } = aiSdkModel();
    const { scores, report } = await score(new DecisionScorer({ model }));
    expect(scores).toEqual(EXPECTED);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.state).toEqual([{ type: "json", value: { query: QUERY } }]);
    expect(Object.values(seen[0]?.questions ?? {}).map(({ type }) => type)).toEqual(["boolean", "boolean", "boolean"]);
    expect(report).toMatchObject({ model: "tea:t-4", usage: { inputTokens: 12 } });
  });

  it("scores a refused passage 0 with a warning", async () => {
    const refuse = (instructions: string) =>
      instructions.includes("coffee") ? { type: "refusal" } : { type: "boolean", probability: 0.5 };
    const { model } = aiSdkModel({ answer: refuse });
    const { scores, report } = await score(new DecisionScorer({ model }));
    expect(scores).toEqual([0.5, 0, 0.5]);
    expect(report.warnings).toEqual([expect.stringContaining("indices 1.")]);
  });

  it("is refused at construction if it cannot answer boolean questions", () => {
    const { model } = aiSdkModel({ supportedQuestionTypes: ["box"] });
    expect(() => new DecisionScorer({ model })).toThrow(
      expect.objectContaining({ name: "InvalidOptionError", message: expect.stringContaining("box") }),
    );
  });

  it("rejects with an InvalidResponseError if an answer is missing", async () => {
    const { model } = aiSdkModel({ doDecide: async () => ({ answers: {} }) });
    await expect(new DecisionScorer({ model }).score(QUERY, TEXTS)).rejects.toMatchObject({
      name: "InvalidResponseError",
      message: /no answer for passage 0/,
    });
  });

  it("stops waiting for a model that ignores its signal", async () => {
    const { model } = aiSdkModel({ doDecide: () => new Promise(() => undefined) });
    await expect(new DecisionScorer({ model, timeout: 50 }).score(QUERY, TEXTS)).rejects.toMatchObject({
      name: "RerankTimeoutError",
    });
  });

  it("shows no key of its own in errors or the scorer", async () => {
    const { model } = aiSdkModel({
      doDecide: () => Promise.reject(Object.assign(new Error("denied"), { requestBodyValues: { key: "sk-secret-1" } })),
    });
    const scorer = new DecisionScorer({ model: Object.assign(model, { apiKey: "sk-secret-2" }) });
    const error = await scorer.score(QUERY, TEXTS).catch((thrown: unknown) => thrown);
    expect(inspect([error, scorer], { depth: 9, showHidden: true })).not.toMatch(/sk-secret/);
  });
});

it.each([undefined, {}, "jev-latest", { invoke: () => undefined }])("refuses %j as a decision model", (model) => {
  expect(() => new DecisionScorer({ model } as unknown as DecisionScorerOptions)).toThrow(
    expect.objectContaining({ name: "InvalidOptionError", option: "model" }),
  );
});
