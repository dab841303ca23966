import { Document, type DocumentInterface } from "@langchain/core/documents";
import { describe, expect, it } from "vitest";
import { CrossEncoderReranker, HybridReranker, type RelevanceScorer } from "../../src/index.js";
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
});
