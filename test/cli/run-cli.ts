import { spawn } from "node:child_process";
import { built } from "../support/built.js";

const CLI = built("cli.js");

/** What a run of the command line printed, and its exit code. */
export interface CliRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line in a process whose outputs are pipes. */
export function runCli(
  args: readonly string[],
  {
    input,
    env = {},
    cwd,
    closesStdout = false,
    closesStderr = false,
    onStderr,
    onStart,
  }: {
    input?: string;
    env?: Record<string, string>;
    cwd?: string;
    /** Nobody reads standard output. */
    closesStdout?: boolean;
    /** Nobody reads standard error. */
    closesStderr?: boolean;
    onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
    onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<CliRun> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...inherited, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  onStart?.((signal) => child.kill(signal));
  const run: CliRun = { code: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    run.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    run.stderr += text;
    onStderr?.(run.stderr, (signal) => child.kill(signal));
  });
  if (closesStdout) child.stdout.destroy();
  if (closesStderr) child.stderr.destroy();
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  return new Promise((done) => child.on("close", (code) => done({ ...run, code })));
}
