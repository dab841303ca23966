import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_STATE, MOST_TOP_K, type PlaygroundState, RERANKERS } from "../../src/apps/playground/settings.js";
import { decodeFragment, encodeFragment, FragmentError } from "../../src/apps/playground/share/fragment.js";

const text = fc.string({ unit: "grapheme", maxLength: 200 });
const name = fc.option(fc.string({ unit: "grapheme", maxLength: 60 }), { nil: undefined });
const state = fc
  .record({
    query: text,
    text,
    format: fc.constantFrom("auto", "lines", "paragraphs", "rules", "json"),
    reranker: fc.constantFrom(...RERANKERS),
    model: name,
    embeddings: name,
    alpha: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
    topK: fc.integer({ min: 1, max: MOST_TOP_K }),
  })
  .map(
    ({ model, embeddings, ...rest }): PlaygroundState => ({
      ...rest,
      ...(model === undefined ? {} : { model }),
      ...(embeddings === undefined ? {} : { embeddings }),
    }),
  );

/** A fragment of any JSON, as a damaged or foreign page might write it. */
const pack = (value: unknown) => encodeFragment(value as PlaygroundState);

describe("links", () => {
  it("every state comes back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(state, async (given) => {
        const fragment = await encodeFragment(given);
        expect(fragment).toMatch(/^p1=[\w-]+$/);
        expect(await decodeFragment(fragment)).toEqual(given);
        expect(await decodeFragment(`#${fragment}`)).toEqual(given);
      }),
    );
  });

  it("long texts are packed, not cut", async () => {
    const given = { ...DEFAULT_STATE, query: "お茶", text: "Bees see ultraviolet light. 🐝\n".repeat(20_000) };
    const fragment = await encodeFragment(given);
    expect(fragment.length).toBeLessThan(given.text.length / 50);
    expect(await decodeFragment(fragment)).toEqual(given);
  });

  it("anything after # is read as a state or refused with a FragmentError", async () => {
    const good = await encodeFragment({ ...DEFAULT_STATE, query: "q", text: "a\nb" });
    const damaged = fc
      .tuple(fc.nat(good.length), fc.nat(good.length), fc.string({ maxLength: 4 }))
      .map(([from, count, put]) => good.slice(0, from) + put + good.slice(from + count));
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string().map((rest) => `p1=${rest}`),
      damaged,
    );
    await fc.assert(
      fc.asyncProperty(anything, async (fragment) => {
        try {
          expect(await decodeFragment(fragment)).toHaveProperty("query");
        } catch (error) {
          expect(error).toBeInstanceOf(FragmentError);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each<[string, unknown]>([
    ["no object", [1]],
    ["nothing", null],
    ["a missing field", { query: "q" }],
    ["a query that is no text", { ...DEFAULT_STATE, query: 7 }],
    ["an unknown reranker", { ...DEFAULT_STATE, reranker: "magic" }],
    ["an unknown format", { ...DEFAULT_STATE, format: "xml" }],
    ["alpha above 1", { ...DEFAULT_STATE, alpha: 2 }],
    ["alpha as text", { ...DEFAULT_STATE, alpha: "0.5" }],
    ["topK 0", { ...DEFAULT_STATE, topK: 0 }],
    ["a broken topK", { ...DEFAULT_STATE, topK: 2.5 }],
    ["a model that is no name", { ...DEFAULT_STATE, model: {} }],
    ["a field that pages do not have", { ...DEFAULT_STATE, key: "secret" }],
  ])("refuses %s", async (_, value) => {
    await expect(decodeFragment(await pack(value))).rejects.toThrow(FragmentError);
  });

  it.each(["p2=abc", "results", "p1=", "p1=%%%", "p1=AAAA"])("refuses #%s", async (fragment) => {
    await expect(decodeFragment(fragment)).rejects.toThrow(FragmentError);
  });

  it("a link that unpacks to far more than it holds is stopped", async () => {
    const bomb = await pack({ ...DEFAULT_STATE, text: "a".repeat(12 * 2 ** 20) });
    expect(bomb.length).toBeLessThan(40_000);
    await expect(decodeFragment(bomb)).rejects.toThrow(/more than 8 MiB/);
  });

  it("a link that is cut off is reported as such", async () => {
    const whole = await encodeFragment({ ...DEFAULT_STATE, query: "q", text: "some documents\nof a page" });
    await expect(decodeFragment(whole.slice(0, -8))).rejects.toThrow(/cut off or damaged/);
  });
});
