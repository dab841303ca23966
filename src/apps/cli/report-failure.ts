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
  process.stderr.write(`${paint(terminal, "red", "error:")} ${message}\n`);
  if (error instanceof Error && (verbose || !explained)) process.stderr.write(callsOf(error));
  return exitCodeOf(error);
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
