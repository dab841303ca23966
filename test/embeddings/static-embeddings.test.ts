import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { Document } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvalidInputError, InvalidOptionError, ModelIntegrityError, ModelNotFoundError } from "../../src/errors.js";
import { StaticEmbeddings } from "../../src/static.js";
import { readStaticTable } from "../../src/static-model/read-static-table.js";
import { WordPieces } from "../../src/static-model/word-pieces.js";

const folder = new URL("../../models/static-en-v1/", import.meta.url);
const bytes = new Uint8Array(readFileSync(new URL("model.safetensors", folder)));
const golden = JSON.parse(readFileSync(new URL("golden.json", folder), "utf8")) as {
  pairs: [string, string][];
  cosines: number[];
  text: string;
  vector: number[];
  tolerance: number;
};

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const norm = (a: readonly number[]) => Math.sqrt(dot(a, a));

describe("StaticEmbeddings", () => {
  it("names its model as the registry does", () => {
    expect(new StaticEmbeddings().model).toBe("static-en-v1");
  });

  const embeddings = new StaticEmbeddings();

  it("is a LangChain Embeddings and loads its own model", async () => {
    expect(embeddings).toBeInstanceOf(Embeddings);
    const vectors = await embeddings.embedDocuments(["Bees see ultraviolet light.", "The bank raised its rates."]);
    expect(vectors.map((v) => v.length)).toEqual([192, 192]);
    for (const vector of vectors) expect(norm(vector)).toBeCloseTo(1, 6);
  });

  it("gives the cosines that the recipe's own reference gives for the same file", async () => {
    const questions = await embeddings.embedDocuments(golden.pairs.map(([question]) => question));
    const texts = await embeddings.embedDocuments(golden.pairs.map(([, text]) => text));
    golden.cosines.forEach((cosine, i) => {
      expect(Math.abs(dot(questions[i]!, texts[i]!) - cosine)).toBeLessThan(golden.tolerance);
    });
    const vector = await embeddings.embedQuery(golden.text);
    golden.vector.forEach((value, i) => {
      expect(Math.abs(vector[i]! - value)).toBeLessThan(golden.tolerance);
    });
  });

  it("puts the text that answers above one that does not", async () => {
    const query = await embeddings.embedQuery("which insects can see ultraviolet light");
    const [bees, bank] = await embeddings.embedDocuments([
      "Bees see ultraviolet light.",
      "The bank raised its interest rates.",
    ]);
    expect(dot(query, bees!)).toBeGreaterThan(dot(query, bank!) + 0.2);
  });

  it("reports how many word pieces it read", async () => {
    const counts: number[] = [];
    const onReport = ({ tokens }: { tokens: number }) => counts.push(tokens);
    await embeddings.embedDocuments(["green tea, hot", "", "tea"], { onReport });
    await embeddings.embedQuery("tea", { onReport });
    // green, tea, the comma, hot; nothing; tea.
    expect(counts).toEqual([5, 1]);
  });

  it("gives zeros, never NaN, for texts without a known word", async () => {
    const vectors = await embeddings.embedDocuments(["", "  \n", "\u0378", "x".repeat(101)]);
    for (const vector of vectors) expect(vector.every((value) => value === 0)).toBe(true);
  });

  it("finds the best text past a blank one in a MemoryVectorStore that compares by dot products, which zero vectors cannot make NaN", async () => {
    const store = new MemoryVectorStore(embeddings, { similarity: dot });
    const texts = ["a bicycle bell", "", "green tea is hot"];
    await store.addDocuments(texts.map((pageContent) => new Document({ pageContent })));
    const found = await store.similaritySearchWithScore("hot tea", 3);
    expect(found[0]![0].pageContent).toBe("green tea is hot");
    expect(found.every(([, score]) => Number.isFinite(score))).toBe(true);
  });

  it("gives finite unit or zero vectors whatever the text, the same every time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (text) => {
        const [one, two] = await embeddings.embedDocuments([text, text]);
        expect(two).toEqual(one);
        expect(one!.every(Number.isFinite)).toBe(true);
        expect([0, 1]).toContain(Math.round(norm(one!) * 1e9) / 1e9);
      }),
    );
  });

  it("sums texts of any length exactly", async () => {
    const table = readStaticTable("bundled", bytes);
    const sentence = "Rates of interest rose in the autumn of 1923, and bees were seen. ";
    const text = sentence.repeat(400);
    const pieces = new WordPieces(table.vocabulary).rows(sentence);
    const short = table.sum(pieces);
    const long = await embeddings.embedQuery(text);
    expect(pieces.length * 400).toBeGreaterThan(2 * 257);
    long.forEach((value, i) => {
      expect(value).toBeCloseTo(short[i]!, 9);
    });
  });

  it("leaves order to the caller and answers nothing to nothing", async () => {
    const texts = Array.from({ length: 600 }, (_, i) => `passage number ${i} of the river`);
    const together = await embeddings.embedDocuments(texts);
    expect(together[599]).toEqual(await embeddings.embedQuery(texts[599]!));
    expect(await embeddings.embedDocuments([])).toEqual([]);
  });

  it("stops between texts with the signal's reason when aborted", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const texts = Array.from({ length: 5000 }, (_, i) => `text ${i}`);
    const pending = embeddings.embedDocuments(texts, { signal: controller.signal });
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });

  it("refuses what is no string and options that do not exist", async () => {
    await expect(embeddings.embedDocuments(["a", 3 as never])).rejects.toThrow(InvalidInputError);
    expect(() => new StaticEmbeddings({ modell: "x" } as never)).toThrow(InvalidOptionError);
    expect(() => new StaticEmbeddings({ model: "" })).toThrow(InvalidOptionError);
    expect(() => new StaticEmbeddings({ model: 7 as never })).toThrow(InvalidOptionError);
  });
});

describe("a model of one's own", () => {
  const server = createServer((request, response) => {
    if (request.url === "/model") response.end(bytes);
    else if (request.url === "/behind-proxy") response.writeHead(407, { "proxy-authenticate": "Basic" }).end();
    else response.writeHead(404).end();
  });
  let base = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it("may be given as bytes, as an address or as a path", async () => {
    const path = new URL("model.safetensors", folder);
    const expected = await new StaticEmbeddings().embedQuery("bees");
    for (const model of [
      bytes,
      bytes.buffer.slice(0) as ArrayBuffer,
      path,
      `${base}/model`,
      new URL(`${base}/model`),
    ]) {
      expect(await new StaticEmbeddings({ model }).embedQuery("bees")).toEqual(expected);
    }
  });

  it("says what is wrong with one that is not there", async () => {
    await expect(new StaticEmbeddings({ model: "./no/such/file" }).embedQuery("a")).rejects.toThrow(ModelNotFoundError);
    await expect(new StaticEmbeddings({ model: `${base}/none` }).embedQuery("a")).rejects.toThrow(/404/);
    const blocked = new StaticEmbeddings({ model: `${base}/behind-proxy` }).embedQuery("a");
    await expect(blocked).rejects.toMatchObject({ status: 407, message: /asks for credentials/ });
  });

  it.each([
    ["cut short", bytes.slice(0, -1000)],
    ["of nothing", new Uint8Array(0)],
    ["of text", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1")],
    ["with a header that is no JSON", new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x21])],
  ])("refuses a file %s", async (_, model) => {
    await expect(new StaticEmbeddings({ model }).embedQuery("a")).rejects.toThrow(ModelIntegrityError);
  });

  it("loads the model again after a failure", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "static-")), "model.safetensors");
    const embeddings = new StaticEmbeddings({ model: path });
    await expect(embeddings.embedQuery("bees")).rejects.toThrow(ModelNotFoundError);
    writeFileSync(path, bytes);
    expect(norm(await embeddings.embedQuery("bees"))).toBeCloseTo(1, 6);
  });
});
