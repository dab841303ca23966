import { Document } from "@langchain/core/documents";
import { describe, expect, it } from "vitest";
import { CachedScorer, type CachedScorerOptions, CrossEncoderReranker, type RelevanceScorer } from "../../src/index.js";
import type { ScorerReport } from "../../src/scorers/relevance-scorer.js";

/** A scorer that counts the texts that it was given, and scores by length. */
function countingScorer(more: Partial<RelevanceScorer> & { report?: (texts: readonly string[]) => ScorerReport } = {}) {
  const calls: string[][] = [];
  const { report, ...rest } = more;
  const scorer: RelevanceScorer = {
    model: "length",
    async score(_query, texts, options) {
      calls.push([...texts]);
      options?.onReport?.({ model: "length", batches: 1, ...report?.(texts) });
      return texts.map((text) => text.length);
    },
    ...rest,
  };
  return { scorer, calls };
}

async function score(scorer: RelevanceScorer, query: string, texts: readonly string[]) {
  const reports: ScorerReport[] = [];
  const scores = await scorer.score(query, texts, { onReport: (report) => reports.push(report) });
  return { scores, report: reports[0] as ScorerReport };
}

it("scores a pair once and counts hits and misses in the report", async () => {
  const { scorer, calls } = countingScorer();
  const cached = new CachedScorer({ model: scorer });
  const first = await score(cached, "q", ["a", "bb", "a"]);
  expect(first.scores).toEqual([1, 2, 1]);
  expect(first.report).toMatchObject({ model: "length", batches: 1, scoreCache: { hits: 0, stored: 0, misses: 2 } });
  const second = await score(cached, "q", ["ccc", "bb"]);
  expect(second.scores).toEqual([3, 2]);
  expect(second.report.scoreCache).toMatchObject({ hits: 1, misses: 1 });
  const third = await score(cached, "q", ["a", "ccc"]);
  expect(third.scores).toEqual([1, 3]);
  expect(third.report.batches).toBeUndefined();
  expect(calls).toEqual([["a", "bb"], ["ccc"]]);
});

it("keeps queries, models and instructions apart in a shared store", async () => {
  const store = new Map<string, unknown>();
  const { scorer, calls } = countingScorer();
  const { scorer: other, calls: otherCalls } = countingScorer({ model: "other" });
  await new CachedScorer({ model: scorer, store, instruction: "" }).score("q", ["a"]);
  await new CachedScorer({ model: scorer, store, instruction: "find code" }).score("q", ["a"]);
  await new CachedScorer({ model: scorer, store, instruction: "" }).score("q2", ["a"]);
  await new CachedScorer({ model: other, store, instruction: "" }).score("q", ["a"]);
  expect(calls).toHaveLength(3);
  expect(otherCalls).toHaveLength(1);
  const again = new CachedScorer({ model: scorer, store, instruction: "" });
  const { scores, report } = await score(again, "q", ["a"]);
  expect(scores).toEqual([1]);
  expect(report.scoreCache).toMatchObject({ hits: 1, stored: 1, misses: 0 });
  expect(calls).toHaveLength(3);
});

it("stores plain JSON, so that any store fits", async () => {
  const store = new Map<string, unknown>();
  const text = new Map<string, string>();
  const asText = {
    get: async (key: string) => (text.has(key) ? JSON.parse(text.get(key) as string) : null),
    set: async (key: string, value: unknown) => void text.set(key, JSON.stringify(value)),
  };
  const { scorer, calls } = countingScorer();
  await new CachedScorer({ model: scorer, store: asText, instruction: "" }).score("q", ["a"]);
  expect(await new CachedScorer({ model: scorer, store: asText, instruction: "" }).score("q", ["a"])).toEqual([1]);
  expect(calls).toHaveLength(1);
  expect(store.size).toBe(0);
});

it("reads entries that a store returns as JSON text, as Redis clients do", async () => {
  const text = new Map<string, string>();
  const store = {
    get: async (key: string) => text.get(key) ?? null,
    set: async (key: string, value: unknown) => void text.set(key, JSON.stringify(value)),
  };
  const { scorer, calls } = countingScorer({ report: () => ({ raw: [-2] }) });
  await new CachedScorer({ model: scorer, store, instruction: "" }).score("q", ["a"]);
  const { scores, report } = await score(new CachedScorer({ model: scorer, store, instruction: "" }), "q", ["a"]);
  expect(scores).toEqual([1]);
  expect(report).toMatchObject({ raw: [-2], scoreCache: { hits: 1, stored: 1, misses: 0 } });
  expect(calls).toHaveLength(1);
});

it("drops the least recently used scores beyond `maxBytes`", async () => {
  const { scorer, calls } = countingScorer();
  const cached = new CachedScorer({ model: scorer, maxBytes: 400 });
  await cached.score("q", ["a"]);
  await cached.score("q", ["b"]);
  await cached.score("q", ["a"]);
  const { report } = await score(cached, "q", ["c"]);
  expect(report.scoreCache?.bytes).toBeLessThanOrEqual(400);
  await cached.score("q", ["a"]);
  expect(calls).toEqual([["a"], ["b"], ["c"]]);
  await cached.score("q", ["b"]);
  expect(calls).toHaveLength(4);
});

it("remembers what the scorer reported about a text", async () => {
  const { scorer } = countingScorer({
    report: (texts) => ({
      raw: texts.map(() => -2),
      truncated: texts.map((text) => text.length > 1),
      queryTruncated: true,
      spans: texts.map(() => [{ start: 0, end: 1, score: 0.5 }]),
      passages: texts.map(() => ({ start: 0, end: 1 })),
    }),
  });
  const cached = new CachedScorer({ model: scorer });
  const first = await score(cached, "q", ["a", "bb"]);
  const second = await score(cached, "q", ["bb", "a"]);
  expect(second.report).toMatchObject({
    raw: [-2, -2],
    truncated: [true, false],
    queryTruncated: true,
    spans: first.report.spans,
    passages: first.report.passages,
  });
});

describe("what a scorer reported about a query", () => {
  /** Warns of each call by the texts that it was given. */
  const { scorer } = countingScorer({
    report: (texts) => ({ queryOffset: -0.125, warnings: ["Not a decision model.", `Scored ${texts.join(" and ")}.`] }),
  });

  it("is reported for hits too, from memory and from a store", async () => {
    const store = new Map<string, unknown>();
    const cached = new CachedScorer({ model: scorer, store, instruction: "" });
    const first = await score(cached, "q", ["a", "bb"]);
    expect(first.report).toMatchObject({
      queryOffset: -0.125,
      warnings: ["Not a decision model.", "Scored a and bb."],
    });
    for (const again of [cached, new CachedScorer({ model: scorer, store, instruction: "" })]) {
      const { report } = await score(again, "q", ["bb"]);
      expect(report.scoreCache).toMatchObject({ hits: 1, misses: 0 });
      expect(report).toMatchObject({ queryOffset: first.report.queryOffset, warnings: first.report.warnings });
    }
  });

  it("is reported once, and only if a text of the call was scored with it", async () => {
    const cached = new CachedScorer({ model: scorer });
    await cached.score("q", ["a"]);
    await cached.score("q", ["bb"]);
    await cached.score("other", ["ccc"]);
    const { report } = await score(cached, "q", ["dddd", "bb"]);
    expect(report.scoreCache).toMatchObject({ hits: 1, misses: 1 });
    expect(report.warnings).toEqual(["Not a decision model.", "Scored dddd.", "Scored bb."]);
  });

  it("is absent if there is nothing to say", async () => {
    const { scorer: silent } = countingScorer({ report: () => ({ warnings: [] }) });
    const cached = new CachedScorer({ model: silent });
    await cached.score("q", ["a"]);
    const { report } = await score(cached, "q", ["a"]);
    expect(report.warnings).toBeUndefined();
    expect(report.queryOffset).toBeUndefined();
  });
});

describe("a store that fails", () => {
  it("fails no call, and the report says why", async () => {
    const { scorer } = countingScorer();
    const store = {
      get: () => Promise.reject(new Error("connection refused")),
      set: () => Promise.reject(new Error("connection refused")),
    };
    const { scores, report } = await score(new CachedScorer({ model: scorer, store, instruction: "" }), "q", ["a"]);
    expect(scores).toEqual([1]);
    expect(report.scoreCache).toMatchObject({ misses: 1 });
    expect(report.scoreCache?.failure).toMatch(/^`store\.set` failed \(Error\)\. .*call it directly to see it\.$/);
  });

  it.each(["get", "set"] as const)(
    "in `%s` is named without its message, which may hold a password",
    async (method) => {
      const { scorer } = countingScorer();
      const inner = Object.assign(new Error("connect to redis://user:hunter22@host"), { code: "ECONNREFUSED" });
      const fail = () => Promise.reject(new TypeError("redis://user:hunter22@host failed", { cause: inner }));
      const store = { get: () => undefined, set: () => undefined, [method]: fail };
      const { report } = await score(new CachedScorer({ model: scorer, store, instruction: "" }), "q", ["a"]);
      expect(report.scoreCache?.failure).toContain(`\`store.${method}\` failed (TypeError: ECONNREFUSED)`);
      expect(JSON.stringify(report)).not.toContain("hunter22");
    },
  );

  it.each(["x", "", 7, '{"score":null}', "[object Object]", { score: null }, { score: "1" }, {}, new Uint8Array(2)])(
    "is not believed if it returns %j, and the report says so",
    async (value) => {
      const { scorer, calls } = countingScorer();
      const store = { get: () => value, set: () => undefined };
      const { scores, report } = await score(new CachedScorer({ model: scorer, store, instruction: "" }), "q", ["a"]);
      expect(scores).toEqual([1]);
      expect(calls).toHaveLength(1);
      expect(report.scoreCache).toMatchObject({ stored: 0, misses: 1 });
      expect(report.scoreCache?.failure).toMatch(/`store\.get` returned something other than/);
    },
  );

  it.each([undefined, null, "null"])(
    "is not one that returns %j, which means that there is no entry",
    async (value) => {
      const { scorer } = countingScorer();
      const store = { get: () => value, set: () => undefined };
      const { report } = await score(new CachedScorer({ model: scorer, store, instruction: "" }), "q", ["a"]);
      expect(report.scoreCache).toMatchObject({ stored: 0, misses: 1 });
      expect(report.scoreCache?.failure).toBeUndefined();
    },
  );

  it("does not outlast an abort", async () => {
    const { scorer } = countingScorer();
    const controller = new AbortController();
    const store = {
      get: () => {
        controller.abort("left");
        return new Promise(() => undefined);
      },
      set: () => undefined,
    };
    const cached = new CachedScorer({ model: scorer, store, instruction: "" });
    await expect(cached.score("q", ["a"], { signal: controller.signal })).rejects.toBe("left");
  });
});

it("does not cache a failed call", async () => {
  let fail = true;
  const { scorer, calls } = countingScorer();
  const flaky: RelevanceScorer = {
    model: "flaky",
    score: async (query, texts) => {
      if (fail) throw new Error("down");
      return scorer.score(query, texts);
    },
  };
  const cached = new CachedScorer({ model: flaky });
  await expect(cached.score("q", ["a"])).rejects.toThrow("down");
  fail = false;
  expect(await cached.score("q", ["a"])).toEqual([1]);
  expect(calls).toHaveLength(1);
});

describe("a scorer that answers wrongly once", () => {
  const texts = ["off topic", "relevant"];

  it.each<[string, unknown, RegExp]>([
    ["one score too few", [1], /2 texts were sent, but 1 scores came back/],
    ["one score too many", [1, 0, 1], /2 texts were sent, but 3 scores came back/],
    ["no list", undefined, /2 texts were sent, but no scores came back/],
    ["a score that is not a number", [0, Number.NaN], /the score of text 1 is NaN, not a finite number/],
    ["a hole", [0, undefined], /the score of text 1 is undefined, not a finite number/],
  ])("with %s is refused, and nothing of its answer is remembered or stored", async (_, wrong, message) => {
    const store = new Map<string, unknown>();
    let answer = wrong;
    const model: RelevanceScorer = { model: "moody", score: async () => answer as number[] };
    const cached = new CachedScorer({ model, store, instruction: "" });
    const failed = cached.score("q", texts);
    await expect(failed).rejects.toMatchObject({ name: "InvalidResponseError", backend: "moody" });
    await expect(failed).rejects.toThrow(message);
    expect(store.size).toBe(0);
    answer = [0, 1];
    const { scores, report } = await score(cached, "q", texts);
    expect(scores).toEqual([0, 1]);
    expect(report.scoreCache).toMatchObject({ hits: 0, misses: 2 });
  });

  it("with too few raw scores is refused, because a calibration would apply to those of other texts", async () => {
    let raw = [3];
    const model: RelevanceScorer = {
      model: "moody",
      score: async (_query, given, options) => {
        options?.onReport?.({ raw });
        return given.map(() => 0.5);
      },
    };
    const cached = new CachedScorer({ model });
    await expect(cached.score("q", texts)).rejects.toThrow(/2 texts were sent, but 1 scores came back/);
    raw = [3, 4];
    expect((await score(cached, "q", texts)).report).toMatchObject({ raw: [3, 4], scoreCache: { misses: 2 } });
  });
});

it("works in a reranker, whose report counts the hits", async () => {
  const { scorer } = countingScorer();
  const reranker = new CrossEncoderReranker({ model: new CachedScorer({ model: scorer }) });
  const documents = ["a", "bb"].map((pageContent) => new Document({ pageContent }));
  await reranker.rerank(documents, "q");
  const { documents: ranked, report } = await reranker.rerank(documents, "q");
  expect(ranked.map(({ pageContent }) => pageContent)).toEqual(["bb", "a"]);
  expect(report.scoreCache).toMatchObject({ hits: 2, misses: 0 });
});

it.each<[unknown, string]>([
  [undefined, "model"],
  [{ model: "cohere:rerank-v3.5" }, "model"],
  [{ model: { score: () => [], scoresHoldWithinRequest: true } }, "model"],
  [{ model: { score: () => [] }, maxBytes: -1 }, "maxBytes"],
  [{ model: { score: () => [] }, store: new Map() }, "instruction"],
  [{ model: { score: () => [] }, store: {}, instruction: "" }, "store.get"],
  [{ model: { score: () => [] }, ttl: 5 }, "ttl"],
])("refuses the options %j", (options, option) => {
  expect(() => new CachedScorer(options as CachedScorerOptions)).toThrow(
    expect.objectContaining({ name: "InvalidOptionError", option }),
  );
});

it("hands out copies, so that a caller who changes a report does not change the cache", async () => {
  const { scorer } = countingScorer({ report: (texts) => ({ passages: texts.map(() => ({ start: 0, end: 1 })) }) });
  const cached = new CachedScorer({ model: scorer });
  for (let call = 0; call < 2; call++) {
    const { report } = await score(cached, "q", ["a"]);
    expect(report.passages).toEqual([{ start: 0, end: 1 }]);
    report.passages![0]!.start = 1000;
  }
});

it("remembers passages and spans that hold functions, as a scorer of one's own may report", async () => {
  const passage = { start: 0, end: 1, show: () => "a" };
  const { scorer, calls } = countingScorer({
    report: (texts) => ({ passages: texts.map(() => passage), spans: texts.map(() => [{ ...passage, score: 1 }]) }),
  });
  const cached = new CachedScorer({ model: scorer });
  for (let call = 0; call < 2; call++) {
    const { report } = await score(cached, "q", ["a"]);
    expect(report).toMatchObject({ passages: [passage], spans: [[{ ...passage, score: 1 }]] });
    expect(report.passages![0]).not.toBe(passage);
  }
  expect(calls).toHaveLength(1);
});
