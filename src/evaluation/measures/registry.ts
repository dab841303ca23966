import { AP } from "./ap.js";
import type { MeasureDeclaration } from "./declaration.js";
import { Judged } from "./judged.js";
import { nDCG } from "./ndcg.js";
import { P } from "./p.js";
import { R } from "./r.js";
import { RR } from "./rr.js";
import { Success } from "./success.js";

/** Every measure there is, in the order that they are listed to users. */
export const MEASURES: readonly MeasureDeclaration[] = [nDCG, RR, AP, P, R, Success, Judged];

/** A declaration by its name or one of its aliases, upper and lower case as written. */
export function findMeasure(name: string): MeasureDeclaration | undefined {
  return MEASURES.find((declaration) => declaration.name === name || declaration.aliases.includes(name));
}
