import { InvalidOptionError } from "../../errors.js";
import type { MeasureDeclaration, MeasureParams } from "./declaration.js";
import { type Measure, makeMeasure } from "./measure.js";
import { findMeasure, listMeasures } from "./registry.js";

const SHAPE = /^\s*([A-Za-z]+)\s*(?:\(([^()]*)\))?\s*(?:@\s*(\d+))?\s*$/;

/**
 * Reads a measure's name as ir_measures writes it. A declaration such as `nDCG` gets the defaults of its parameters.
 *
 * @example
 * parseMeasure("nDCG@10");
 * parseMeasure("P(rel=2)@10").name; //=> "P(rel=2)@10"
 * parseMeasure("nDCG(dcg='exp-log2')@10");
 * parseMeasure("MRR@10").name; //=> "RR@10"
 * parseMeasure(nDCG).name; //=> "nDCG"
 *
 * @throws InvalidOptionError when the measure or a parameter is unknown, or a value has the wrong type.
 */
export function parseMeasure(measure: string | Measure | MeasureDeclaration): Measure {
  if (typeof measure !== "string") return fromObject(measure);
  const match = SHAPE.exec(measure);
  const declaration = match ? findMeasure(match[1]!) : undefined;
  if (!match || !declaration) {
    const names = listMeasures().map(({ name, aliases = [] }) => [name, ...aliases].join(" or "));
    throw InvalidOptionError.because(
      "measure",
      measure,
      `Unknown measure "${measure}". Known measures: ${names.join(", ")}. Add a cutoff as in nDCG@10, and parameters as in P(rel=2)@10. ` +
        "Define others with `defineMeasure`.",
    );
  }
  const params: Record<string, unknown> = {};
  for (const [key, value] of splitParams(match[2] ?? "", measure)) {
    if (Object.hasOwn(params, key)) throw problem(measure, `the parameter "${key}" appears twice`);
    params[key] = value;
  }
  if (match[3] !== undefined) {
    if ("cutoff" in params) throw problem(measure, "the cutoff appears twice, as @k and as cutoff=k");
    params.cutoff = Number(match[3]);
  }
  return makeMeasure(declaration, params as MeasureParams);
}

/** Parses several measures in the order given. A measure that is requested under two names is measured once. */
export function parseMeasures(measures: readonly (string | Measure | MeasureDeclaration)[]): Measure[] {
  if (!Array.isArray(measures) || measures.length === 0)
    throw new InvalidOptionError("measures", measures, "an array of at least one measure");
  return [...new Map(measures.map(parseMeasure).map((measure) => [measure.name, measure])).values()];
}

function fromObject(measure: Measure | MeasureDeclaration): Measure {
  if (typeof measure !== "object" || measure === null || typeof measure.compute !== "function") {
    throw new InvalidOptionError("measure", measure, 'the name of a measure, such as "nDCG@10", or a measure');
  }
  return "parameters" in measure ? makeMeasure(measure) : measure;
}

function problem(measure: string, sentence: string): InvalidOptionError {
  return InvalidOptionError.because("measure", measure, `Invalid measure "${measure}": ${sentence}.`);
}

function splitParams(inside: string, measure: string): [string, unknown][] {
  const parts = inside.match(/[^,{]*(?:\{[^}]*\})?[^,{]*/g)?.map((part) => part.trim()) ?? [];
  return parts.filter(Boolean).map((part) => {
    const [, key, value] = /^([a-z_]+)\s*=\s*(.+)$/.exec(part) ?? [];
    if (!key || !value) throw problem(measure, "parameters are written as name=value");
    return [key, readValue(value, measure)];
  });
}

function readValue(text: string, measure: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted) return quoted[2];
  if (/^\{.*\}$/.test(text)) return readGains(text, measure);
  throw problem(measure, `${text} is not a number, True, False, a 'quoted' string or {grade:gain}`);
}

function readGains(text: string, measure: string): Record<string, number> {
  const pairs = text
    .slice(1, -1)
    .split(",")
    .filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, grade, gain] = /^\s*(-?\d+)\s*:\s*(-?\d+)\s*$/.exec(pair) ?? [];
      if (grade === undefined) throw problem(measure, "gains are written as {1:2,2:5}");
      return [grade, Number(gain)];
    }),
  );
}
