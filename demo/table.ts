/**
 * A table for a terminal.
 *
 * @module
 */
import type { Paint } from "../dev/format.ts";

/** A cell, and the style it is shown in. */
export type Cell = readonly [text: string, style?: Parameters<Paint>[0]];

/** Columns as wide as they need to be; from the third on they stand on the right, as numbers do. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint) {
  const lines: (readonly Cell[])[] = [head.map((title) => [title, "bold"]), ...rows];
  const widths = head.map((_, i) => Math.max(...lines.map((cells) => cells[i]![0].length)));
  const [first, ...others] = lines.map((cells) =>
    cells.map(([text, style], i) => {
      const space = " ".repeat(widths[i]! - text.length);
      const shown = style ? paint(style, text) : text;
      return i < 2 ? shown + space : space + shown;
    }).join("  ")
  );
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [first, paint("dim", rule), ...others].join("\n");
}
