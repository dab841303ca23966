import { describe, expect, it } from "vitest";
import { formatDifference, formatDuration, formatPValue } from "../../src/evaluation/format.js";

describe("formatDuration", () => {
  it.each<[number, string]>([
    [0, "0 ms"],
    [0.0000421, "0.0421 ms"],
    [0.0234, "23.4 ms"],
    [0.487, "487 ms"],
    [0.9994, "999 ms"],
    [0.9996, "1 s"],
    [1.2668, "1.27 s"],
    [12.345, "12.3 s"],
    [99.96, "1 min 40 s"],
    [3725, "62 min 5 s"],
    [Number.NaN, "–"],
  ])("prints %d seconds as %j", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("formatDifference and formatPValue", () => {
  it("print signs, and small p-values as a bound", () => {
    expect([0.1234, -0.1234, 0].map(formatDifference)).toEqual(["+0.123", "−0.123", "±0.000"]);
    expect([0.0004, 0.0426, 1, Number.NaN].map(formatPValue)).toEqual(["< 0.001", "0.043", "1.000", "–"]);
  });
});
