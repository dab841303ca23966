import { spawn } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import ts from "typescript";
import { built } from "../support/built.js";
import type { CodeBlock } from "./markdown.js";
import type { DocModule } from "./modules.js";
import { ROOT } from "./pages.js";

/** Blocks may create clients of services; nothing listens there, so that a block that called one would fail. */
const SERVICES = {
  CO_API_KEY: "of-the-docs-project",
  CO_API_URL: "http://127.0.0.1:9",
  TEI_BASE_URL: "http://127.0.0.1:9",
  AWS_REGION: "none",
};

/** What a run left. */
export interface BlockRun {
  /** Everything it printed. */
  output: string;
  /** Name and message of the error that it ended with. */
  error: { name: string; message: string } | undefined;
}

/** A project as a user has it: this package and its neighbors in `node_modules`, nothing else. Git ignores the folder. */
export class DocsProject {
  readonly folder = join(ROOT, ".cache/docs-project");

  constructor() {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(join(this.folder, "node_modules/.bin"), { recursive: true });
    mkdirSync(join(this.folder, "node_modules/langchain-rerank-docs"));
    symlinkSync(ROOT, join(this.folder, "node_modules/langchain-rerank"), "dir");
    const command = `#!/bin/sh\nexec "${process.execPath}" "${built("cli.js")}" "$@"\n`;
    writeFileSync(join(this.folder, "node_modules/.bin/langchain-rerank"), command, { mode: 0o755 });
    writeFileSync(join(this.folder, "package.json"), '{ "name": "docs-project", "type": "module", "private": true }\n');
  }

  /** Runs modules one after the other in one process, so that they share loaded models, and returns what each left. */
  async runModules(modules: readonly DocModule[]): Promise<BlockRun[]> {
    const given = await readFile(join(ROOT, "test/docs/given.ts"), "utf8");
    const givenPackage = join(this.folder, "node_modules/langchain-rerank-docs");
    writeFileSync(join(givenPackage, "package.json"), '{ "type": "module", "exports": { "./given": "./given.js" } }\n');
    writeFileSync(join(givenPackage, "given.js"), toJavaScript(given));
    const paths = modules.map((each) => {
      const path = join(this.folder, `${each.name}.mjs`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, toJavaScript(each.text));
      return path;
    });
    const { output } = await this.#spawn(process.execPath, [join(ROOT, "test/docs/run-modules.js"), ...paths]);
    const runs = output.split("\n").filter((line) => line.startsWith("{"));
    if (runs.length !== modules.length) throw new Error(`The process of the blocks ended early:\n${output}`);
    return runs.map((line) => JSON.parse(line) as BlockRun);
  }

  /** Runs a shell block; a status other than 0 is an error, as is a missing command. */
  runShell({ code }: CodeBlock): Promise<BlockRun> {
    return this.#spawn("sh", ["-e", "-c", code]);
  }

  #spawn(command: string, args: readonly string[]): Promise<BlockRun> {
    const env = {
      ...process.env,
      ...SERVICES,
      HF_HUB_OFFLINE: "1",
      NO_COLOR: "1",
      COLUMNS: "120",
      npm_config_offline: "true",
    };
    const child = spawn(command, args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    return new Promise((done, failed) => {
      child.on("error", failed);
      child.on("close", (code) => {
        const error = code === 0 ? undefined : { name: `status ${code}`, message: output };
        done({ output, error });
      });
    });
  }
}

function toJavaScript(text: string): string {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: false },
  });
  return outputText;
}

/** Whether a run printed what a page shows. Numbers may be off by .02: 8-bit scores depend on the processor's instructions. */
export function samePrint(printed: string, shown: string): boolean {
  const NUMBER = /-?\d+\.\d+/g;
  const words = (text: string) => text.replace(NUMBER, "#").trim().split(/\s+/).join(" ");
  const numbers = (text: string) => (text.match(NUMBER) ?? []).map(Number);
  if (words(printed) !== words(shown)) return false;
  const expected = numbers(shown);
  return numbers(printed).every((each, index) => Math.abs(each - expected[index]!) <= 0.02);
}
