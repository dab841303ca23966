import { isRerankError } from "../../errors.js";

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

/** The exit code that an error's kind means: wrong usage, or a failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  return isRerankError(error) && USAGE_ERRORS.has(error.name) ? EXIT.usage : EXIT.failed;
}
