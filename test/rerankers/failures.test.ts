import { describe, expect, it } from "vitest";
import { CrossEncoderReranker, type RelevanceScorer, RerankTimeoutError } from "../../src/index.js";
import { answering, deaf, EndNumber, ids, numbered, sims } from "./scorers.js";

const failing: RelevanceScorer = { model: "failing", score: () => Promise.reject(new TypeError("no such host")) };
const caught = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

describe("timeout", () => {
  it("rejects with its own error, although the scorer never answers and ignores its signal", async () => {
    const error = await caught(new CrossEncoderReranker({ model: deaf(), timeout: 20 }).rerank(numbered([1]), "q"));
    expect(error).toBeInstanceOf(RerankTimeoutError);
    expect(error).toMatchObject({ timeout: 20, message: expect.stringContaining("20 ms") });
  });

  it("of a call stands in for the constructor's", async () => {
    const reranker = new CrossEncoderReranker({ model: deaf(), timeout: 60_000 });
    expect(await caught(reranker.rerank(numbered([1]), "q", { timeout: 5 }))).toMatchObject({ timeout: 5 });
  });

  it("aborts the signal that the scorer was given", async () => {
    let reason: unknown;
    const model: RelevanceScorer = {
      score: (_query, _texts, options) =>
        new Promise((_, reject) => {
          options!.signal!.addEventListener("abort", () => {
            reason = options!.signal!.reason;
            reject(new Error("the scorer's own words"));
          });
        }),
    };
    const error = await caught(new CrossEncoderReranker({ model, timeout: 5 }).rerank(numbered([1]), "q"));
    expect(error).toBeInstanceOf(RerankTimeoutError);
    expect(reason).toBe(error);
  });

  it("leaves a call alone that is done in time, and its signal unaborted", async () => {
    const model = new EndNumber();
    await new CrossEncoderReranker({ model, timeout: 10 }).rerank(numbered([1]), "q");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(model.signal!.aborted).toBe(false);
  });
});

describe("signal", () => {
  const reason = { why: "changed my mind" };

  it.each(["constructor", "call"] as const)("of the %s rejects with its own reason", async (where) => {
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

  it.each(["constructor", "call"] as const)("aborted before, at the %s, asks the scorer nothing", async (where) => {
    const model = new EndNumber();
    const options = { signal: AbortSignal.abort(reason) };
    const call =
      where === "constructor"
        ? new CrossEncoderReranker({ model, ...options }).rerank(numbered([1]), "q")
        : new CrossEncoderReranker({ model }).rerank(numbered([1]), "q", options);
    expect(await caught(call)).toBe(reason);
    expect(model.queries).toEqual([]);
  });

  it("of a call does not silence the constructor's", async () => {
    const mine = new AbortController();
    const model = deaf();
    const reranker = new CrossEncoderReranker({ model, signal: mine.signal });
    const call = reranker.rerank(numbered([1]), "q", { signal: new AbortController().signal });
    await model.started;
    mine.abort(reason);
    expect(await caught(call)).toBe(reason);
  });

  it("is given up once the call is over: no listener stays", async () => {
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

describe('onError: "throw", the default', () => {
  it("lets the scorer's own error through", async () => {
    await expect(new CrossEncoderReranker({ model: failing }).rerank(numbered([1]), "q")).rejects.toThrow(TypeError);
  });
});

describe('onError: "keep-order"', () => {
  const keeping = (model: RelevanceScorer, options = {}) =>
    new CrossEncoderReranker({ model, onError: "keep-order", ...options });

  it("keeps first-stage order, cut to topN, with the reason and without any score, stale ones included", async () => {
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

  it("is not stopped by a threshold: there is no score to compare", async () => {
    expect(await keeping(failing, { threshold: 0.9 }).compressDocuments(numbered([1, 2]), "q")).toHaveLength(2);
  });

  it("drops a stale score under another key too", async () => {
    const [first] = await keeping(failing, { scoreKey: "score" }).compressDocuments(
      numbered([1], { score: 3, sim: 4 }),
      "q",
    );
    expect(first!.metadata).toMatchObject({ sim: 4 });
    expect(first!.metadata).not.toHaveProperty("score");
  });

  it.each<[string, RelevanceScorer, RegExp]>([
    ["an answer that is no scores", answering([Number.NaN, 1]), /^InvalidResponseError: /],
    ["something thrown that is no error", { score: () => Promise.reject("gone") }, /^gone$/],
    [
      "a scorer that throws at once",
      {
        score: () => {
          throw new RangeError("at once");
        },
      },
      /^RangeError: at once$/,
    ],
  ])("covers %s", async (_name, model, message) => {
    const result = await keeping(model).compressDocuments(numbered([1, 2]), "q");
    expect(ids(result)).toEqual(["d0", "d1"]);
    expect((result[0]!.metadata.rerank as { error: string }).error).toMatch(message);
    expect(sims(result)).toEqual([undefined, undefined]);
  });

  it("covers a timeout", async () => {
    const { documents, report } = await keeping(deaf(), { timeout: 10 }).rerank(numbered([1, 2]), "q");
    expect(ids(documents)).toEqual(["d0", "d1"]);
    expect(report.error).toMatch(/^RerankTimeoutError: /);
  });

  it("covers no abort: the caller wants nothing any more", async () => {
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

  it("covers no blank query and no bad document", async () => {
    await expect(keeping(failing).compressDocuments(numbered([1]), " ")).rejects.toThrow(/query/);
    await expect(keeping(failing).compressDocuments(["text"] as never, "q")).rejects.toThrow(/documents\[0\]/);
  });
});
