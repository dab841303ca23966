import { Embeddings } from "@langchain/core/embeddings";
import type { Dataset } from "../../src/evaluation.js";
import type { RelevanceScorer, ScoreOptions } from "../../src/index.js";

/** Six short texts and three questions, with a first-stage run that ranks all of them badly. */
export function smallDataset(): Dataset {
  const texts = {
    chain: "a rusty chain wears the sprockets of a bicycle",
    brake: "worn brake pads squeal and must be replaced",
    tyre: "low tyre pressure causes pinch punctures",
    lamp: "a dynamo lamp needs no battery",
    saddle: "a saddle set too low hurts the knees",
    bell: "a bell warns people on the path",
  };
  const ids = Object.keys(texts);
  const queries = {
    q1: "why do brake pads squeal",
    q2: "what causes punctures of a tyre",
    q3: "does a dynamo lamp need a battery",
  };
  return {
    name: "small",
    corpus: new Map(Object.entries(texts).map(([id, text]) => [id, { id, title: "", text }])),
    queries: new Map(Object.entries(queries)),
    qrels: new Map([
      ["q1", new Map([["brake", 1]])],
      [
        "q2",
        new Map([
          ["tyre", 2],
          ["chain", 0],
        ]),
      ],
      ["q3", new Map([["lamp", 1]])],
    ]),
    run: new Map(
      Object.keys(queries).map((id) => [id, new Map(ids.map((document, index) => [document, ids.length - index]))]),
    ),
  };
}

const words = (text: string) => text.toLowerCase().split(/\W+/).filter(Boolean);

/** Scores by the proportion of the query's words that a text contains. Counts its calls and pairs. */
export class WordOverlap implements RelevanceScorer {
  readonly model: string;
  readonly lowestScore = 0;
  pairs = 0;
  calls = 0;

  constructor(model = "word-overlap") {
    this.model = model;
  }

  async score(query: string, texts: readonly string[], options?: ScoreOptions): Promise<number[]> {
    options?.signal?.throwIfAborted();
    this.calls++;
    this.pairs += texts.length;
    const asked = words(query);
    options?.onReport?.({ model: this.model, tokens: texts.reduce((sum, text) => sum + words(text).length, 0) });
    return texts.map((text) => asked.filter((word) => words(text).includes(word)).length / asked.length);
  }
}

/** Embeds a text as counts of its letters. */
export class LetterEmbeddings extends Embeddings {
  texts = 0;

  constructor() {
    super({});
  }

  async embedDocuments(texts: string[]): Promise<number[][]> {
    this.texts += texts.length;
    return texts.map((text) =>
      Array.from({ length: 26 }, (_, letter) => text.split(String.fromCharCode(97 + letter)).length - 1),
    );
  }

  async embedQuery(text: string): Promise<number[]> {
    return (await this.embedDocuments([text]))[0]!;
  }
}
