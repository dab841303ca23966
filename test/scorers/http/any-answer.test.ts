import fc from "fast-check";
import { expect, it } from "vitest";
import { isRerankError } from "../../../src/errors.js";
import { HttpCrossEncoder } from "../../../src/http.js";

const TEXTS = ["a", "b", "c"];

/** Answers that are nearly right: results with some fields, indexes and scores off. */
const nearly = fc
  .array(
    fc.record(
      {
        index: fc.oneof(
          { weight: 8, arbitrary: fc.integer({ min: 0, max: 2 }) },
          { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
        ),
        relevance_score: fc.oneof(
          { weight: 8, arbitrary: fc.double() },
          { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
        ),
      },
      { requiredKeys: [] },
    ),
    { minLength: 2, maxLength: 4 },
  )
  .chain((results) =>
    fc.constantFrom<unknown>(results, { results }, { data: results }, { output: { results } }, { other: results }),
  );

it("returns right scores or a named error for whatever a server answers", async () => {
  const body = fc.oneof(
    { weight: 6, arbitrary: nearly.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  );
  let right = 0;
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom(200, 200, 200, 201, 400, 404, 418), async (text, status) => {
      const fetch = async () => new Response(text, { status });
      const scorer = new HttpCrossEncoder({ provider: "localai", baseUrl: "http://h", model: "m", fetch, retries: 0 });
      try {
        const scores = await scorer.score("q", TEXTS);
        const answer = JSON.parse(text);
        const list = Array.isArray(answer) ? answer : (answer.results ?? answer.data ?? answer.output?.results);
        expect(list).toHaveLength(TEXTS.length);
        for (const { index, relevance_score } of list) expect(scores[index]).toBe(relevance_score);
        expect(scores.every(Number.isFinite)).toBe(true);
        right++;
      } catch (error) {
        if (!isRerankError(error)) throw error;
        expect(["BackendError", "InvalidResponseError"]).toContain(error.name);
      }
    }),
    { numRuns: 3000 },
  );
  // Else the property would hold for a client that refuses everything.
  expect(right).toBeGreaterThan(0);
});
