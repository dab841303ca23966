import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { CrossEncoderReranker, type RelevanceScorer, RerankTimeoutError } from "../../src/index.js";
import { built } from "../support/built.js";
import { answering, deaf, EndNumber, ids, numbered, sims } from "./scorers.js";

const failing: RelevanceScorer = { model: "failing", score: () => Promise.reject(new TypeError("no such host")) };
const caught = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

describe("a reranker's timeout", () => {
  it("rejects with a RerankTimeoutError even if the scorer never responds and ignores its signal", async () => {
    const error = await caught(new CrossEncoderReranker({ model: deaf(), timeout: 20 }).rerank(numbered([1]), "q"));
    expect(error).toBeInstanceOf(RerankTimeoutError);
    expect(error).toMatchObject({ timeout: 20, message: expect.stringContaining("20 ms") });
  });

  it("of a call overrides the constructor's", async () => {
    const reranker = new CrossEncoderReranker({ model: deaf(), timeout: 60_000 });
    expect(await caught(reranker.rerank(numbered([1]), "q", { timeout: 5 }))).toMatchObject({ timeout: 5 });
  });

  it("aborts the signal that was passed to the scorer", async () => {
    let reason: unknown;
    const model: RelevanceScorer = {
      score: (_query, _texts, options) =>
        new Promise((_, reject) => {
          options!.signal!.addEventListener("abort", () => {
            reason = options!.signal!.reason;
            reject(new Error("a message from the scorer"));
          });
        }),
    };
    const error = await caught(new CrossEncoderReranker({ model, timeout: 5 }).rerank(numbered([1]), "q"));
    expect(error).toBeInstanceOf(RerankTimeoutError);
    expect(reason).toBe(error);
  });

  it("does not abort the signal of a call that ended in time", async () => {
    const model = new EndNumber();
    await new CrossEncoderReranker({ model, timeout: 10 }).rerank(numbered([1]), "q");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(model.signal!.aborted).toBe(false);
  });
});

describe("a reranker's signal", () => {
  const reason = { why: "changed my mind" };

  it.each(["constructor", "call"] as const)("passed to the %s makes the call reject with its reason", async (where) => {
    const controller = new AbortController();
    const model = deaf();
    const options = { signal: controller.signal };
    const call =
      where === "constructor"
        ? new CrossEncoderReranker({ model, ...options }).rerank(numbered([1]), "q")
        : new CrossEncoderReranker({ model }).rerank(numbered([1]), "q", options);
    await model.started;
    controller.abort(reason);
    expect(await caught(call)).toBe(reason);
  });

  it.each(["constructor", "call"] as const)(
    "that has already aborted when passed to the %s keeps the scorer from being called",
    async (where) => {
      const model = new EndNumber();
      const options = { signal: AbortSignal.abort(reason) };
      const call =
        where === "constructor"
          ? new CrossEncoderReranker({ model, ...options }).rerank(numbered([1]), "q")
          : new CrossEncoderReranker({ model }).rerank(numbered([1]), "q", options);
      expect(await caught(call)).toBe(reason);
      expect(model.queries).toEqual([]);
    },
  );

  it("of the constructor still aborts a call with a signal of its own", async () => {
    const mine = new AbortController();
    const model = deaf();
    const reranker = new CrossEncoderReranker({ model, signal: mine.signal });
    const call = reranker.rerank(numbered([1]), "q", { signal: new AbortController().signal });
    await model.started;
    mine.abort(reason);
    expect(await caught(call)).toBe(reason);
  });

  it("has no listener left when the call has ended", async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const reranker = new CrossEncoderReranker({ model: new EndNumber(), signal });
    for (let i = 0; i < 20; i++) await reranker.rerank(numbered([1]), "q");
    await caught(new CrossEncoderReranker({ model: failing, signal }).rerank(numbered([1]), "q"));
    expect(listeners).toBe(0);
  });
});

describe('a reranker with onError: "throw", the default', () => {
  it("rejects with the scorer's error", async () => {
    await expect(new CrossEncoderReranker({ model: failing }).rerank(numbered([1]), "q")).rejects.toThrow(TypeError);
  });
});

describe('a reranker with onError: "keep-order"', () => {
  const keeping = (model: RelevanceScorer, options = {}) =>
    new CrossEncoderReranker({ model, onError: "keep-order", ...options });

  it("returns the input order cut to topN, with the reason and without any score, not even an older one", async () => {
    const documents = numbered([1, 3, 2], { sim: 0.99, other: "kept" });
    const { documents: result, report } = await keeping(failing, { topN: 2 }).rerank(documents, "q");
    expect(ids(result)).toEqual(["d0", "d1"]);
    const error = "TypeError: no such host";
    expect(result.map(({ metadata }) => metadata)).toEqual([
      { other: "kept", rerank: { rank: 1, firstRank: 1, scores: {}, error } },
      { other: "kept", rerank: { rank: 2, firstRank: 2, scores: {}, error } },
    ]);
    expect(report).toMatchObject({ documents: 3, returned: 2, scored: 0, error });
    expect(documents[0]!.metadata).toEqual({ sim: 0.99, other: "kept" });
  });

  it("ignores the threshold after a failure, since there is no score to compare", async () => {
    expect(await keeping(failing, { threshold: 0.9 }).compressDocuments(numbered([1, 2]), "q")).toHaveLength(2);
  });

  it("drops an older score under its scoreKey", async () => {
    const [first] = await keeping(failing, { scoreKey: "score" }).compressDocuments(
      numbered([1], { score: 3, sim: 4 }),
      "q",
    );
    expect(first!.metadata).toMatchObject({ sim: 4 });
    expect(first!.metadata).not.toHaveProperty("score");
  });

  it.each<[string, RelevanceScorer, RegExp]>([
    ["a response without valid scores", answering([Number.NaN, 1]), /^InvalidResponseError: /],
    ["something thrown that is not an Error", { score: () => Promise.reject("gone") }, /^gone$/],
    [
      "a scorer that throws synchronously",
      {
        score: () => {
          throw new RangeError("at once");
        },
      },
      /^RangeError: at once$/,
    ],
  ])("keeps the order after %s", async (_name, model, message) => {
    const result = await keeping(model).compressDocuments(numbered([1, 2]), "q");
    expect(ids(result)).toEqual(["d0", "d1"]);
    expect((result[0]!.metadata.rerank as { error: string }).error).toMatch(message);
    expect(sims(result)).toEqual([undefined, undefined]);
  });

  it("keeps the order after a timeout", async () => {
    const { documents, report } = await keeping(deaf(), { timeout: 10 }).rerank(numbered([1, 2]), "q");
    expect(ids(documents)).toEqual(["d0", "d1"]);
    expect(report.error).toMatch(/^RerankTimeoutError: /);
  });

  it("rejects if the caller aborts", async () => {
    const controller = new AbortController();
    const model = deaf();
    const call = keeping(model).rerank(numbered([1]), "q", { signal: controller.signal });
    await model.started;
    controller.abort("enough");
    expect(await caught(call)).toBe("enough");
    expect(await caught(keeping(model, { signal: AbortSignal.abort("never") }).rerank(numbered([1]), "q"))).toBe(
      "never",
    );
  });

  it("rejects for a blank query or an invalid document", async () => {
    await expect(keeping(failing).compressDocuments(numbered([1]), " ")).rejects.toThrow(/query/);
    await expect(keeping(failing).compressDocuments(["text"] as never, "q")).rejects.toThrow(/documents\[0\]/);
  });

  it("rejects for input that a scorer of another copy of the package refuses", async () => {
    const { HttpCrossEncoder } = createRequire(import.meta.url)(built("http.cjs"));
    // A listwise model, whose texts do not fit into one request.
    const model = new HttpCrossEncoder({
      provider: "localai",
      baseUrl: "http://127.0.0.1:9",
      model: "jina-reranker-v3",
      maxBatchSize: 1,
    });
    await expect(keeping(model).rerank(numbered([1, 2]), "q")).rejects.toMatchObject({ name: "InvalidInputError" });
  });
});
