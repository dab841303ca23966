/**
 * One way of scoring passages, in a separate process so that its memory can be measured. Prints one line of JSON.
 * usage: node contenders.js NAME MODEL_FOLDER ONNX_FILE PASSAGES(mixed|full) COUNT THREADS RUNS
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fullPassages, mixedPassages, QUERY } from "./passages.js";

const [name, folder, file, kind, count, threads, runs] = process.argv.slice(2);
const texts = (kind === "full" ? fullPassages : mixedPassages)(Number(count));

/** Every contender: prepare once, then `score()` all passages as often as asked. */
const contenders = {
  /** As the documentation of transformers.js shows it: tokenizer with `text_pair`, one padded batch. */
  async "transformers.js"() {
    const { AutoModelForSequenceClassification, AutoTokenizer, env } = await import("@huggingface/transformers");
    env.allowRemoteModels = false;
    env.localModelPath = "";
    const suffix = file.replace(/^onnx\/model_?|\.onnx$/g, "");
    const options = { local_files_only: true, dtype: suffix === "" ? "fp32" : suffix === "int8" ? "int8" : "q8" };
    const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
    const model = await AutoModelForSequenceClassification.from_pretrained(folder, options);
    return async () => {
      const features = tokenizer(new Array(texts.length).fill(QUERY), {
        text_pair: texts,
        padding: true,
        truncation: true,
      });
      const { logits } = await model(features);
      return Array.from(logits.data);
    };
  },
  /** Sessions alone, one passage at a time: tokenized beforehand, nothing but `session.run`. */
  "floor, one by one": () => floor((lengths) => lengths.map((_, index) => [index])),
  /** Sessions alone, batches of eight sorted by length. */
  "floor, sorted eights": () =>
    floor((lengths) => {
      const order = lengths.map((_, index) => index).sort((a, b) => lengths[b] - lengths[a]);
      return Array.from({ length: Math.ceil(order.length / 8) }, (_, i) => order.slice(i * 8, i * 8 + 8));
    }),
  /** What runs when no model is named, for the best ten. */
  async default() {
    const { CrossEncoderReranker } = await import("../dist/index.js");
    const { OnnxLateInteraction } = await import("../dist/onnx.js");
    const documents = texts.map((pageContent) => ({ pageContent, metadata: {} }));
    // Keeps the threads while every run starts without vectors.
    await new OnnxLateInteraction({ cache: false }).score("warm up", texts.slice(0, 2));
    return async (onReport = () => {}) => {
      const reranker = new CrossEncoderReranker({ topN: 10 });
      const { report } = await reranker.rerank(documents, QUERY);
      await reranker.dispose();
      onReport(report);
      return [];
    };
  },
  async "late-en-v1"() {
    const { OnnxLateInteraction } = await import("../dist/onnx.js");
    const scorer = new OnnxLateInteraction({ cache: false });
    return (onReport) => scorer.score(QUERY, texts, { onReport });
  },
  async "static-en-v1"() {
    const { StaticLateInteraction } = await import("../dist/static.js");
    const scorer = new StaticLateInteraction();
    return (onReport) => scorer.score(QUERY, texts, { onReport });
  },
  /** This package's cross-encoder with default settings. */
  async "langchain-rerank"() {
    const { OnnxCrossEncoder } = await import("../dist/onnx.js");
    const scorer = new OnnxCrossEncoder({
      model: folder,
      activation: "identity",
      ...(threads === "0" ? {} : { workers: 1, threads: Number(threads) }),
    });
    return (onReport) => scorer.score(QUERY, texts, { onReport });
  },
};

async function floor(cut) {
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const json = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));
  const tokenizer = new Tokenizer(json("tokenizer.json"), json("tokenizer_config.json"));
  const session = await InferenceSession.create(join(folder, file), {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    executionMode: "sequential",
    enableMemPattern: false,
    extra: { optimization: { disable_specified_optimizers: "SkipLayerNormFusion" } },
  });
  const limit = json("config.json").max_position_embeddings;
  const rows = texts.map((text) => {
    const { ids, token_type_ids } = tokenizer.encode(QUERY, { text_pair: text, return_token_type_ids: true });
    // [SEP] last, as this package cuts: the last token stands, those before it give way.
    return ids.length <= limit
      ? { ids, types: token_type_ids }
      : { ids: [...ids.slice(0, limit - 1), ids.at(-1)], types: token_type_ids.slice(0, limit) };
  });
  const batches = cut(rows.map(({ ids }) => ids.length)).map((indices) => {
    const width = Math.max(...indices.map((index) => rows[index].ids.length));
    const tensor = (read) =>
      new Tensor(
        "int64",
        BigInt64Array.from(
          indices.flatMap((p) => Array.from({ length: width }, (_, i) => BigInt(read(rows[p], i) ?? 0))),
        ),
        [indices.length, width],
      );
    const feeds = {
      input_ids: tensor((row, i) => row.ids[i]),
      attention_mask: tensor((row, i) => (i < row.ids.length ? 1 : 0)),
      token_type_ids: tensor((row, i) => row.types[i]),
    };
    return { indices, feeds };
  });
  return async () => {
    const scores = new Array(texts.length);
    for (const { indices, feeds } of batches) {
      const { logits } = await session.run(feeds);
      indices.forEach((index, row) => {
        scores[index] = logits.data[row];
      });
    }
    return scores;
  };
}

const score = await contenders[name]();
let tokens;
await score((report) => {
  tokens = report.tokens;
});
const seconds = [];
const delay = monitorEventLoopDelay({ resolution: 1 });
let scores;
for (let run = 0; run < Number(runs); run++) {
  delay.enable();
  const started = performance.now();
  scores = await score();
  seconds.push((performance.now() - started) / 1000);
  // A stop that lasts until now is only seen in the next turn.
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.disable();
}
const ms = (nanoseconds) => Math.round(nanoseconds / 1e4) / 100;
const result = {
  name,
  seconds,
  delay: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) },
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  tokens,
  scores: scores.slice(0, 100),
};
console.log(JSON.stringify(result));
process.exit(0);
