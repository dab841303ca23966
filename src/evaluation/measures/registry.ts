import { InvalidOptionError } from "../../errors.js";
import { checkObject, functionFor } from "../../options.js";
import { AP } from "./ap.js";
import type { MeasureDeclaration } from "./declaration.js";
import { Judged } from "./judged.js";
import { nDCG } from "./ndcg.js";
import { P } from "./p.js";
import { R } from "./r.js";
import { RR } from "./rr.js";
import { Success } from "./success.js";

const BUILT_IN: readonly MeasureDeclaration[] = [nDCG, RR, AP, P, R, Success, Judged];

/** On the global object, so that the command line and both module formats know the measures that one copy of this package defined. */
const KEY = Symbol.for("langchain-rerank.measures");

function customMeasures(): MeasureDeclaration[] {
  const store = globalThis as { [KEY]?: MeasureDeclaration[] };
  store[KEY] ??= [];
  return store[KEY];
}

/** Every measure, in the order shown to users: the built-in ones, then those that were defined. */
export function listMeasures(): readonly MeasureDeclaration[] {
  return [...BUILT_IN, ...customMeasures()];
}

/** The measure with this name or alias, case-sensitive. */
export function findMeasure(name: string): MeasureDeclaration | undefined {
  return listMeasures().find((measure) => namesOf(measure).includes(name));
}

/**
 * Defines a measure of your own. From then on it can be named wherever measures are: in `measures`, in `parseMeasure`, and on the
 * command line.
 *
 * @returns The declaration, which `measures` also accepts.
 * @throws InvalidOptionError when the declaration lacks a field, a name is not made of letters, or another measure has it.
 *
 * @example
 * defineMeasure({
 *   name: "FirstGrade",
 *   description: "Grade of the first document.",
 *   parameters: {},
 *   compute: (ranking, judgments) => judgments.get(ranking[0] ?? "") ?? 0,
 * });
 * measureRun(run, qrels, ["FirstGrade", "nDCG@10"]);
 */
export function defineMeasure(declaration: MeasureDeclaration): MeasureDeclaration {
  checkObject(declaration, "declaration");
  functionFor("a function from a ranking and judgments to a number")("compute", declaration.compute);
  checkObject(declaration.parameters, "parameters");
  for (const name of namesOf(declaration)) {
    if (typeof name !== "string" || !/^[A-Za-z]+$/.test(name))
      throw new InvalidOptionError("name", name, "a name made of letters");
    if (findMeasure(name)) {
      throw InvalidOptionError.because("name", name, `A measure named "${name}" already exists. Choose another name.`);
    }
  }
  customMeasures().push(declaration);
  return declaration;
}

function namesOf({ name, aliases = [] }: MeasureDeclaration): string[] {
  return [name, ...aliases];
}
