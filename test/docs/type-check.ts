import { join } from "node:path";
import ts from "typescript";
import { built } from "../support/built.js";
import type { DocModule } from "./modules.js";
import { ROOT } from "./pages.js";

/** As a strict application of Node has it. The package's types are the built ones, which users get. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  // `tsc --init` turns these on.
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmit: true,
  allowJs: true,
  checkJs: true,
  resolveJsonModule: true,
  types: ["node"],
  typeRoots: [join(ROOT, "node_modules/@types")],
  paths: {
    "langchain-rerank": [join(ROOT, "dist/index.d.ts")],
    "langchain-rerank/*": [join(ROOT, "dist/*.d.ts")],
    "langchain-rerank-docs/given": [join(ROOT, "test/docs/given.ts")],
  },
};

/** Problems by module, each with the page's line. All modules are one program, so that libraries are read once. */
export function typeCheck(modules: readonly DocModule[]): Map<DocModule, string[]> {
  built("index.d.ts");
  const files = new Map<string, string>();
  const byPath = new Map<string, DocModule>();
  for (const each of modules) {
    const path = join(ROOT, `${each.name}${each.extension}`);
    byPath.set(path, each);
    files.set(path, each.text);
    if (each.declarations) files.set(join(ROOT, `${each.name}.given.d.mts`), each.declarations);
  }
  const host = ts.createCompilerHost(OPTIONS, true);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path);
    return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, rest[0], true);
  };
  const program = ts.createProgram([...byPath.keys()], OPTIONS, host);
  const problems = new Map<DocModule, string[]>();
  for (const [path, each] of byPath) problems.set(each, problemsOf(program, path, each));
  return problems;
}

function problemsOf(program: ts.Program, path: string, { block, lines }: DocModule): string[] {
  const source = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((each) => {
    const line = source?.getLineAndCharacterOfPosition(each.start ?? 0).line ?? 0;
    return `${block.page}:${lines[line] ?? block.line}: ${ts.flattenDiagnosticMessageText(each.messageText, " ")}`;
  });
}
