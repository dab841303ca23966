/**
 * Counts lines of code without comments and blank lines: `node scripts/count-lines.js [ROOT]` prints one line per folder of ROOT/src
 * (two levels deep), then the total of `src` and `packages`. ROOT defaults to this repository, so that two checkouts can be compared.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), ".."));
