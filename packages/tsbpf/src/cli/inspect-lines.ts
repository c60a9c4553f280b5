// Lines of the text that `tsbpf inspect` prints, and columns of them.

import type { Color } from "./io.js";

/** One line; control characters are still in it. */
export interface Line {
  readonly text: string;
  readonly color?: Color;
}

/** Left-aligned columns with two spaces between; numbers go right. */
export function table(rows: readonly (readonly (string | number)[])[]): Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, String(cell).length)));
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
    });
    return { text: `  ${cells.join("  ")}` };
  });
}
