import { Document, type DocumentInterface } from "@langchain/core/documents";
import { describe, expect, it } from "vitest";
import {
  CachedScorer,
  ContextPruner,
  CrossEncoderReranker,
  HybridReranker,
  type RelevanceScorer,
} from "../../src/index.js";
import { deepFreeze, EndNumber, numbered } from "./scorers.js";

/** A document as applications define it, with a field, an accessor and a method. */
class Page extends Document {
  readonly url: string;

  constructor(text: string, url: string) {
    super({ pageContent: text, metadata: { source: url } });
    this.url = url;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  describe(): string {
    return `${this.url} (${this.metadata.sim})`;
  }
}

const failing: RelevanceScorer = { score: () => Promise.reject(new Error("broken")) };

describe("copies of documents", () => {
  it("keep the class, fields, accessors and methods of a Document subclass", async () => {
    const page = new Page("text 1", "https://example.org/a");
    const [copy] = (await new CrossEncoderReranker({ model: new EndNumber() }).compressDocuments(
      [page],
      "q",
    )) as Page[];
    expect(copy).toBeInstanceOf(Page);
    expect(copy).not.toBe(page);
    expect(copy!.host).toBe("example.org");
    expect(copy!.describe()).toBe("https://example.org/a (1)");
    expect(page.metadata).toEqual({ source: "https://example.org/a" });
  });

  it("keep the class after a fallback and behind a fused first stage", async () => {
    const page = new Page("text 1", "https://example.org/a");
    const kept = new CrossEncoderReranker({ model: failing, onError: "keep-order" });
    expect((await kept.compressDocuments([page], "q"))[0]).toBeInstanceOf(Page);
    const inner = new CrossEncoderReranker({ model: new EndNumber() });
    const fused = new HybridReranker({ firstStage: { fuse: [inner, new EndNumber()] }, model: new EndNumber() });
    expect((await fused.compressDocuments([page], "q"))[0]).toBeInstanceOf(Page);
  });

  it("can be changed even if the original is frozen, without changing the original", async () => {
    const page = deepFreeze(new Page("text 1", "https://example.org/a"));
    const [copy] = (await new CrossEncoderReranker({ model: new EndNumber() }).compressDocuments(
      [page],
      "q",
    )) as Page[];
    copy!.metadata.added = true;
    copy!.pageContent = "changed";
    expect(page.pageContent).toBe("text 1");
    expect(page.metadata).toEqual({ source: "https://example.org/a" });
  });

  it("of plain objects are Documents with all fields of the object", async () => {
    const plain = { pageContent: "text 1", metadata: { a: 1 }, extra: "kept" } as DocumentInterface;
    const [copy] = await new CrossEncoderReranker({ model: new EndNumber() }).compressDocuments([plain], "q");
    expect(copy).toBeInstanceOf(Document);
    expect(copy).toMatchObject({ pageContent: "text 1", metadata: { a: 1, sim: 1 }, extra: "kept" });
  });

  it("share metadata values by reference, but not the metadata object", async () => {
    const tags = ["a"];
    const [document] = numbered([1], { tags });
    const [copy] = await new CrossEncoderReranker({ model: new EndNumber() }).compressDocuments([document!], "q");
    expect(copy!.metadata.tags).toBe(tags);
    expect(copy!.metadata).not.toBe(document!.metadata);
  });

  it("have the text as a plain value where the original has an accessor for it", async () => {
    const plain = {
      get pageContent() {
        return "Solar panels are great 1. Bananas are not 2.";
      },
      metadata: { score: 4 },
    };
    const pruner = new ContextPruner({ model: new EndNumber(), maxCharacters: 25 });
    const [pruned] = await pruner.compressDocuments([plain], "q");
    expect(pruned).toMatchObject({ pageContent: expect.stringMatching(/^.{1,25}$/) });
    const firstStage = { fuse: [new EndNumber(), { metadataKey: "score" }] };
    const hybrid = new HybridReranker({ firstStage, model: new EndNumber() });
    expect((await hybrid.compressDocuments([plain], "q"))[0]!.pageContent).toBe(plain.pageContent);
  });

  it("have the text and the ID of a class that keeps them in private fields", async () => {
    class Sealed {
      readonly #text: string;
      metadata = {};
      constructor(text: string) {
        this.#text = text;
      }
      get pageContent() {
        return this.#text;
      }
      get id() {
        return `${this.#text.length}`;
      }
    }
    const reranker = new CrossEncoderReranker({ model: new EndNumber() });
    const [copy] = await reranker.compressDocuments([new Sealed("text 1")], "q");
    expect(copy).toBeInstanceOf(Sealed);
    expect(copy).toMatchObject({ pageContent: "text 1", id: "6", metadata: { sim: 1 } });
  });

  it("share no passage or span with the scorer or with each other", async () => {
    const passage = { start: 0, end: 4 };
    const spans = [{ start: 0, end: 4, score: 1, query: { start: 0, end: 1 } }];
    const own: RelevanceScorer = {
      score: async (_query, texts, options) => {
        options?.onReport?.({ passages: texts.map(() => passage), spans: texts.map(() => spans) });
        return texts.map(() => 1);
      },
    };
    for (const model of [own, new CachedScorer({ model: own })]) {
      const reranker = new CrossEncoderReranker({ model, details: true });
      const documents = numbered([1, 1]);
      for (let call = 0; call < 2; call++) {
        const found = await reranker.compressDocuments(documents, "q");
        for (const { metadata } of found) {
          expect(metadata.rerank).toMatchObject({ passage: { start: 0 }, spans: [{ start: 0, query: { start: 0 } }] });
          metadata.rerank.passage.start += 1000;
          metadata.rerank.spans[0].start += 1000;
          metadata.rerank.spans[0].query.start += 1000;
        }
      }
    }
  });
});

describe("copies of details", () => {
  it("share what cannot be copied, such as functions and instances, instead of failing", async () => {
    const span = { start: 0, end: 4, score: 1, show: () => "text", found: new URL("https://example.org/a") };
    const spans: { start: number; end: number; score: number; all?: unknown }[] = [span];
    spans.push({ ...span, all: spans });
    const model: RelevanceScorer = {
      score: async (_, texts, options) => {
        options?.onReport?.({ spans: texts.map(() => spans), passages: texts.map(() => span) });
        return texts.map(() => 1);
      },
    };
    const reranker = new CrossEncoderReranker({ model, details: true });
    const [first, second] = await reranker.compressDocuments(numbered([1, 2]), "q");
    const { passage, spans: copied } = first!.metadata.rerank;
    expect(passage).toEqual(span);
    expect(copied).toEqual(spans);
    expect(copied[1].all).toBe(copied);
    expect(copied[0].found).toBe(span.found);
    copied[0].start = 3;
    expect([spans[0]!.start, second!.metadata.rerank.spans[0].start]).toEqual([0, 0]);
  });
});
