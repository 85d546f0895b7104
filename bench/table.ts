/**
 * Tables of Markdown, with figures to the right.
 *
 * @module
 */

/** A table of this head and these rows. */
export function table(head: string[], body: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rows = body.map((cells) => line(head.map((_, i) => cells[i] ?? "")));
  return [line(head), line(head.map((_, i) => i === 0 ? "---" : "---:")), ...rows].join("\n");
}
