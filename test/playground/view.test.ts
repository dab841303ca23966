import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { languageNotice } from "../../src/apps/playground/language.js";
import { barShares, formatDuration, formatScore } from "../../src/apps/playground/view/format.js";

describe("numbers for people", () => {
  it.each([
    [0.9731, "0.973"],
    [-4.11, "−4.110"],
    [0, "0.000"],
    [0.000042, "4.2e−5"],
    [-0.0004, "−4.0e−4"],
    [12345.6, "1.2e+4"],
    [-Number.MAX_VALUE, "no text"],
  ])("show the score %d as %s", (score, text) => {
    expect(formatScore(score)).toBe(text);
  });

  it.each([
    [0.2, "1 ms"],
    [84.6, "85 ms"],
    [1340, "1.3 s"],
  ])("show %d ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe("bars", () => {
  it("are as long as scores between 0 and 1", () => {
    expect(barShares([0.9, 0.25, 0])).toEqual([0.9, 0.25, 0]);
  });

  it("span the range of logits", () => {
    expect(barShares([4, -4, 0])).toEqual([1, 0, 0.5]);
    expect(barShares([-1, -3, -2])).toEqual([1, 0, 0.5]);
  });

  it("ignore the score of an empty document", () => {
    expect(barShares([0.5, -Number.MAX_VALUE])).toEqual([0.5, 0]);
  });

  it("never are shorter for a better score, nor longer than the track", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { maxLength: 20 }), (scores) => {
        const sorted = scores.toSorted((a, b) => b - a);
        const shares = barShares(sorted);
        shares.forEach((share, index) => {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
          if (index > 0) expect(share).toBeLessThanOrEqual(shares[index - 1]!);
        });
      }),
    );
  });
});

describe("notices about languages", () => {
  const english = { id: "en-model", kind: "cross-encoder", languages: ["en"] } as const;
  const many = { id: "m-model", kind: "late-interaction", languages: ["multilingual"] } as const;
  const vectors = { id: "m-vectors", kind: "embedding", languages: ["multilingual"] } as const;
  const unknown = { id: "u-model", kind: "cross-encoder" } as const;
  const japanese = "食べ物に関する話";
  const notice = (
    texts: { query?: string; documents?: string },
    chosen: Parameters<typeof languageNotice>[1],
    offered = chosen,
  ) => languageNotice({ query: "", documents: "", ...texts }, chosen, offered);

  it("name the script, the model and where the text is", () => {
    const inDocuments = notice({ query: "tea", documents: japanese }, [english]);
    expect(inDocuments?.message).toMatch(/^en-model was made for English; .* Japanese text \(the documents\)/);
    expect(notice({ query: "Где чай?", documents: "Где чай?" }, [many, english])?.message).toMatch(
      /Cyrillic text \(query and documents\)/,
    );
  });

  it("look at a short query among long documents", () => {
    const documents = "A long English text about food and drink. ".repeat(200);
    expect(notice({ query: "お茶", documents }, [english])?.message).toMatch(/Japanese text \(the query\)/);
  });

  it("offer a model of the same kind that reads the text", () => {
    const offered = [english, vectors, unknown, many];
    expect(notice({ query: japanese }, [english], offered)?.alternative).toBe("m-model");
    const cosine = { ...english, kind: "embedding" } as const;
    expect(notice({ query: japanese }, [cosine], offered)?.alternative).toBe("m-vectors");
  });

  it("say how to serve such a model when none is on offer", () => {
    const { alternative, message } = notice({ query: japanese }, [english], [english, vectors])!;
    expect(alternative).toBeUndefined();
    expect(message).toMatch(/serve --model late-multilingual-v1/);
  });

  it("are not given for texts that the model reads, for models of unknown languages, or for a few foreign words", () => {
    expect(notice({ documents: "中文句子" }, [{ ...english, languages: ["ja"] }])).toBeUndefined();
    expect(notice({ documents: "Où est le thé ?" }, [english])).toBeUndefined();
    expect(notice({ documents: japanese }, [many])).toBeUndefined();
    expect(notice({ documents: japanese }, [unknown])).toBeUndefined();
    expect(notice({ documents: "A long English text that names 東京 once." }, [english])).toBeUndefined();
    expect(notice({ documents: "123 !?" }, [english])).toBeUndefined();
  });
});
