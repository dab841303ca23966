/**
 * Counts lines of code without comments and blank lines: `node scripts/count-lines.js [ROOT]` prints one line per folder of ROOT/src,
 * two levels deep, then the total of `src` and `packages`. ROOT defaults to this repository, so that two checkouts can be compared.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), ".."));
const CODE = new Set([".ts", ".js", ".mjs", ".cjs"]);
const SKIPPED = new Set(["node_modules", "dist"]);

/** Lines that hold at least one token. A template literal counts every line it spans that is not blank. */
function codeLines(text) {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  const lineStarts = ts.computeLineStarts(text);
  const lines = text.split("\n");
  const counted = new Set();
  const templateDepths = [];
  let depth = 0;
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (token === ts.SyntaxKind.TemplateHead) templateDepths.push(depth);
    else if (token === ts.SyntaxKind.OpenBraceToken) depth += 1;
    else if (token === ts.SyntaxKind.CloseBraceToken) {
      if (templateDepths.at(-1) === depth) {
        token = scanner.reScanTemplateToken(false);
        if (token === ts.SyntaxKind.TemplateTail) templateDepths.pop();
      } else depth -= 1;
    }
    const first = ts.computeLineOfPosition(lineStarts, scanner.getTokenStart());
    const last = ts.computeLineOfPosition(lineStarts, scanner.getTokenEnd());
    for (let line = first; line <= last; line++) if (lines[line].trim() !== "") counted.add(line);
  }
  return counted.size;
}

function* codeFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) yield* codeFiles(path);
    } else if (CODE.has(extname(entry.name))) yield path;
  }
}

const folders = new Map();
let total = 0;
for (const top of ["src", "packages"]) {
  for (const file of codeFiles(join(root, top))) {
    const lines = codeLines(readFileSync(file, "utf8"));
    const folder = relative(root, dirname(file)).split("/").slice(0, 3).join("/");
    folders.set(folder, (folders.get(folder) ?? 0) + lines);
    total += lines;
  }
}
for (const [folder, lines] of [...folders].sort()) console.log(`${String(lines).padStart(6)}  ${folder}`);
console.log(`${String(total).padStart(6)}  total`);
