import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CrossEncoderReranker } from "langchain-rerank";
import { OnnxLateInteraction } from "langchain-rerank/onnx";
import { describe, expect, it } from "vitest";
import { ModelTokenizer } from "../../../../src/inference/model-tokenizer.js";

const MODEL = fileURLToPath(new URL("../../../../models/late-cjk-v1", import.meta.url));
const readJson = (file: string) => JSON.parse(readFileSync(join(MODEL, file), "utf8"));

/** Each question with texts that share characters with it; the first answers it. */
const QUESTIONS: Record<string, string[]> = {
  "ガラスの主な原料は何ですか？": [
    "珪砂にソーダ灰と石灰石を加えて高温で溶かすと、ガラスができる。",
    "カラスは雑食性の鳥で、都市では生ごみも主な餌になる。",
    "紙の主な原料は木材からとれるパルプである。",
  ],
  東京タワーが完成したのは何年か: [
    "東京タワーは1958年に竣工した、高さ333メートルの電波塔である。",
    "東京駅の丸の内駅舎は1914年に開業した。",
    "大阪の通天閣は1956年に再建された。",
  ],
  "长城主要是什么时候修建的？": [
    "现存的长城大多修建于明朝，以砖石砌成。",
    "长江是中国最长的河流，发源于青藏高原。",
    "故宫是明清两代的皇宫，位于北京。",
  ],
  "誰發明了電話？": [
    "貝爾於1876年取得電話的專利，被視為它的發明人。",
    "愛迪生改良了電燈泡，使它能長時間使用。",
    "行動電話的費率由電信公司訂定。",
  ],
};

describe("late-cjk-v1, loaded by its path", () => {
  it("gives its golden scores", async () => {
    const { pairs, logits, tolerance } = readJson("golden.json") as {
      pairs: [string, string][];
      logits: number[];
      tolerance: number;
    };
    await using scorer = new OnnxLateInteraction({ model: MODEL, workers: 1, pooledWeight: 0, verify: true });
    for (const [place, [question, text]] of pairs.entries()) {
      const [score] = await scorer.score(question, [text]);
      expect(Math.abs(score! - logits[place]!), question).toBeLessThan(tolerance);
    }
  });

  it.each(Object.keys(QUESTIONS))("puts the answer first: %s", async (question) => {
    await using scorer = new OnnxLateInteraction({ model: MODEL, workers: 1 });
    const scores = await scorer.score(question, QUESTIONS[question]!);
    expect(scores[0]).toBe(Math.max(...scores));
  });

  it("is what a reranker runs when it is named", async () => {
    const [question, texts] = Object.entries(QUESTIONS)[0]!;
    const reranker = new CrossEncoderReranker({ model: MODEL, topN: 1 });
    const [best] = await reranker.compressDocuments(
      [...texts].reverse().map((pageContent) => ({ pageContent, metadata: {} })),
      question,
    );
    expect(best!.pageContent).toBe(texts[0]);
  });
});

describe("the tokenizer of late-cjk-v1", () => {
  const tokenizer = new ModelTokenizer(
    "late-cjk-v1",
    readJson("tokenizer.json"),
    readJson("tokenizer_config.json"),
    readJson("config.json"),
  );
  const tokens = new Map(
    Object.entries(readJson("tokenizer.json").model.vocab as Record<string, number>).map(([a, b]) => [b, a]),
  );
  const split = (text: string) => tokenizer.encode(text).map((id) => tokens.get(id));

  it("keeps voicing marks, and makes each character beyond Latin a token, as the reference does", () => {
    expect(split("がギぐ")).toEqual(["が", "ギ", "ぐ"]);
    expect(split("ｶﾞﾗｽ か\u3099")).toEqual(["ガ", "ラ", "ス", "が"]);
    expect(split("人々10は")).toEqual(["人", "々", "10", "は"]);
    expect(split("ＡＢＣ，Café①")).toEqual(["abc", ",", "cafe", "##1"]);
    expect(split("𠮷野家 አ")).toEqual(["[UNK]", "野", "家", "[UNK]"]);
  });
});
