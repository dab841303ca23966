import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { RunnableLambda, RunnablePassthrough } from "@langchain/core/runnables";
import { BaseTracer, type Run } from "@langchain/core/tracers/base";
import { describe, expect, it } from "vitest";
import {
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  type RelevanceScorer,
} from "../../src/index.js";
import { LetterEmbeddings } from "../evaluation/small-data.js";
import { deaf, EndNumber, ids, numbered } from "./scorers.js";

/** Records root runs with their children. */
class Recorder extends BaseTracer {
  readonly name = "recorder";
  readonly roots: Run[] = [];
  readonly events: { name: string; data: unknown; runId: string }[] = [];

  protected async persistRun(run: Run): Promise<void> {
    this.roots.push(run);
  }

  override async handleCustomEvent(name: string, data: unknown, runId: string): Promise<void> {
    this.events.push({ name, data, runId });
  }
}

const reporting: RelevanceScorer = {
  model: "reporting",
  score: async (_query, texts, options) => {
    options?.onReport?.({
      batches: 3,
      tokens: 90,
      truncated: texts.map((_, i) => i === 0),
      milliseconds: { inference: 2 },
    });
    return texts.map((_, i) => i);
  },
};

describe("tracing of a reranker", () => {
  it("records a call as one run named after the class, with inputs, outputs and metadata", async () => {
    const recorder = new Recorder();
    const documents = numbered([1, 2]);
    const result = await new CrossEncoderReranker({ model: reporting }).compressDocuments(documents, "why?", [
      recorder,
    ]);
    expect(recorder.roots).toHaveLength(1);
    const [run] = recorder.roots as [Run];
    expect(run).toMatchObject({ name: "CrossEncoderReranker", run_type: "chain" });
    expect(run.error).toBeUndefined();
    expect(run.inputs).toMatchObject({ query: "why?", documents });
    expect(run.outputs).toMatchObject({ documents: result });
    expect(run.child_runs).toEqual([]);
    expect(run.extra?.metadata).toMatchObject({
      model: "reporting",
      documents: 2,
      returned: 2,
      batches: 3,
      tokens: 90,
      truncated: 1,
      milliseconds: { inference: 2, total: expect.any(Number) },
    });
  });

  it("names the run after the class, subclasses included", async () => {
    class Mine extends CrossEncoderReranker {}
    const model = new EndNumber();
    const embeddings = new LetterEmbeddings();
    const names: string[] = [];
    for (const reranker of [
      new Mine({ model }),
      new EmbeddingSimilarityReranker({ embeddings }),
      new HybridReranker({ embeddings, model }),
    ]) {
      const recorder = new Recorder();
      await reranker.rerank(numbered([1, 2]), "q", { callbacks: [recorder] });
      names.push(...recorder.roots.map(({ name }) => name));
    }
    expect(names).toEqual(["Mine", "EmbeddingSimilarityReranker", "HybridReranker"]);
  });

  it("records a child of the run it is called in, and does not change that run's metadata", async () => {
    const recorder = new Recorder();
    const reranker = new CrossEncoderReranker({ model: reporting });
    const outer = RunnableLambda.from(async (query: string, config) =>
      reranker.compressDocuments(numbered([1, 2]), query, config.callbacks),
    );
    await outer.invoke("q", { callbacks: [recorder], metadata: { user: "someone" }, runName: "outer" });
    const [run] = recorder.roots as [Run];
    expect(run.child_runs.map(({ name }) => name)).toEqual(["CrossEncoderReranker"]);
    expect(run.child_runs[0]!.extra?.metadata).toMatchObject({ model: "reporting", user: "someone", batches: 3 });
    expect(run.extra?.metadata).not.toHaveProperty("batches");
  });

  it("reports a failure as the run's error", async () => {
    const recorder = new Recorder();
    const model = { score: () => Promise.reject(new Error("gone wrong")) };
    await expect(
      new CrossEncoderReranker({ model }).compressDocuments(numbered([1]), "q", [recorder]),
    ).rejects.toThrow();
    expect(recorder.roots[0]!.error).toContain("gone wrong");
  });

  it("records a fallback as an event, and ends the run without an error", async () => {
    const recorder = new Recorder();
    const model = { score: () => Promise.reject(new Error("gone wrong")) };
    const reranker = new CrossEncoderReranker({ model, onError: "keep-order" });
    await reranker.compressDocuments(numbered([1]), "q", [recorder]);
    const [run] = recorder.roots as [Run];
    expect(run.error).toBeUndefined();
    expect(recorder.events).toEqual([
      { name: "rerank_fallback", data: { reranker: "CrossEncoderReranker", error: "gone wrong" }, runId: run.id },
    ]);
    expect(run.extra?.metadata).toMatchObject({ error: "Error: gone wrong" });
  });

  it("records a call without documents", async () => {
    const recorder = new Recorder();
    await new CrossEncoderReranker({ model: reporting }).compressDocuments([], "q", [recorder]);
    expect(recorder.roots[0]).toMatchObject({ name: "CrossEncoderReranker", outputs: { documents: [] } });
  });

  it("calls plain callback handlers", async () => {
    const seen: unknown[] = [];
    const handler = BaseCallbackHandler.fromMethods({
      handleChainStart: (_chain, inputs, _id, _parent, _tags, _metadata, _type, name) => {
        seen.push([name, Object.keys(inputs)]);
      },
      handleChainEnd: (outputs) => {
        seen.push(Object.keys(outputs));
      },
    });
    await new CrossEncoderReranker({ model: reporting }).rerank(numbered([1]), "q", { callbacks: [handler] });
    expect(seen).toEqual([
      ["CrossEncoderReranker", ["query", "documents"]],
      ["documents", "report"],
    ]);
  });
});

describe("asRunnable of a reranker", () => {
  it("maps { query, documents } to documents inside a chain, as a child run", async () => {
    const recorder = new Recorder();
    const reranker = new CrossEncoderReranker({ model: new EndNumber(), topN: 2 });
    const chain = RunnablePassthrough.assign({ documents: reranker.asRunnable() });
    const input = { query: "q", documents: numbered([1, 3, 2]) };
    const result = await chain.invoke(input, { callbacks: [recorder] });
    expect(result.query).toBe("q");
    expect(ids(result.documents)).toEqual(["d1", "d2"]);
    const names = (run: Run): string[] => [run.name, ...run.child_runs.flatMap(names)];
    expect(names(recorder.roots[0]!)).toContain("CrossEncoderReranker");
  });

  it("passes on the chain's signal, so that running work stops with its reason", async () => {
    const model = deaf();
    let heard: unknown;
    const listening: RelevanceScorer = {
      score: (query, texts, options) => {
        options!.signal!.addEventListener("abort", () => {
          heard = options!.signal!.reason;
        });
        return model.score(query, texts, options);
      },
    };
    const controller = new AbortController();
    const chain = RunnablePassthrough.assign({
      documents: new CrossEncoderReranker({ model: listening }).asRunnable(),
    });
    const call = chain.invoke({ query: "q", documents: numbered([1]) }, { signal: controller.signal });
    call.catch(() => {});
    await model.started;
    const reason = new Error("the user left");
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(heard).toBe(reason);
  });

  it("refuses input without documents or a query, and names what is missing", async () => {
    const runnable = new CrossEncoderReranker({ model: new EndNumber() }).asRunnable();
    await expect(runnable.invoke({ query: "q" } as never)).rejects.toMatchObject({ input: "documents" });
    await expect(runnable.invoke({ documents: [] } as never)).rejects.toMatchObject({ input: "query" });
    await expect(runnable.invoke(undefined as never)).rejects.toMatchObject({ input: "query" });
  });
});
