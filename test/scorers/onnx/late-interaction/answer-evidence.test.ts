import { expect, it } from "vitest";
import { answerEvidence } from "../../../../src/scorers/onnx/late-interaction/answer-evidence.js";

const part = (...cosines: number[]) => ({ cosines: Float32Array.from(cosines) });

it("adds up matches with the part, with its neighbors, and the share of each token, by hand-computed numbers", () => {
  // One token of the query: .8 in the first part, .5 in the second. Shares: 1 and exp(20 · -.3) = .002479, over 1.002479.
  const [first, second] = answerEvidence([part(0.8), part(0.5)], [0, 1]);
  expect(first).toBeCloseTo(36 * 0.8 + 9 * 0.8 + 12.5 * 0.997527, 3);
  expect(second).toBeCloseTo(36 * 0.8 + 9 * 0.5 + 12.5 * 0.002473, 3);
});

it("counts the given tokens of the query only, and their mean", () => {
  const whole = answerEvidence([part(0.9, 0.8, 0.1), part(0.1, 0.5, 0.9)], [1, 2]);
  const alone = answerEvidence([part(0.8), part(0.5)], [0, 1]);
  whole.forEach((evidence, index) => {
    expect(evidence).toBeCloseTo(alone[index]!, 5);
  });
  const twice = answerEvidence([part(0.8, 0.8), part(0.5, 0.5)], [0, 2]);
  twice.forEach((evidence, index) => {
    expect(evidence).toBeCloseTo(alone[index]!, 5);
  });
});

it("gives a part without tokens no match of its own, and one part all shares", () => {
  const [full, empty] = answerEvidence([part(0.8), { cosines: new Float32Array() }], [0, 1]);
  expect(empty).toBeLessThan(full!);
  expect(answerEvidence([part(0.8)], [0, 1])[0]).toBeCloseTo(36 * 0.8 + 9 * 0.8 + 12.5, 4);
  expect(answerEvidence([], [0, 1])).toEqual([]);
});
