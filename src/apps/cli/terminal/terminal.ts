import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import stringWidth from "string-width";

/** What the command line may do with one of its two outputs. */
export interface Terminal {
  /** A person is watching: progress bars and cutting lines to the width make sense. */
  interactive: boolean;
  color: boolean;
  /** Width of the screen in columns; `undefined` when the output is a file or a pipe. */
  columns: number | undefined;
}

/** Looks at an output. Node reads `NO_COLOR`, `FORCE_COLOR` and `TERM` (https://no-color.org). */
export function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Terminal {
  const interactive = stream.isTTY === true;
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0";
  const color = forced || (interactive && (stream as Partial<WriteStream>).hasColors?.(env) === true);
  return { interactive, color, columns: interactive ? stream.columns : undefined };
}

/** Colors a text where colors are wanted. */
export function paint(terminal: Pick<Terminal, "color">, style: Parameters<typeof styleText>[0], text: string): string {
  return terminal.color ? styleText(style, text, { validateStream: false }) : text;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A text on one line: control characters and runs of white space become one space. Nothing in it can control the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
}

/** Cuts a text to a number of columns, never within a character. */
export function cutTo(text: string, columns: number): string {
  // Most of a long text is never shown; measuring all of it would take longer than ranking it.
  const start = text.slice(0, columns * 8 + 8);
  if (start.length === text.length && stringWidth(text) <= columns) return text;
  let width = 0;
  let shown = "";
  for (const { segment } of segmenter.segment(start)) {
    width += stringWidth(segment);
    if (width > columns - 1) break;
    shown += segment;
  }
  return `${shown.trimEnd()}…`;
}
