import { describe, InvalidInputError, InvalidOptionError } from "./errors.js";

/**
 * Checks the value of one option, which is never `undefined`.
 *
 * @throws InvalidOptionError if the value is not allowed.
 */
export type Check = (option: string, value: unknown) => void;

/** One check per option. The table is also the list of the options that exist. */
export type Checks<Options extends object = Record<string, unknown>> = Readonly<Record<keyof Options, Check>>;

/**
 * Checks options against a table: unknown names and values that are not allowed are refused, so that a misspelled option is never
 * ignored.
 *
 * @param owner Whose options they are, for the message: `CrossEncoderReranker`.
 * @param prefix Path of nested options: `cache.`.
 * @throws InvalidOptionError for the first option at fault, or if there is no object of options.
 * @example
 * const CHECKS = { topN: positiveInteger, model: anything } satisfies Checks<MyOptions>;
 * checkOptions(options, CHECKS, "MyReranker");
 */
export function checkOptions(
  options: unknown,
  checks: Readonly<Record<string, Check>>,
  owner: string,
  prefix = "",
): void {
  checkObject(options, prefix.slice(0, -1) || "options", ` (${Object.keys(checks).join(", ")})`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) throw unknownOption(prefix + name, value, owner, Object.keys(checks));
    check(prefix + name, value);
  }
}

/**
 * For options that are checked elsewhere, or of which any are allowed.
 *
 * @param names Which options there are, for the message: ` (topN, model)`.
 * @throws InvalidOptionError if there is no object of options.
 */
export function checkObject(options: unknown, option = "options", names = ""): asserts options is object {
  if (typeof options === "object" && options && !Array.isArray(options)) return;
  throw new InvalidOptionError(option, options, `an object of options${names}`);
}

/**
 * The signal of one call of a scorer or of embeddings. Other options are allowed, because whoever wraps a scorer passes on what it was given.
 *
 * @throws InvalidOptionError if there is no object of options, or its `signal` is no AbortSignal.
 */
export function callSignal(options: { signal?: AbortSignal | undefined }): AbortSignal | undefined {
  checkObject(options);
  if (options.signal !== undefined) abortSignal("signal", options.signal);
  return options.signal;
}

function unknownOption(option: string, value: unknown, owner: string, known: readonly string[]): InvalidOptionError {
  const sentence = `Unknown option \`${option}\` of ${owner}. Its options are ${known.join(", ")}.`;
  return InvalidOptionError.because(option, value, sentence);
}

/** The entries that are not undefined, for objects whose keys are absent instead. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Makes a check of a predicate and a noun phrase that says what is allowed. */
export function expecting(expected: string, isValid: (value: unknown) => boolean): Check {
  return (option, value) => {
    if (!isValid(value)) throw new InvalidOptionError(option, value, expected);
  };
}

/** An integer within the bounds, both included. */
export function integer(min: number, max = Number.POSITIVE_INFINITY): Check {
  const bounds = max === Number.POSITIVE_INFINITY ? `, ${min} or more` : ` between ${min} and ${max}`;
  const expected = min === 1 && max === Number.POSITIVE_INFINITY ? "a positive integer" : `an integer${bounds}`;
  return expecting(expected, (value) => {
    return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  });
}

export const positiveInteger: Check = integer(1);

/** A finite number within the bounds, both included. */
export function number(min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Check {
  return expecting(
    numberRange(min, max),
    (value) => Number.isFinite(value) && (value as number) >= min && (value as number) <= max,
  );
}

function numberRange(min: number, max: number): string {
  if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return "a finite number";
  if (max === Number.POSITIVE_INFINITY) return `a finite number, ${min} or more`;
  return `a number between ${min} and ${max}`;
}

export const finiteNumber: Check = number();

/** One of a list of names. */
export function oneOf(names: readonly string[]): Check {
  const quoted = names.map((name) => `"${name}"`).join(", ");
  return expecting(names.length === 1 ? quoted : `one of ${quoted}`, (value) => names.includes(value as string));
}

export const flag: Check = expecting("true or false", (value) => typeof value === "boolean");

export const text: Check = expecting("a non-blank string", (value) => typeof value === "string" && value.trim() !== "");

/** @param what What the function does, as in "a function from a document to its text". */
export function functionFor(what: string): Check {
  return expecting(what, (value) => typeof value === "function");
}

/** Recognized by its members, because a signal may come from another realm. */
export const abortSignal: Check = expecting("an AbortSignal", (value) => {
  const signal = value as Partial<AbortSignal> | null;
  return typeof signal?.aborted === "boolean" && typeof signal.addEventListener === "function";
});

/** For an option that is checked elsewhere. */
export const anything: Check = () => {};

/** Milliseconds before a timeout: above 0, and no more than timers can wait. */
export const milliseconds: Check = expecting(
  "a number of milliseconds above 0 and at most 2147483647",
  (value) => typeof value === "number" && value > 0 && value <= 2 ** 31 - 1,
);

/** @throws InvalidInputError if the query is not a string, or is blank. */
export function checkQuery(query: unknown): asserts query is string {
  if (typeof query !== "string" || query.trim() === "")
    throw new InvalidInputError("query", `expected a non-blank string, got ${describe(query)}.`);
}

/**
 * @param input Which text it is, for the message: `texts[3]`.
 * @throws InvalidInputError if the text is not a string.
 */
export function checkText(text: unknown, input: string): asserts text is string {
  if (typeof text !== "string") throw new InvalidInputError(input, `expected a string, got ${describe(text)}.`);
}

/** @throws InvalidInputError if the texts are not an array, or one of them is not a string. */
export function checkTexts(texts: unknown): asserts texts is readonly string[] {
  if (!Array.isArray(texts))
    throw new InvalidInputError("texts", `expected an array of strings, got ${describe(texts)}.`);
  // Unlike forEach, this visits the holes of a sparse array.
  for (const [index, text] of texts.entries()) checkText(text, `texts[${index}]`);
}
