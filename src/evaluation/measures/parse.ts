import { InvalidOptionError } from "../../errors.js";
import type { MeasureParams } from "./declaration.js";
import { type Measure, makeMeasure } from "./measure.js";
import { findMeasure, MEASURES } from "./registry.js";

const SHAPE = /^\s*([A-Za-z]+)\s*(?:\(([^()]*)\))?\s*(?:@\s*(\d+))?\s*$/;

/**
 * Reads a measure's name as ir_measures writes it.
 *
 * @example
 * parseMeasure("nDCG@10");
 * parseMeasure("P(rel=2)@10").name; // "P(rel=2)@10"
 * parseMeasure("nDCG(dcg='exp-log2')@10");
 * parseMeasure("MRR@10").name; // "RR@10"
 *
 * @throws InvalidOptionError for a name, a parameter or a value that there is not.
 */
export function parseMeasure(measure: string | Measure): Measure {
  if (typeof measure !== "string") return measure;
  const match = SHAPE.exec(measure);
  const declaration = match ? findMeasure(match[1]!) : undefined;
  if (!match || !declaration) {
    const names = MEASURES.map((each) => [each.name, ...each.aliases].join(" or ")).join(", ");
    throw new InvalidOptionError(
      "measure",
      measure,
      `${names}; with a cutoff as in nDCG@10 and parameters as in P(rel=2)@10`,
    );
  }
  const params: Record<string, unknown> = {};
  for (const [key, value] of splitParams(match[2] ?? "", measure)) {
    if (key in params) throw new InvalidOptionError("measure", measure, `each parameter once, not \`${key}\` twice`);
    params[key] = value;
  }
  if (match[3] !== undefined) {
    if ("cutoff" in params) throw new InvalidOptionError("measure", measure, "one cutoff, either @k or cutoff=k");
    params.cutoff = Number(match[3]);
  }
  return makeMeasure(declaration, params as MeasureParams);
}

/** Every name once, in the order given: a measure asked for under two names is measured once. */
export function parseMeasures(measures: readonly (string | Measure)[]): Measure[] {
  if (measures.length === 0) throw new InvalidOptionError("measures", measures, "at least one measure");
  return [...new Map(measures.map(parseMeasure).map((measure) => [measure.name, measure])).values()];
}

function splitParams(inside: string, measure: string): [string, unknown][] {
  const parts = inside.match(/[^,{]*(?:\{[^}]*\})?[^,{]*/g)?.map((part) => part.trim()) ?? [];
  return parts.filter(Boolean).map((part) => {
    const [, key, value] = /^([a-z_]+)\s*=\s*(.+)$/.exec(part) ?? [];
    if (!key || !value) throw new InvalidOptionError("measure", measure, "parameters written as name=value");
    return [key, readValue(value, measure)];
  });
}

function readValue(text: string, measure: string): unknown {
  if (/^-?\d+$/.test(text)) return Number(text);
  if (/^true$/i.test(text) || /^false$/i.test(text)) return text.toLowerCase() === "true";
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted) return quoted[2];
  if (/^\{.*\}$/.test(text)) return readGains(text, measure);
  throw new InvalidOptionError("measure", measure, "values that are integers, True, False, 'quoted' or {grade:gain}");
}

function readGains(text: string, measure: string): Record<string, number> {
  const pairs = text
    .slice(1, -1)
    .split(",")
    .filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, grade, gain] = /^\s*(-?\d+)\s*:\s*(-?\d+)\s*$/.exec(pair) ?? [];
      if (grade === undefined) throw new InvalidOptionError("measure", measure, "gains written as {1:2,2:5}");
      return [grade, Number(gain)];
    }),
  );
}
