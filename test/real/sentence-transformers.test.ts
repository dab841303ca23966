import { spawnSync } from "node:child_process";
import { OnnxCrossEncoder } from "langchain-rerank/onnx";
import { afterAll, describe, expect, inject, it } from "vitest";
import type { ScorerReport } from "../../src/scorers/relevance-scorer.js";
import { fixture } from "./data.js";

const { path: folder, reason } = inject("installed")["sentence-transformers"];

const SENTENCES = [
  "The river rose overnight and covered the lower road before anyone had moved the carts.",
  "Tōkyō's oldest bookshop sells maps, prints and 昔の本 from the Edo period.",
  "Salt lowers the freezing point of water (by about 2 °C), which is why roads are gritted.",
  "Ein Fahrrad, das einmal im Monat geölt wird, hält länger — naïve owners disagree.",
  "const total = items.reduce((sum, item) => sum + item.price, 0);",
  "An antidisestablishmentarianist wrote to https://example.org/a?b=c#d on 12/03/1987.",
];

/** 200 pairs: short ones, long ones, and every fifth with a document that does not fit. */
const pairs = Array.from({ length: 200 }, (_, i): [string, string] => {
  const repeats = i % 5 === 4 ? 60 : 1 + (i % 9);
  const document = Array.from({ length: repeats }, (_, k) => SENTENCES[(i * 7 + k * 5) % SENTENCES.length]).join(" ");
  return [`${SENTENCES[i % SENTENCES.length]} (${i})`, document];
});

function referenceLogits(of: [string, string][]): number[] {
  const script = fixture("cross_encoder_logits.py");
  const { stdout, stderr, status } = spawnSync(`${folder}/python`, [script, folder!], {
    input: JSON.stringify(of),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

describe.skipIf(reason)(
  `sentence-transformers' CrossEncoder on the same fp32 weights${reason ? ` (${reason})` : ""}`,
  () => {
    // The body of a skipped suite runs too; nothing is loaded before a call.
    const scorer = new OnnxCrossEncoder({ model: folder ?? "absent", activation: "identity" });
    afterAll(() => scorer.dispose());

    it("gives the same logits within 1e-4 for 200 pairs, those that are cut among them", async () => {
      const expected = referenceLogits(pairs);
      let cut = 0;
      let worst = 0;
      for (const [index, [query, text]] of pairs.entries()) {
        let told: ScorerReport = {};
        const [logit] = await scorer.score(query, [text], {
          onReport: (report) => {
            told = report;
          },
        });
        if (told.truncated?.[0]) cut += 1;
        worst = Math.max(worst, Math.abs(logit! - expected[index]!));
      }
      process.stdout.write(`largest difference of 200 logits: ${worst.toExponential(1)}; ${cut} documents were cut\n`);
      expect(cut).toBe(40);
      expect(worst).toBeLessThanOrEqual(1e-4);
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(1);
    });

    it("cuts the document only, where the reference would cut a longer question", async () => {
      // Words of one token each: 300 of the question and 3 special tokens leave room for 209 of the document.
      const question = "the ".repeat(300).trim();
      const document = Array.from({ length: 300 }, (_, i) => ["river", "road", "salt", "water"][(i * i) % 4]);
      const [cut] = await scorer.score(question, [document.join(" ")]);
      const [expected] = referenceLogits([[question, document.slice(0, 209).join(" ")]]);
      expect(Math.abs(cut! - expected!)).toBeLessThanOrEqual(1e-4);
    });
  },
);
