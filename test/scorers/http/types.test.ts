import { expect, it } from "vitest";
import { HttpCrossEncoder } from "../../../src/http.js";

// What the compiler refuses is the test; `npm run typecheck` reads this file. Some of it is refused at run time too.
it("types `extra` by provider", () => {
  const baseUrl = "http://h";
  const good = [
    new HttpCrossEncoder({ provider: "tei", baseUrl, extra: { raw_scores: true, truncation_direction: "Left" } }),
    new HttpCrossEncoder({ provider: "voyage", apiKey: "key-1", extra: { truncation: false } }),
    new HttpCrossEncoder({ provider: "vllm", baseUrl, extra: { use_activation: false, mm_processor_kwargs: {} } }),
    // @ts-expect-error a field of another provider
    new HttpCrossEncoder({ provider: "tei", baseUrl, extra: { max_tokens_per_doc: 1 } }),
    // @ts-expect-error not one of the directions
    new HttpCrossEncoder({ provider: "tei", baseUrl, extra: { truncation_direction: "Up" } }),
  ];
  expect(good).toHaveLength(5);
  // @ts-expect-error a provider that there is not
  expect(() => new HttpCrossEncoder({ provider: "cohare" })).toThrow();
  // @ts-expect-error functions are missing
  expect(() => new HttpCrossEncoder({ provider: "custom", baseUrl })).toThrow();
});
