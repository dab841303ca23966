import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnnxLateInteraction } from "langchain-rerank/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScorerReport } from "../../../../src/index.js";

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const tiny = (name: string) => at(`fixtures/tiny-models/${name}`);
const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"));

/** What rounding to bytes may move a mean of cosines of 16 numbers by; the largest seen is 0.0013. */
const ROUNDING = 2e-3;

const colbert = readJson(`${tiny("colbert")}/golden.json`) as {
  queries: string[];
  documents: string[];
  variants: Record<string, { settings: Record<string, unknown>; scores: number[][] }>;
};

const folder = mkdtempSync(join(tmpdir(), "late-models-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the tiny ColBERT with other files beside its graph. */
function copyWith(name: string, change: (folder: string) => void): string {
  const copy = join(folder, name.replaceAll(" ", "-"));
  cpSync(tiny("colbert"), copy, { recursive: true });
  change(copy);
  return copy;
}

const SETTINGS = "config_sentence_transformers.json";

async function tableOf(model: string, queries: readonly string[], documents: readonly string[], options = {}) {
  await using scorer = new OnnxLateInteraction({ model, workers: 1, ...options });
  const raw: number[][] = [];
  for (const query of queries) {
    const onReport = (report: ScorerReport) => raw.push([...report.raw!]);
    const scores = await scorer.score(query, documents, { onReport });
    expect(scores).toEqual(raw.at(-1)!.map((value) => Math.min(1, Math.max(0, value))));
  }
  return raw;
}

function largestGap(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));
}

describe("scores of PyLate", () => {
  it.each(Object.keys(colbert.variants))("are given by its model, %s", async (variant) => {
    const { settings, scores } = colbert.variants[variant]!;
    const model = copyWith(variant, (copy) => {
      const saved = readJson(join(copy, SETTINGS));
      writeFileSync(join(copy, SETTINGS), JSON.stringify({ ...saved, ...settings }));
    });
    const found = await tableOf(model, colbert.queries, colbert.documents);
    expect(largestGap(found, scores)).toBeLessThan(ROUNDING);
    // The settings do something: another variant's scores are further off.
    const others = Object.entries(colbert.variants).filter(([name]) => name !== variant);
    for (const [name, other] of others) expect(largestGap(found, other.scores), name).toBeGreaterThan(2e-3);
  });

  it("are given with ColBERT's own settings file", async () => {
    const model = copyWith("stanford", (copy) => {
      rmSync(join(copy, SETTINGS));
      const metadata = { query_token_id: "[Q] ", doc_token_id: "[D] ", query_maxlen: 16, doc_maxlen: 40 };
      writeFileSync(
        join(copy, "artifact.metadata"),
        JSON.stringify({ ...metadata, mask_punctuation: true, attend_to_mask_tokens: true }),
      );
    });
    const found = await tableOf(model, colbert.queries, colbert.documents);
    expect(largestGap(found, colbert.variants.attended!.scores)).toBeLessThan(ROUNDING);
  });

  it("are given where the options ask for other lengths", async () => {
    const options = { queryLength: 24, maxLength: 64 };
    const found = await tableOf(tiny("colbert"), colbert.queries, colbert.documents, options);
    expect(largestGap(found, colbert.variants.longer!.scores)).toBeLessThan(ROUNDING);
  });

  it("do not depend on the batches that the texts are in", async () => {
    const [expected] = await tableOf(tiny("colbert"), colbert.queries.slice(0, 1), colbert.documents);
    const [found] = await tableOf(tiny("colbert"), colbert.queries.slice(0, 1), colbert.documents, { batchTokens: 1 });
    expect(largestGap([expected!], [found!])).toBeLessThan(1e-4);
  });

  it("distinguish two questions at the end of a long chat, also with the default model", async () => {
    // A tiny model without a query length of its own, and the bundled one.
    for (const options of [{ model: tiny("bert-encoder") }, {}]) {
      await using scorer = new OnnxLateInteraction({ ...options, workers: 1 });
      const chat = "an earlier line of the chat. ".repeat(200);
      const texts = ["bees see ultraviolet light", "the ferry leaves at seven"];
      const bees = await scorer.score(`${chat}what light do bees see?`, texts);
      const ferry = await scorer.score(`${chat}when does the ferry leave?`, texts);
      expect(bees).not.toEqual(ferry);
      expect(await scorer.score(`${chat}${chat}when does the ferry leave?`, texts)).toEqual(ferry);
    }
  });

  it("reports a truncated query and truncated documents separately", async () => {
    await using scorer = new OnnxLateInteraction({ model: tiny("colbert"), workers: 1 });
    const reports: ScorerReport[] = [];
    const onReport = (report: ScorerReport) => reports.push(report);
    const long = colbert.documents.reduce((a, b) => (a.length > b.length ? a : b));
    await scorer.score("bread", ["bread", long], { onReport });
    await scorer.score("bread", ["bread", long], { onReport });
    await scorer.score(colbert.queries[2]!, ["bread"], { onReport });
    expect(reports.map(({ truncated }) => truncated)).toEqual([[false, true], [false, true], [false]]);
    expect(reports.map(({ queryTruncated }) => queryTruncated)).toEqual([undefined, undefined, true]);
  });
});

describe("token vectors of a model that knows nothing of late interaction", () => {
  const { queries, documents, scores } = readJson(`${tiny("bert-encoder")}/maxsim.json`) as {
    queries: string[];
    documents: string[];
    scores: number[][];
  };

  it("give the MaxSim that numpy computes over all tokens", async () => {
    const found = await tableOf(tiny("bert-encoder"), queries, documents);
    expect(largestGap(found, scores)).toBeLessThan(ROUNDING);
  });
});

describe("the bundled model", () => {
  const { pairs, ids, scores } = readJson(at("fixtures/late-ids.json")) as {
    pairs: [string, string][];
    ids: [number[], number[]][];
    scores: number[];
  };
  const file = at("../models/late-en-v1/onnx/model_int8.onnx");
  let session: InferenceSession;
  beforeAll(async () => {
    // The same runtime on the same processor: 8-bit files differ by some hundredths between machines.
    const extra = { optimization: { disable_specified_optimizers: "SkipLayerNormFusion" } };
    session = await InferenceSession.create(file, { extra, intraOpNumThreads: 1 });
  });

  async function vectorsOf(tokens: readonly number[]): Promise<number[][]> {
    const int64 = (values: readonly number[]) =>
      new Tensor("int64", BigInt64Array.from(values, BigInt), [1, tokens.length]);
    const feeds = {
      input_ids: int64(tokens),
      attention_mask: int64(tokens.map(() => 1)),
      token_type_ids: int64(tokens.map(() => 0)),
    };
    const output = (await session.run(feeds, ["token_vectors"])).token_vectors!;
    const width = output.dims.at(-1)!;
    const values = Array.from(output.data as Float32Array);
    return tokens.map((_, token) => values.slice(token * width, (token + 1) * width));
  }

  async function reference([query, text]: [number[], number[]]): Promise<number> {
    const [q, d] = [await vectorsOf(query), await vectorsOf(text)];
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    return q.reduce((sum, a) => sum + Math.max(...d.map((b) => dot(a, b))), 0) / q.length;
  }

  it("scores like its file run by hand", async () => {
    await using scorer = new OnnxLateInteraction({ workers: 1, pooledWeight: 0 });
    expect(scorer.model).toBe("late-en-v1");
    for (const [index, [query, text]] of pairs.entries()) {
      const [score] = await scorer.score(query, [text]);
      expect(Math.abs(score! - (await reference(ids[index]!))), `${query} | ${text}`).toBeLessThan(1e-3);
      expect(Math.abs(score! - scores[index]!), `${query} | ${text}`).toBeLessThan(0.05);
    }
  });

  it("has a multilingual counterpart in a separate package, whose golden scores hold", async () => {
    await using scorer = new OnnxLateInteraction({ model: "late-multilingual-v1", verify: true, workers: 1 });
    const texts = ["店は九時に開きます。", "怎么退货？", "Die Fähre fährt um neun Uhr ab."];
    const scores = await scorer.score("Wann fährt die Fähre?", texts);
    expect(scores.indexOf(Math.max(...scores))).toBe(2);
  });
});
