import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command, type CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import type { CodeBlock } from "./markdown.js";
import { ROOT } from "./pages.js";

const COMMANDS = [
  import("../../src/apps/cli/commands/rank.js"),
  import("../../src/apps/cli/commands/models.js"),
  import("../../src/apps/cli/commands/serve.js"),
  import("../../src/apps/cli/commands/eval.js"),
  import("../../src/apps/cli/commands/compare.js"),
  import("../../src/apps/cli/commands/tune.js"),
  import("../../src/apps/cli/commands/calibrate.js"),
  import("../../src/apps/cli/commands/doctor.js"),
];

/** Instructions of a Dockerfile; what follows the first group is a command line of the shell, or its words as JSON. */
const DOCKER = /^(RUN|CMD|ENTRYPOINT)\s+(.*)$/;

/**
 * Problems of a block's command lines: `langchain-rerank` is parsed as the command line would, `npm run` must name a script, and
 * `node FILE` and `python FILE` a file of this repository. Other commands are not looked at.
 */
export async function commandProblems(block: CodeBlock): Promise<string[]> {
  const problems: string[] = [];
  for (const { text, line } of logicalLines(block)) {
    for (const words of splitCommands(text)) {
      const problem = await problemOf(words);
      if (problem) problems.push(`${block.page}:${line}: ${problem}`);
    }
  }
  return problems;
}

function* logicalLines({ code, line, language }: CodeBlock): Generator<{ text: string; line: number }> {
  let text = "";
  let first = line;
  for (const [offset, each] of code.split("\n").entries()) {
    if (text === "") first = line + offset;
    text += each.replace(/\\$/, " ");
    if (each.endsWith("\\")) continue;
    if (language === "dockerfile") text = shellOfDocker(text);
    yield { text: text.replace(/^\$ /, ""), line: first };
    text = "";
  }
}

function shellOfDocker(text: string): string {
  const command = DOCKER.exec(text)?.[2] ?? "";
  return command.startsWith("[") ? (JSON.parse(command) as string[]).map((word) => `'${word}'`).join(" ") : command;
}

/** Words of each command of a line: quotes are heeded, `NAME=value` and `sudo` before a command left out. */
export function splitCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const [token] of line.matchAll(
    /\s+#.*$|^#.*$|\|\||&&|[|;&]|\d?>{1,2}\S*|<|(?:'[^']*'|"(?:[^"\\]|\\.)*"|[^\s'"|;&<>])+/g,
  )) {
    if (/^\s*#/.test(token)) break;
    if (/^(\|\||&&|[|;&])$/.test(token)) commands.push([]);
    else if (!/^(\d?>|<)/.test(token)) commands.at(-1)!.push(token.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"/g, "$1$2"));
  }
  return commands.map((words) =>
    words.slice(
      Math.max(
        0,
        words.findIndex((word) => !/^(\w+=.*|sudo|exec)$/.test(word)),
      ),
    ),
  );
}

async function problemOf(words: readonly string[]): Promise<string | undefined> {
  const [first, ...rest] = words[0] === "npx" ? words.slice(1) : words;
  if (first === "langchain-rerank" || first === "node_modules/.bin/langchain-rerank") return parseProblem(rest);
  if (first === "npm" && rest[0] === "run" && rest[1]) {
    return rest[1] in packageJson.scripts ? undefined : `package.json has no script "${rest[1]}"`;
  }
  const file = rest.find((word) => !word.startsWith("-"));
  const runs = (first === "node" || first === "python" || first === "python3") && file && rest[0] === file;
  return runs && file.includes("/") && !existsSync(join(ROOT, file)) ? `there is no file ${file}` : undefined;
}

/** Parses as `langchain-rerank` does, without doing anything. */
async function parseProblem(args: readonly string[]): Promise<string | undefined> {
  const program = new Command("langchain-rerank").version(packageJson.version, "-v, --version");
  for (const { register } of await Promise.all(COMMANDS)) register(program);
  quieten(program);
  try {
    await program.parseAsync([...args], { from: "user" });
    return undefined;
  } catch (error) {
    const { code, message } = error as CommanderError;
    return ["commander.help", "commander.helpDisplayed", "commander.version"].includes(code) ? undefined : message;
  }
}

function quieten(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  if (command.commands.length === 0) command.action(() => {});
  for (const each of command.commands) quieten(each);
}
