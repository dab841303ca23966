import { describe, expect, it } from "vitest";
import {
  abortSignal,
  anything,
  type Checks,
  checkOptions,
  expecting,
  finiteNumber,
  flag,
  functionFor,
  integer,
  milliseconds,
  number,
  oneOf,
  positiveInteger,
  text,
} from "../src/options.js";

interface Options {
  topN?: number;
  name?: string;
  model?: unknown;
}
const CHECKS = { topN: positiveInteger, name: text, model: anything } satisfies Checks<Options>;

describe("checkOptions", () => {
  it("accepts valid options, undefined values and no options at all", () => {
    checkOptions({}, CHECKS, "Thing");
    checkOptions({ topN: 3, name: "a", model: null }, CHECKS, "Thing");
    checkOptions({ topN: undefined, unknown: undefined }, CHECKS, "Thing");
  });

  it("refuses an unknown option and lists the known ones", () => {
    expect(() => checkOptions({ topM: 3 }, CHECKS, "Thing")).toThrow(
      expect.objectContaining({
        name: "InvalidOptionError",
        option: "topM",
        value: 3,
        message: "Unknown option `topM` of Thing. Its options are topN, name, model.",
      }),
    );
  });

  it.each<[unknown, string, string]>([
    [5, "", "Invalid `options`: expected an object of options (topN, name, model), got 5."],
    ["x", "thing.", 'Invalid `thing`: expected an object of options (topN, name, model), got "x".'],
    [null, "things[1].", "Invalid `things[1]`: expected an object of options (topN, name, model), got null."],
    [[], "thing.", "Invalid `thing`: expected an object of options (topN, name, model), got an array of 0."],
  ])("refuses %j, which is no object of options", (value, prefix, message) => {
    expect(() => checkOptions(value, CHECKS, "Thing", prefix)).toThrow(
      expect.objectContaining({ name: "InvalidOptionError", message }),
    );
  });

  it.each(["toString", "__proto__", "constructor"])(
    "does not take the inherited property %s for an option",
    (option) => {
      expect(() => checkOptions(JSON.parse(`{"${option}": 1}`), CHECKS, "Thing")).toThrow(`\`${option}\``);
    },
  );

  it("names nested options by their path", () => {
    expect(() => checkOptions({ topN: 0 }, CHECKS, "Thing", "cascade[1].")).toThrow(
      "Invalid `cascade[1].topN`: expected a positive integer, got 0.",
    );
  });
});

describe("checks", () => {
  it.each([
    ["positiveInteger", positiveInteger, [1, 7], [0, -1, 1.5, Number.NaN, "1", null, 1n], "a positive integer"],
    ["integer(0)", integer(0), [0, 5], [-1, 0.5], "an integer, 0 or more"],
    ["integer(2, 5)", integer(2, 5), [2, 5], [1, 6], "an integer between 2 and 5"],
    ["finiteNumber", finiteNumber, [-1.5, 0], [Number.NaN, Number.POSITIVE_INFINITY, "1", 1n], "a finite number"],
    ["number(0, 1)", number(0, 1), [0, 0.5, 1], [-0.1, 1.1, Number.NaN], "a number between 0 and 1"],
    ["number(0)", number(0), [0, 9], [-1, Number.POSITIVE_INFINITY], "a finite number, 0 or more"],
    ["oneOf", oneOf(["a", "b"]), ["a", "b"], ["c", 1, null], 'one of "a", "b"'],
    ["flag", flag, [true, false], ["true", 1, null], "true or false"],
    ["text", text, ["a"], ["", "  ", 1, null], "a non-blank string"],
    ["functionFor", functionFor("a function"), [() => 1], ["f", {}], "a function"],
    [
      "milliseconds",
      milliseconds,
      [1, 0.5, 2 ** 31 - 1],
      [0, -1, 2 ** 31, Number.NaN, "5"],
      "a number of milliseconds",
    ],
    ["abortSignal", abortSignal, [AbortSignal.abort()], [{}, null, "signal"], "an AbortSignal"],
    ["expecting", expecting("an even number", (v) => (v as number) % 2 === 0), [2], [3], "an even number"],
  ])("%s accepts what is allowed and says what was expected otherwise", (_name, check, good, bad, expected) => {
    for (const value of good) expect(() => check("option", value)).not.toThrow();
    for (const value of bad)
      expect(() => check("option", value)).toThrow(
        expect.objectContaining({ allowed: expect.stringContaining(expected) }),
      );
  });
});
