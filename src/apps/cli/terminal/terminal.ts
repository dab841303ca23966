/** What the command line may do with one of its two outputs. */
export interface Terminal {
  /** Someone watches: colours, bars and cutting to width make sense. */
  interactive: boolean;
  color: boolean;
  /** Columns, where there is a screen. */
  columns: number | undefined;
}

/** Looks at an output; `NO_COLOR` and `FORCE_COLOR` (https://no-color.org) stand above what it is. */
export function terminalOf(
  stream: NodeJS.WriteStream,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Terminal {
  const interactive = stream.isTTY === true;
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0";
  const refused = (env.NO_COLOR !== undefined && env.NO_COLOR !== "") || env.TERM === "dumb";
  return { interactive, color: forced || (interactive && !refused), columns: interactive ? stream.columns : undefined };
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Name of a style. */
export type Style = keyof typeof CODES;

/** Colours a text where colours are wanted. */
export function paint(terminal: Pick<Terminal, "color">, style: Style, text: string): string {
  const [on, off] = CODES[style];
  return terminal.color ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** Characters that take two columns: East Asian wide forms and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns that a text takes on a screen. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** A text on one line: control characters and runs of white space become one space. Nothing in it can steer the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
}

/** Cuts a text to so many columns, never within a character. */
export function cutTo(text: string, columns: number): string {
  // Most of a long text is never shown; looking at all of it would take longer than ranking it.
  const start = text.slice(0, columns * 8 + 8);
  if (start.length === text.length && displayWidth(text) <= columns) return text;
  let width = 0;
  let kept = "";
  for (const { segment } of segmenter.segment(start)) {
    width += WIDE.test(segment) ? 2 : 1;
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
