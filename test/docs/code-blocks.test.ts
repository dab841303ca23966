import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { commandProblems } from "./commands.js";
import { parseDirective } from "./directives.js";
import type { CodeBlock } from "./markdown.js";
import { type DocModule, modulesOf } from "./modules.js";
import { readPages } from "./pages.js";
import { type BlockRun, DocsProject, samePrint } from "./run-blocks.js";
import { typeCheck } from "./type-check.js";

const pages = readPages();
const blocks = pages.flatMap((page) => page.blocks);
const modules = pages.flatMap(modulesOf);

const PLAIN = ["", "text", "console"];
const TYPED = ["ts", "js", "typescript", "javascript"];
const SHELL = ["sh", "bash", "dockerfile"];
const LANGUAGES = [...PLAIN, ...TYPED, ...SHELL, "json", "yaml", "python", "mermaid", "html", "sql", "css"];

const ofLanguage = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));
const place = ({ page, line }: CodeBlock) => `${page}:${line}`;

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);

describe("the blocks of the pages", () => {
  it("are of languages that are checked here, and say why where they are skipped", () => {
    expect(blocks.length).toBeGreaterThan(40);
    expect(blocks.filter(({ language }) => !LANGUAGES.includes(language)).map(place)).toEqual([]);
    const skipped = blocks.filter((block) => (parseDirective(block).skip?.split(" ").length ?? 4) < 4);
    expect(skipped.map(place)).toEqual([]);
  });

  it("type-check against the built package", () => {
    const problems = typeCheck(modules);
    expect(problems.size).toBe(modules.length);
    expect([...problems.values()].flat()).toEqual([]);
  }, 240_000);

  it("of data can be parsed", () => {
    for (const block of ofLanguage("json")) expect(() => JSON.parse(block.code), place(block)).not.toThrow();
    for (const block of ofLanguage("yaml")) {
      const errors = parseAllDocuments(block.code).flatMap((document) => document.errors.map(({ message }) => message));
      expect(errors, place(block)).toEqual([]);
    }
  });

  it("of the shell call existing commands with existing options", async () => {
    const problems = await Promise.all(ofLanguage(...SHELL).map(commandProblems));
    expect(problems.flat()).toEqual([]);
  });

  it.skipIf(!python)("of Python can be parsed (skipped without Python)", () => {
    for (const { code, ...block } of ofLanguage("python")) {
      const { status, stderr } = spawnSync(python!, ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], {
        input: code,
      });
      expect(status, `${block.page}:${block.line}\n${stderr}`).toBe(0);
    }
  });
});

describe("the blocks that are run", () => {
  const running = blocks.filter((block) => parseDirective(block).run);
  const byBlock = new Map<CodeBlock, DocModule>(modules.map((each) => [each.block, each]));
  const runs = new Map<CodeBlock, BlockRun>();

  beforeAll(async () => {
    const project = new DocsProject();
    const scripts = running.flatMap((block) => byBlock.get(block) ?? []);
    for (const [index, run] of (await project.runModules(scripts)).entries()) runs.set(scripts[index]!.block, run);
    for (const block of running) if (!byBlock.has(block)) runs.set(block, await project.runShell(block));
  }, 240_000);

  afterAll(() => {
    const counts = `${blocks.length} blocks on ${pages.length} pages: ${modules.length} type-checked, ${running.length} run`;
    process.stdout.write(`docs: ${counts}\n`);
  });

  it("are not none, and are scripts or commands", () => {
    expect(running.length).toBeGreaterThan(0);
    const others = running.filter(({ language }) => ![...TYPED, "sh"].includes(language));
    expect(others.map(place)).toEqual([]);
  });

  it.each(running.map((block) => ({ at: place(block), block })))("$at", ({ block }) => {
    const { fails } = parseDirective(block);
    const { error, output } = runs.get(block)!;
    expect(error && `${error.name}: ${error.message}`, output).toEqual(fails && expect.stringContaining(`${fails}: `));
    const shown = blocks[blocks.indexOf(block) + 1];
    if (!shown || shown.page !== block.page || !parseDirective(shown).output) return;
    const printed = error && fails ? `${error.name}: ${error.message}` : output;
    expect(samePrint(printed, shown.code), `${place(shown)} shows\n${shown.code}\nbut printed was\n${printed}`).toBe(
      true,
    );
  });
});
