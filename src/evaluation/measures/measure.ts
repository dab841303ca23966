import { InvalidOptionError } from "../../errors.js";
import type { MeasureDeclaration, MeasureParams } from "./declaration.js";

/** A measure with its parameters fixed. Two with the same `name` are the same measure. */
export interface Measure {
  /** Canonical name, as ir_measures prints it: `nDCG@10`, `P(rel=2)@10`. */
  readonly name: string;
  readonly params: MeasureParams;
  /**
   * The figure of one query, 0–1 for all measures here.
   *
   * @param ranking - document ids, best first
   * @param judgements - document id → grade of the same query
   */
  compute(ranking: readonly string[], judgements: ReadonlyMap<string, number>): number;
  /** {@link compute} for many rankings of one query. */
  prepare(judgements: ReadonlyMap<string, number>): (ranking: readonly string[]) => number;
}

type Check = { allowed: string; test: (value: unknown) => boolean };

const CHECKS: { readonly [K in keyof Required<MeasureParams>]: Check } = {
  cutoff: { allowed: "an integer of 1 or more", test: (value) => Number.isInteger(value) && (value as number) >= 1 },
  rel: { allowed: "an integer of 1 or more", test: (value) => Number.isInteger(value) && (value as number) >= 1 },
  dcg: { allowed: '"log2" or "exp-log2"', test: (value) => value === "log2" || value === "exp-log2" },
  gains: { allowed: "an object of grade → gain, both integers", test: isGains },
  judged_only: { allowed: "true or false", test: (value) => typeof value === "boolean" },
};

/** Fixes a declaration's parameters. Throws {@link InvalidOptionError} for one that it does not take, lacks, or that has a wrong value. */
export function makeMeasure(declaration: MeasureDeclaration, given: MeasureParams): Measure {
  for (const [key, value] of Object.entries(given)) {
    if (!(key in declaration.params)) {
      throw new InvalidOptionError(
        `${declaration.name}.${key}`,
        value,
        `one of ${Object.keys(declaration.params).join(", ")}`,
      );
    }
    const check = CHECKS[key as keyof MeasureParams];
    if (!check.test(value)) throw new InvalidOptionError(`${declaration.name}.${key}`, value, check.allowed);
  }
  for (const [key, rule] of Object.entries(declaration.params)) {
    if (rule?.required && !(key in given)) {
      throw new InvalidOptionError(
        `${declaration.name}.${key}`,
        undefined,
        `${declaration.name}@k, ${CHECKS.cutoff.allowed}`,
      );
    }
  }
  return {
    name: canonicalName(declaration, given),
    params: given,
    compute: (ranking, judgements) => declaration.compute(ranking, judgements, given),
    prepare: (judgements) =>
      declaration.prepare?.(judgements, given) ?? ((ranking) => declaration.compute(ranking, judgements, given)),
  };
}

function canonicalName(declaration: MeasureDeclaration, params: MeasureParams): string {
  const inside = Object.keys(declaration.params)
    .filter((key) => key !== "cutoff" && key in params)
    .map((key) => key as keyof MeasureParams)
    .filter((key) => params[key] !== declaration.params[key]?.default)
    .map((key) => `${key}=${printValue(params[key])}`)
    .join(",");
  return `${declaration.name}${inside ? `(${inside})` : ""}${params.cutoff === undefined ? "" : `@${params.cutoff}`}`;
}

function printValue(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${value}'`;
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value).filter(([grade, gain]) => Number(grade) !== gain);
  return `{${pairs.map(([grade, gain]) => `${grade}:${gain}`).join(",")}}`;
}

function isGains(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([grade, gain]) => Number.isInteger(Number(grade)) && Number.isInteger(gain));
}
