import { CommanderError } from "commander";
import { isRerankError } from "../../errors.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Exit codes of every command; its help lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Text for the end of a command's help. */
export const EXIT_CODES_HELP = "\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.";

/** An error that its message explains fully, so that no stack trace is needed. */
export class CliError extends Error {
  override name = "CliError" as const;
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Errors of the package that mean wrong usage. Compared by name: they may come from another copy of its code. */
const USAGE_ERRORS = new Set(["InvalidOptionError", "InvalidInputError"]);

/** Reports an error on standard error and returns the exit code. */
export function reportFailure(error: unknown, verbose: boolean): number {
  // Commander has already printed its message or the help.
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
