import { describe, expect, it } from "vitest";
import {
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  type RelevanceScorer,
} from "../src/index.js";
import { detectForeignLanguage, languageWarning } from "../src/language.js";
import { numbered } from "./rerankers/scorers.js";

describe("detectForeignLanguage", () => {
  it.each([
    ["日本語の文章です。東京は大きい都市です。", "Japanese"],
    ["太阳能电池板如何工作", "Chinese"],
    ["태양광 패널은 어떻게 작동합니까", "Korean"],
    ["Как работают солнечные батареи", "Cyrillic"],
    ["كيف تعمل الألواح الشمسية", "Arabic"],
    ["איך עובדים פאנלים סולאריים", "Hebrew"],
    ["Πώς λειτουργούν τα ηλιακά πάνελ", "Greek"],
    ["Wie funktionieren die Solarzellen auf dem Dach und was ist der Nutzen?", "German"],
    ["Comment fonctionnent les panneaux solaires dans le nord de la France ?", "French"],
    ["¿Cómo funcionan los paneles solares en el norte de España?", "Spanish"],
    ["Come funzionano i pannelli solari e quale è il vantaggio per la casa?", "Italian"],
    ["Como funcionam os painéis solares em uma casa no sul do Brasil?", "Portuguese"],
    ["Hoe werken zonnepanelen en wat is het voordeel van een dak?", "Dutch"],
    ["Jak działają panele słoneczne na dachu i dlaczego są drogie?", "a language other than English"],
  ])("detects the language of %j as %s", (text, name) => {
    expect(detectForeignLanguage(text)?.name).toBe(name);
  });

  it.each([
    "How do solar panels work?",
    "solar panels",
    "",
    "1234 5678",
    "The café in Zürich serves crème brûlée and Käsespätzle to its guests.",
    "The El Niño effects on La Paz and Los Angeles",
    "Die Hard is a film that was directed by John McTiernan",
    "The Greek letter π denotes the ratio of a circle's circumference to its diameter.",
    "She said 「こんにちは」 once, and then she went on to speak English for the rest of the long evening with all of her friends.",
  ])("takes %j for English or too short to tell", (text) => {
    expect(detectForeignLanguage(text)).toBeUndefined();
  });
});

describe("languageWarning", () => {
  it("names the model, what it reads, and what the query and texts are in", () => {
    const warning = languageWarning("rerank-en-v1", ["en"], "太陽光発電の仕組みは？", [
      "solar panels",
      "태양광 패널은 어떻게 작동합니까",
    ]);
    expect(warning).toMatch(
      /^rerank-en-v1 reads English, but the query is in Japanese and 1 of 2 texts are in Korean\./,
    );
  });

  it("is undefined if the model reads the language, or its languages are unknown", () => {
    expect(languageWarning("m", ["ja", "en"], "日本語の文章です", ["日本語"])).toBeUndefined();
    expect(languageWarning("m", ["multilingual"], "日本語の文章です", [])).toBeUndefined();
    expect(languageWarning("m", undefined, "日本語の文章です", [])).toBeUndefined();
  });
});

describe("the report of a reranker", () => {
  const scorer: RelevanceScorer = {
    model: "english-only",
    languages: ["en"],
    score: async (_query, texts, options) => {
      options?.onReport?.({ warnings: ["A warning of the scorer."] });
      return texts.map((text) => text.length / 100);
    },
  };
  const documents = [...numbered([1]), ...numbered(["東京は日本の首都です"])];

  it("warns about texts in a language that an English model does not read, after the scorer's warnings", async () => {
    const { report } = await new CrossEncoderReranker({ model: scorer }).rerank(documents, "q");
    expect(report.warnings).toEqual([
      "A warning of the scorer.",
      expect.stringContaining("english-only reads English, but 1 of 2 texts are in Japanese"),
    ]);
  });

  it("has no warnings for English texts under the bundled English models", async () => {
    const { report } = await new CrossEncoderReranker({ model: "static-en-v1" }).rerank(numbered([1]), "a text");
    expect(report.warnings).toBeUndefined();
  });

  it.each(["static-en-v1", "late-en-v1"])("warns about a Japanese query under %s", async (model) => {
    await using reranker = new CrossEncoderReranker({ model });
    const { report } = await reranker.rerank(numbered([1]), "東京はどこの首都ですか");
    expect(report.warnings).toEqual([expect.stringContaining(`${model} reads English, but the query is in Japanese`)]);
  });

  it("warns about both stages of a hybrid and about embeddings that state their languages", async () => {
    const hybrid = new HybridReranker({ firstStage: scorer, model: { ...scorer, model: "second" } });
    const { report } = await hybrid.rerank(documents, "q");
    expect(report.warnings!.filter((warning) => warning.includes("Japanese"))).toEqual([
      expect.stringContaining("english-only"),
      expect.stringContaining("second"),
    ]);
    const embeddings = {
      languages: ["en"],
      embedQuery: async () => [1],
      embedDocuments: async (texts: string[]) => texts.map(() => [1]),
    };
    const embedded = await new EmbeddingSimilarityReranker({ embeddings }).rerank(documents, "q");
    expect(embedded.report.warnings).toHaveLength(1);
  });
});
