import { CommanderError } from "commander";
import { isRerankError } from "../../errors.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Exit codes of every command, as its help says. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Text for the end of a command's help. */
export const EXIT_CODES_HELP = "\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.";

/** A fault that its message explains fully; no stack is of use. */
export class CliError extends Error {
  override name = "CliError" as const;
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Errors of the package that the command line is at fault for. By name: they may come from another copy of its code. */
const USAGE_ERRORS = new Set(["InvalidOptionError", "InvalidInputError"]);

/** Says on standard error what went wrong and returns the exit code. */
export function reportFailure(error: unknown, verbose: boolean): number {
  // Commander has printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof Error && error.name === "AbortError") return EXIT.interrupted;
  const explained = error instanceof CliError || isRerankError(error);
  const message = error instanceof Error ? error.message : String(error);
  const terminal = terminalOf(process.stderr);
  process.stderr.write(`${paint(terminal, "red", "error:")} ${message}\n`);
  if (error instanceof Error && (verbose || !explained) && error.stack) process.stderr.write(`${error.stack}\n`);
  if (error instanceof CliError) return error.exitCode;
  return isRerankError(error) && USAGE_ERRORS.has(error.name) ? EXIT.usage : EXIT.failed;
}
