import { describe as describeValue, InvalidInputError, InvalidOptionError } from "../../errors.js";
import type { MeasureDeclaration, MeasureParameter, MeasureParams } from "./declaration.js";

/** A measure with its parameters fixed. Two measures with the same `name` are the same measure. */
export interface Measure {
  /** Canonical name, as ir_measures prints it: `nDCG@10`, `P(rel=2)@10`. */
  readonly name: string;
  /** Every parameter with its value, defaults included. */
  readonly params: MeasureParams;
  /**
   * The measure's value for one query, between 0 and 1 for all built-in measures.
   *
   * @param ranking - document ids, best first
   * @param judgments - grade by document id, of the same query
   */
  compute(ranking: readonly string[], judgments: ReadonlyMap<string, number>): number;
  /** {@link compute} for many rankings of one query. */
  prepare(judgments: ReadonlyMap<string, number>): (ranking: readonly string[]) => number;
}

/**
 * Fixes the parameters of a declared measure.
 *
 * @throws InvalidOptionError when a parameter is unknown, missing, or has a value of the wrong type.
 */
export function makeMeasure(declaration: MeasureDeclaration, given: MeasureParams = {}): Measure {
  const { name, parameters } = declaration;
  for (const [key, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
    if (!parameter) {
      const known = Object.keys(parameters).join(", ") || "none";
      throw InvalidOptionError.because(`${name}.${key}`, value, `${name} has no parameter "${key}". It has: ${known}.`);
    }
    if (!isAllowed(value, parameter)) throw new InvalidOptionError(`${name}.${key}`, value, describe(parameter));
  }
  for (const [key, { required }] of Object.entries(parameters)) {
    if (!required || key in given) continue;
    const example = key === "cutoff" ? `${name}@10` : `${name}(${key}=…)`;
    throw InvalidOptionError.because(
      `${name}.${key}`,
      undefined,
      `${name} needs a value for "${key}". Write it as "${example}".`,
    );
  }
  const params: MeasureParams = { ...defaultsOf(declaration), ...given };
  return {
    name: canonicalName(declaration, given),
    params,
    compute: (ranking, judgments) => declaration.compute(ranking, judgments, params),
    prepare: (judgments) =>
      declaration.prepare?.(judgments, params) ?? ((ranking) => declaration.compute(ranking, judgments, params)),
  };
}

/**
 * Checks what a measure returned for a query: NaN would make a mean NaN, and the p-values of tests meaningless.
 *
 * @throws InvalidInputError naming measure and query when it is not a finite number.
 */
export function checkedValue(measure: Measure, query: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new InvalidInputError(
    "measures",
    `${measure.name} of query "${query}" is ${describeValue(value)}, but must be a finite number. Correct the measure, or grades that are too large for it.`,
  );
}

function defaultsOf({ parameters }: MeasureDeclaration): MeasureParams {
  const known = Object.entries(parameters).filter(([, parameter]) => parameter.default !== undefined);
  return Object.fromEntries(known.map(([key, parameter]) => [key, parameter.default]));
}

function canonicalName({ name, parameters }: MeasureDeclaration, given: MeasureParams): string {
  const inside = Object.keys(parameters)
    .filter((key) => key !== "cutoff" && key in given && given[key] !== parameters[key]!.default)
    .map((key) => `${key}=${printValue(given[key])}`)
    .join(",");
  return `${name}${inside ? `(${inside})` : ""}${given.cutoff === undefined ? "" : `@${given.cutoff}`}`;
}

function printValue(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${value}'`;
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value).filter(([grade, gain]) => Number(grade) !== gain);
  return `{${pairs.map(([grade, gain]) => `${grade}:${gain}`).join(",")}}`;
}

function isAllowed(value: unknown, { type, choices }: MeasureParameter): boolean {
  if (choices) return choices.includes(value);
  if (type === "integer") return Number.isInteger(value) && (value as number) >= 1;
  if (type === "number") return Number.isFinite(value);
  if (type === "gains") return isGains(value);
  return typeof value === type;
}

function describe({ type, choices }: MeasureParameter): string {
  if (choices) return `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
  const words = { integer: "a positive integer", number: "a number", boolean: "true or false", string: "a string" };
  return type === "gains" ? "an object that maps grades to gains, both integers" : words[type];
}

function isGains(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([grade, gain]) => Number.isInteger(Number(grade)) && Number.isInteger(gain));
}
