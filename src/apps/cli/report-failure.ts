import { CommanderError } from "commander";
import { isRerankError } from "../../errors.js";
import { CliError, EXIT, exitCodeOf } from "./failure.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Reports an error on standard error and returns the exit code. */
export function reportFailure(error: unknown, verbose: boolean): number {
  // Commander has already printed its message or the help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof Error && error.name === "AbortError") return EXIT.interrupted;
  const explained = error instanceof CliError || isRerankError(error) || isSystemError(error);
  const message = error instanceof Error ? error.message : String(error);
  const terminal = terminalOf(process.stderr);
  process.stderr.write(`${paint(terminal, "red", "error:")} ${inFlags(message)}\n`);
  if (error instanceof Error && (verbose || !explained)) process.stderr.write(callsOf(error));
  return exitCodeOf(error);
}

/** What the library's messages tell programs to do, and what does the same on the command line. */
const ADVICE_IN_FLAGS: readonly (readonly [RegExp, string])[] = [
  [/Pass `acceptLicense: true`/, "Pass --accept-license (in code: `acceptLicense: true`)"],
  // `--api-key` of `serve` is the key of its clients, so the variables are the only way.
  [/Pass `apiKey` or set /, "Set "],
  [/Pass `baseUrl`, for example ("[^"]+"), or set (.+?)\./, "Set $2, for example to $1."],
  [/Pass `model`, the name of a model that the server has\./, "Append the name of a model that the server has."],
  [/(another |\()`dtype`/, "$1--dtype"],
];

/** A message with the names of flags and variables in place of those of the library's options, which a command line does not have. */
function inFlags(message: string): string {
  return ADVICE_IN_FLAGS.reduce((text, [advice, flag]) => text.replace(advice, flag), message);
}

/** Whether the operating system refused something: a full disk, a file that another program removed. Its message says what and where. */
function isSystemError(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  return error instanceof Error && typeof code === "string" && typeof syscall === "string";
}

/** The stack of an error without the message, which is printed already. */
function callsOf({ stack = "" }: Error): string {
  const start = stack.search(/^ {4}at /m);
  return start < 0 ? "" : `${stack.slice(start)}\n`;
}
