import { describe, expect, it, vi } from "vitest";
import { BackendError } from "../../src/errors.js";
import type { RelevanceScorer } from "../../src/scorers/relevance-scorer.js";
import { type Answer, gatedScorer, post, soon, start } from "./fixtures.js";

const BODY = { query: "q", documents: ["one", "three"] };

describe("the queue", () => {
  it("runs some requests, lets some wait, and answers 429 with Retry-After to the rest", async () => {
    const { scorer, waiting } = gatedScorer();
    const server = await start({ rerankers: new Map([["gated", scorer]]), concurrency: 2, maxQueue: 6 });
    const calls = Array.from({ length: 9 }, () => post(`${server.url}/v1/rerank`, BODY));
    const refused: Answer[] = [];
    for (const call of calls) void call.then((answer) => refused.push(answer));
    // The other five cannot end before the test lets them.
    await soon(() => expect(refused).toHaveLength(4));
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429, 429]);
    for (const { headers, body } of refused) {
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(body.error).toMatchObject({ code: "queue_full", type: "rate_limit_error" });
    }
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain("langchain_rerank_queue_running 2\n");
    expect(metrics).toContain("langchain_rerank_queue_waiting 3\n");
    expect(metrics).toContain('requests_total{route="/v1/rerank",status="429"} 4\n');
    for (let served = 0; served < 5; served++) {
      await soon(() => expect(waiting.length).toBeGreaterThan(0));
      waiting.shift()?.();
    }
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    await server.close();
  });

  it("cancels the work of a client that disconnects and starts the next request", async () => {
    const { scorer, signals, waiting } = gatedScorer();
    const server = await start({ rerankers: new Map([["gated", scorer]]), concurrency: 1 });
    const leaving = new AbortController();
    const left = fetch(`${server.url}/v1/rerank`, {
      method: "POST",
      body: JSON.stringify(BODY),
      signal: leaving.signal,
    });
    await soon(() => expect(signals).toHaveLength(1));
    const next = post(`${server.url}/v1/rerank`, BODY);
    leaving.abort();
    await expect(left).rejects.toThrow();
    await soon(() => expect(signals[0]?.aborted).toBe(true));
    await soon(() => expect(waiting).toHaveLength(2));
    waiting[1]?.();
    expect((await next).status).toBe(200);
    await server.close();
  });

  it("never scores for a client that disconnects while it waits", async () => {
    const { scorer, signals, waiting } = gatedScorer();
    const server = await start({ rerankers: new Map([["gated", scorer]]), concurrency: 1 });
    const first = post(`${server.url}/v1/rerank`, BODY);
    await soon(() => expect(signals).toHaveLength(1));
    const leaving = new AbortController();
    const left = fetch(`${server.url}/v1/rerank`, {
      method: "POST",
      body: JSON.stringify(BODY),
      signal: leaving.signal,
    });
    await soon(async () => expect(await (await fetch(`${server.url}/metrics`)).text()).toContain("queue_waiting 1\n"));
    leaving.abort();
    await expect(left).rejects.toThrow();
    await soon(async () => expect(await (await fetch(`${server.url}/metrics`)).text()).toContain("queue_waiting 0\n"));
    waiting[0]?.();
    expect((await first).status).toBe(200);
    expect(signals).toHaveLength(1);
    await server.close();
  });

  it("answers 503 when scoring takes longer than the timeout", async () => {
    const { scorer, signals } = gatedScorer();
    const server = await start({ rerankers: new Map([["gated", scorer]]), requestTimeout: 50 });
    expect(await post(`${server.url}/v1/rerank`, BODY)).toMatchObject({
      status: 503,
      body: { error: { code: "timeout" } },
    });
    expect(signals[0]?.aborted).toBe(true);
    await server.close();
  });
});

describe("a model that fails", () => {
  it.each<[string, Error, number]>([
    ["a backend", new BackendError("tei", "no answer from 10.0.0.7, key sk-123"), 503],
    ["a bug", new TypeError("cannot read x of /srv/secret/path"), 500],
  ])("(%s) is logged in full and reported to the client without internals", async (_, error, status) => {
    const logged: unknown[] = [];
    const scorer: RelevanceScorer = { score: () => Promise.reject(error) };
    const server = await start({ rerankers: new Map([["broken", scorer]]), onError: (thrown) => logged.push(thrown) });
    const answer = await post(`${server.url}/v1/rerank`, BODY);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toMatch(/10\.0\.0\.7|sk-123|secret/);
    expect(logged).toEqual([error]);
    await server.close();
  });
});

describe("shutdown", () => {
  it("finishes requests in progress, refuses new ones and frees the models", async () => {
    const { scorer, waiting } = gatedScorer();
    const dispose = vi.fn(async () => undefined);
    const server = await start({ rerankers: new Map([["gated", { ...scorer, dispose }]]) });
    const under = post(`${server.url}/v1/rerank`, BODY);
    await soon(() => expect(waiting).toHaveLength(1));
    const closing = server.close();
    expect(server.close()).toBe(closing);
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    expect(dispose).not.toHaveBeenCalled();
    waiting[0]?.();
    const { status, body } = await under;
    expect(status).toBe(200);
    expect(body.results[0].index).toBe(1);
    await closing;
    expect(dispose).toHaveBeenCalledOnce();
  });

  it("answers 503 to requests that outlast the grace period", async () => {
    const { scorer, waiting } = gatedScorer();
    const server = await start({ rerankers: new Map([["gated", scorer]]), grace: 50 });
    const under = post(`${server.url}/v1/rerank`, BODY);
    await soon(() => expect(waiting).toHaveLength(1));
    const [answer] = await Promise.all([under, server.close()]);
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "shutting_down" } } });
  });
});

describe("a large request", () => {
  const LARGE = { query: "q", documents: Array.from({ length: 100 }, (_, index) => "x".repeat(index + 1)) };

  it("does not keep a small one waiting, and comes back whole and in order", async () => {
    const { scorer, waiting } = gatedScorer();
    const server = await start({ rerankers: new Map([["gated", scorer]]), concurrency: 2 });
    const large = post(`${server.url}/v1/rerank`, LARGE);
    await soon(() => expect(waiting).toHaveLength(1));
    const small = post(`${server.url}/v1/rerank`, BODY);
    // The second slot was left for it.
    await soon(() => expect(waiting).toHaveLength(2));
    waiting.splice(1, 1)[0]!();
    expect((await small).status).toBe(200);
    let finished = false;
    void large.then(() => {
      finished = true;
    });
    await soon(() => {
      for (const end of waiting.splice(0)) end();
      expect(finished).toBe(true);
    });
    const { body } = await large;
    expect(body.results.map(({ index }: { index: number }) => index)).toEqual(
      LARGE.documents.map((_, index) => 99 - index),
    );
    await server.close();
  });

  it("reaches a model that needs all texts at once in one piece", async () => {
    const sizes: number[] = [];
    const scorer: RelevanceScorer = {
      score: async (_, texts) => {
        sizes.push(texts.length);
        return texts.map((text) => text.length);
      },
    };
    const rerankers = new Map([
      ["listwise", scorer],
      ["pointwise", scorer],
    ]);
    const server = await start({ rerankers, whole: new Set(["listwise"]) });
    await post(`${server.url}/v1/rerank`, { ...LARGE, model: "listwise" });
    expect(sizes).toEqual([100]);
    await post(`${server.url}/v1/rerank`, { ...LARGE, model: "pointwise" });
    expect(sizes.length).toBeGreaterThan(2);
    await server.close();
  });
});

describe("X-Request-Timeout", () => {
  it("ends work that takes longer than the client waits", async () => {
    const { scorer, signals } = gatedScorer();
    const server = await start({ rerankers: new Map([["gated", scorer]]) });
    const answer = await post(`${server.url}/v1/rerank`, BODY, { "x-request-timeout": "30ms" });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "timeout", message: /30 ms/ } } });
    expect(signals[0]?.aborted).toBe(true);
    await server.close();
  });
});

describe("the metrics of the queue", () => {
  it("show waiting texts and seconds, for an autoscaler", async () => {
    const { scorer, waiting } = gatedScorer();
    const server = await start({ rerankers: new Map([["gated", scorer]]), concurrency: 1 });
    const calls = [post(`${server.url}/v1/rerank`, BODY), post(`${server.url}/v1/rerank`, BODY)];
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    await soon(async () => expect(await metrics()).toContain("langchain_rerank_queue_texts 2\n"));
    expect(await metrics()).toMatch(/^langchain_rerank_queue_longest_wait_seconds 0\.\d+/m);
    for (let served = 0; served < 2; served++) {
      await soon(() => expect(waiting.length).toBeGreaterThan(0));
      waiting.shift()!();
    }
    await Promise.all(calls);
    expect(await metrics()).toContain("langchain_rerank_queue_wait_seconds_count 2\n");
    expect(await metrics()).toContain("langchain_rerank_queue_texts 0\n");
    await server.close();
  });
});
