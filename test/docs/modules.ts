import ts from "typescript";
import { parseDirective } from "./directives.js";
import type { CodeBlock, Page } from "./markdown.js";

/** A block as a module: what it continues, what it is given, and itself. */
export interface DocModule {
  block: CodeBlock;
  /** Path of the module, beside its page, without extension: packages are found as the page's folder finds them. */
  name: string;
  extension: ".mts" | ".mjs" | ".cjs";
  text: string;
  /** Text of a declaration file beside it, `<name>.given.d.mts`, for names that only have a type. */
  declarations: string | undefined;
  /** Line of the page for each line of the text, from 0. */
  lines: number[];
}

const EXTENSIONS = { ts: ".mts", js: ".mjs", typescript: ".mts", javascript: ".mjs" } as const;

/** The modules of a page's TypeScript and JavaScript blocks; those that are skipped are left out. */
export function modulesOf(page: Page): DocModule[] {
  const modules: DocModule[] = [];
  let chain: CodeBlock[] = [];
  for (const block of page.blocks) {
    const extension = EXTENSIONS[block.language as keyof typeof EXTENSIONS];
    if (!extension) continue;
    const { continues, skip } = parseDirective(block);
    if (skip !== undefined) continue;
    if (continues && chain.length === 0) throw new Error(`${block.page}:${block.line}: there is nothing to continue`);
    chain = continues ? [...chain, block] : [block];
    modules.push(assemble(chain, extension));
  }
  return modules;
}

/**
 * Imports go to the first line, each name once; the blocks follow, each in a scope within that of the one before, so that names may come
 * again. A lone block that exports stays at the top level.
 */
function assemble(chain: readonly CodeBlock[], extension: ".mts" | ".mjs"): DocModule {
  const block = chain.at(-1)!;
  const name = `${block.page}.line${block.line}`;
  const imports = new Map<string, string>();
  const given = new Set<string>();
  const declared = new Map<string, string>();
  const body: string[] = [];
  const lines = [block.line];
  const parts = chain.map((each) => liftImports(each, imports));
  const exporting = chain.length === 1 && parts[0]!.exports;
  for (const [index, each] of chain.entries()) {
    const directive = parseDirective(each);
    for (const name of directive.given) given.add(name);
    for (const { name, type } of directive.declared) declared.set(name, type);
    const codeLines = parts[index]!.code.split("\n");
    if (!exporting) codeLines[0] = `{ ${codeLines[0]}`;
    body.push(...codeLines);
    lines.push(...codeLines.map((_, offset) => each.line + offset));
  }
  const own = [...given].filter((name) => !imports.has(name));
  const first = [...imports.values()];
  if (own.length > 0) first.push(`import { ${own.join(", ")} } from "langchain-rerank-docs/given";`);
  if (declared.size > 0)
    first.push(`import { ${[...declared.keys()].join(", ")} } from "./${baseName(name)}.given.mjs";`);
  const closing = exporting ? "" : "}".repeat(chain.length);
  const declarations = [...declared].map(([name, type]) => `export declare const ${name}: ${type};`).join("\n");
  return {
    block,
    name,
    extension,
    text: [`${first.join(" ")} export {};`, ...body, closing].join("\n"),
    declarations: declared.size > 0 ? declarations : undefined,
    lines: [...lines, block.line],
  };
}

/** Takes a block's imports out, into `imports` by local name, leaving every other character at its line. */
function liftImports({ code }: CodeBlock, imports: Map<string, string>): { code: string; exports: boolean } {
  const source = ts.createSourceFile("block.mts", code, ts.ScriptTarget.ES2022, true);
  let rest = code;
  let exports = false;
  for (const statement of source.statements) {
    exports ||= ts.canHaveModifiers(statement) && hasExport(statement);
    if (!ts.isImportDeclaration(statement)) continue;
    const [start, end] = [statement.getStart(), statement.getEnd()];
    rest = rest.slice(0, start) + rest.slice(start, end).replace(/[^\n]/g, " ") + rest.slice(end);
    for (const [local, text] of singleImports(statement)) imports.set(local, text);
  }
  return { code: rest, exports };
}

function hasExport(statement: ts.HasModifiers): boolean {
  return ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** An import of several names as imports of one name each. */
function* singleImports({ importClause, moduleSpecifier }: ts.ImportDeclaration): Generator<[string, string]> {
  const from = moduleSpecifier.getText();
  if (!importClause) return yield [from, `import ${from};`];
  const only = importClause.isTypeOnly ? "type " : "";
  const bindings = importClause.namedBindings;
  if (importClause.name) yield [importClause.name.text, `import ${only}${importClause.name.text} from ${from};`];
  if (!bindings) return;
  if (ts.isNamespaceImport(bindings)) yield [bindings.name.text, `import ${only}${bindings.getText()} from ${from};`];
  else
    for (const each of bindings.elements) yield [each.name.text, `import ${only}{ ${each.getText()} } from ${from};`];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
