import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OnnxCrossEncoder, OnnxEmbeddings } from "langchain-rerank/onnx";
import { afterAll, describe, expect, it } from "vitest";
import type { ScorerReport } from "../../src/scorers/relevance-scorer.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));
const golden = (name: string) => JSON.parse(readFileSync(`${tiny(name)}/golden.json`, "utf8"));

interface Pairs {
  pairs: [string, string][];
  logits: number[][];
  truncated: boolean[];
}

describe.each([
  "roberta",
  "jina-bert",
  "deberta-v2",
  "modernbert-modules",
  "modernbert-pruning",
  "bert-pruning",
  "qwen3-causal",
  "qwen3-seq-cls",
])("cross-encoder %s", (name) => {
  const { pairs, logits, truncated } = golden(name) as Pairs;
  const scorer = new OnnxCrossEncoder({ model: tiny(name), activation: "identity", workers: 1 });
  afterAll(() => scorer.dispose());

  it("gives the same scores as the Python reference", async () => {
    // Qwen3's reference truncates the document's end, as this package does. The other references truncate the longer text.
    const truncatesAlike = name.startsWith("qwen3");
    const rows = pairs.flatMap(([query, text], index) =>
      text.trim() === "" || (truncated[index] && !truncatesAlike)
        ? []
        : [{ query, text, logit: logits[index]![0]!, cut: truncated[index]! }],
    );
    expect(rows.length).toBeGreaterThan(35);
    expect(rows.some(({ cut }) => cut)).toBe(truncatesAlike);
    for (const { query, text, logit, cut } of rows) {
      const reports: ScorerReport[] = [];
      const [score] = await scorer.score(query, [text], { onReport: (report) => reports.push(report) });
      expect(Math.abs(score! - logit), `${query} | ${text}`).toBeLessThan(1e-4);
      expect(reports[0]!.truncated).toEqual([cut]);
    }
  });

  it("gives a text the same score alone and among other texts", async () => {
    const query = pairs[0]![0];
    const texts = pairs.map(([, text]) => text).filter((text) => text.trim() !== "");
    const together = await scorer.score(query, texts);
    for (const [index, text] of texts.entries()) {
      const [alone] = await scorer.score(query, [text]);
      expect(Math.abs(together[index]! - alone!), text).toBeLessThan(1e-4);
    }
  });

  it("scores the best passage of a long document and reports its exact span", async () => {
    const best = new OnnxCrossEncoder({
      model: tiny(name),
      activation: "identity",
      workers: 1,
      longDocuments: "max-passage",
    });
    const text = Array.from({ length: 60 }, (_, index) => `${pairs[index % 10]![1]} 𠮷野家 e\u0301\r\n`).join("");
    const reports: ScorerReport[] = [];
    const [score] = await best.score(pairs[3]![0], [text], { onReport: (report) => reports.push(report) });
    const { start, end } = reports[0]!.passages![0]!;
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeLessThanOrEqual(text.length);
    const [again] = await best.score(pairs[3]![0], [text.slice(start, end)]);
    expect(Math.abs(again! - score!)).toBeLessThan(1e-4);
    await best.dispose();
  });
});

describe.each(["bert-encoder", "nomic-bert", "qwen3-embedding"])("embeddings of %s", (name) => {
  const { texts, ...vectors } = golden(name) as { texts: string[] } & Record<"mean" | "cls" | "last", number[][]>;

  it.each(["mean", "cls", "last"] as const)(
    "with %s pooling are the same as those of the Python reference",
    async (pooling) => {
      await using embeddings = new OnnxEmbeddings({ model: tiny(name), pooling, maxLength: 64, workers: 1 });
      const found = await embeddings.embedDocuments(texts);
      for (const [index, vector] of found.entries()) {
        const off = Math.max(...vector.map((value, i) => Math.abs(value - vectors[pooling][index]![i]!)));
        expect(off, texts[index]!).toBeLessThan(1e-4);
      }
    },
  );

  it("are pooled as the model's files say, by default", async () => {
    await using embeddings = new OnnxEmbeddings({ model: tiny(name), maxLength: 64, workers: 1 });
    const [vector] = await embeddings.embedDocuments([texts[0]!]);
    const expected = vectors[name.startsWith("qwen3") ? "last" : "mean"][0]!;
    expect(Math.max(...vector!.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4);
  });
});

describe("the prefix that the prompts of a request share", () => {
  const query = "which river runs through the old town?";
  const texts = golden("qwen3-causal")
    .pairs.slice(0, 6)
    .map(([, text]: [string, string]) => text);
  const tokensOf = async (model: string, documents: string[]) => {
    await using scorer = new OnnxCrossEncoder({ model: tiny(model), workers: 1 });
    const reports: ScorerReport[] = [];
    await scorer.score(query, documents, { onReport: (report) => reports.push(report) });
    return reports[0]!.tokens!;
  };

  it("is computed once if the graph has a key-value cache", async () => {
    // The other conversion of the model has the same prompts and no cache.
    const whole = await tokensOf("qwen3-seq-cls", texts);
    const prompt = 60;
    expect(await tokensOf("qwen3-causal", texts)).toBeLessThan(whole - (texts.length - 1) * prompt);
  });
});

describe("an instruction", () => {
  const texts = golden("qwen3-causal")
    .pairs.slice(0, 8)
    .map(([, text]: [string, string]) => text);

  it("changes the scores of a model with a prompt", async () => {
    await using usual = new OnnxCrossEncoder({ model: tiny("qwen3-causal"), workers: 1 });
    await using instructed = new OnnxCrossEncoder({
      model: tiny("qwen3-causal"),
      workers: 1,
      instruction: "Find cooking recipes",
    });
    const [a, b] = [await usual.score("bread", texts), await instructed.score("bread", texts)];
    expect(a).not.toEqual(b);
  });

  it("is refused if the model has no prompt, or if it is blank", async () => {
    await using plain = new OnnxCrossEncoder({ model: tiny("roberta"), workers: 1, instruction: "Find recipes" });
    await expect(plain.score("bread", texts)).rejects.toThrow("reads pairs without a prompt");
    expect(() => new OnnxCrossEncoder({ instruction: " " })).toThrow("expected a non-blank string");
  });

  it("leave room for the document even with a query that is far too long", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tiny("qwen3-causal"), activation: "identity", workers: 1 });
    const query = "where is the ferry? ".repeat(200);
    const reports: ScorerReport[] = [];
    const scores = await scorer.score(query, ["bread", "water"], { onReport: (report) => reports.push(report) });
    expect(reports[0]).toMatchObject({ truncated: [false, false], queryTruncated: true });
    expect(scores[0]).not.toBe(scores[1]);
  });
});

describe("passages", () => {
  it("have the length and the overlap of the options", async () => {
    const text = golden("bert-one-logit")
      .pairs.map(([, document]: [string, string]) => document)
      .join(" ");
    const spans = async (options: object) => {
      await using scorer = new OnnxCrossEncoder({
        model: tiny("bert-one-logit"),
        workers: 1,
        longDocuments: "max-passage",
        ...options,
      });
      const reports: ScorerReport[] = [];
      await scorer.score("bread", [text], { onReport: (report) => reports.push(report) });
      return { batches: reports[0]!.batches!, tokens: reports[0]!.tokens!, span: reports[0]!.passages![0]! };
    };
    const usual = await spans({});
    const short = await spans({ passageLength: 12 });
    const dense = await spans({ passageOverlap: 0.75 });
    expect(short.span.end - short.span.start).toBeLessThan(usual.span.end - usual.span.start);
    expect(dense.tokens).toBeGreaterThan(2 * usual.tokens);
  });

  it("are whole paragraphs by default, and the report has the span of the one that answers", async () => {
    const filler = (name: string) =>
      `The ${name} leaves at seven and returns before dark, and nobody minds the rain. `.repeat(11).trim();
    const answer = `Honeybees find flowers by their color and scent. ${filler("keeper")}`;
    const text = [filler("ferry"), answer, filler("train"), filler("bus")].join("\n\n");
    await using scorer = new OnnxCrossEncoder({ longDocuments: "max-passage", workers: 1 });
    const reports: ScorerReport[] = [];
    await scorer.score("how do honeybees find flowers?", [text], { onReport: (report) => reports.push(report) });
    const { start, end } = reports[0]!.passages![0]!;
    expect(text.slice(start, end).trim()).toBe(answer);
  });

  it("have options that are checked", () => {
    expect(() => new OnnxCrossEncoder({ passageOverlap: 1 })).toThrow("a number between 0 and 0.9");
    expect(() => new OnnxCrossEncoder({ passageLength: 3 })).toThrow("an integer, 8 or more");
  });
});
