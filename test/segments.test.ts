import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { cutSentences as cutPassages } from "../src/apps/playground/passages.js";
import { precompiledNormalizer } from "../src/inference/tokenizer/normalizers/precompiled.js";
import { segmentsOf } from "../src/segments.js";
import { cutSentences } from "../src/sentences.js";

afterEach(() => vi.restoreAllMocks());

const PROSE =
  "He left at 5 p.m. on Monday. “Why?” she asked!  Ärger im 19. Jahrhundert… 東京は大きい。京都は古い。\r\n" +
  "Добрый день. Как дела? สวัสดีครับ ยินดีต้อนรับ 👩‍👩‍👧‍👦 🇫🇷🇩🇪 e\u0301 a\u0308 क्षत्रिय.\n\n";
const LONG = `${"a".repeat(9000)}. ${"1 ".repeat(3000)}end. ${"🇫🇷".repeat(1500)} ${"\n".repeat(600)}`;

it.each(["sentence", "word", "grapheme"] as const)(
  "the %s segments of a long text are those of the runtime",
  (granularity) => {
    const segmenter = new Intl.Segmenter("en", { granularity });
    const text = PROSE.repeat(40) + LONG + PROSE;
    const cut = (segments: Iterable<Intl.SegmentData>) =>
      Array.from(segments, ({ segment, index, isWordLike }) => [index, segment, isWordLike]);
    expect(cut(segmentsOf(segmenter, text))).toEqual(cut(segmenter.segment(text)));
    expect(cut(segmentsOf(segmenter, ""))).toEqual([]);
  },
);

/** Longest text that a segmenter gets while something runs. */
function longestSegmented(run: () => unknown): number {
  const segment = vi.spyOn(Intl.Segmenter.prototype, "segment");
  run();
  return Math.max(...segment.mock.calls.map(([text]) => text.length));
}

/** SentencePiece's normalization, which XLM-RoBERTa's tokenizer has. */
const tokenizer = new URL("fixtures/tiny-models/xlm-roberta/tokenizer.json", import.meta.url);
const normalize = precompiledNormalizer(
  JSON.parse(readFileSync(tokenizer, "utf8")).normalizer.normalizers[0].precompiled_charsmap,
);

it.each([
  ["sentences", cutSentences],
  ["passages of the playground", cutPassages],
  ["graphemes by a tokenizer", normalize],
])("a segmenter gets a long text part by part when it is cut into %s", (_, cut) => {
  const text = "The pump moves water. It stops at night.\r\n".repeat(1000);
  expect(longestSegmented(() => cut(text))).toBeLessThanOrEqual(2048);
});
