import stringWidth from "string-width";
import { cutTo, oneLine, paint, type Terminal } from "./terminal.js";

/** One column of a table. */
export interface Column {
  title: string;
  /** Numbers are aligned to the right. @default "left" */
  align?: "left" | "right";
  /** This column is cut when the screen is too narrow. @default the first column is */
  shrink?: boolean;
}

const GAP = "  ";

/** Renders rows as aligned columns, cut to the width of the screen if there is one. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[index]!))),
  );
  const flexible = Math.max(
    0,
    columns.findIndex(({ shrink }) => shrink),
  );
  if (terminal.columns !== undefined) {
    const others = widths.reduce((sum, width, index) => sum + (index === flexible ? 0 : width + GAP.length), 0);
    widths[flexible] = Math.max(12, Math.min(widths[flexible]!, terminal.columns - others));
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => {
        const text = index === flexible ? cutTo(cell, widths[index]!) : cell;
        const space = " ".repeat(Math.max(0, widths[index]! - stringWidth(text)));
        return columns[index]!.align === "right" ? space + text : text + space;
      })
      .join(GAP)
      .trimEnd();
  return [paint(terminal, "bold", line(columns.map(({ title }) => title))), ...cells.map(line)].join("\n");
}
