import type { Sink } from "../../src/cli/terminal/streams.ts";
import { harmless, styled } from "../../src/cli/terminal/text.ts";

interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Rows under a line of titles, each column as wide as its widest cell; ends with a line break. Control characters are made harmless. */
export function table(sink: Sink, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => columns.map((_, index) => harmless(row[index] ?? "")));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => (row[index] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => pad(row[index] ?? "", widths[index] ?? 0, align ?? "left"))
      .join("  ")
      .trimEnd();
  const head = styled(sink, "bold", line(columns.map(({ title }) => title)));
  return [head, ...cells.map(line), ""].join("\n");
}

function pad(text: string, width: number, align: "left" | "right"): string {
  return align === "left" ? text.padEnd(width) : text.padStart(width);
}
