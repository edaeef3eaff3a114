import { writeFile } from "node:fs/promises";
import { machineNow } from "./machine.ts";

/** One measured value. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** "ms", "MiB", "%", or "" for a count. */
  readonly unit: string;
  /** The most that is wanted; absent where nothing is. */
  readonly atMost?: number;
  /** The least that is wanted; absent where nothing is. */
  readonly atLeast?: number;
}

export interface Report {
  readonly bench: string;
  /** What was measured, for people: "10000 aliases, 600 s". */
  readonly setting: string;
  readonly figures: readonly Figure[];
}

/** Prints the figures as a table, and writes them as JSON where a file is named; exit code 1 when something wanted is not met. */
export async function publish(report: Report, jsonFile: string | undefined): Promise<void> {
  const machine = machineNow();
  process.stdout.write(`\n${report.bench}: ${report.setting}\n${machine.line}\n\n${table(report.figures)}\n`);
  if (jsonFile !== undefined) {
    await writeFile(jsonFile, `${JSON.stringify({ ...report, machine }, undefined, 2)}\n`);
  }
  if (report.figures.some((figure) => !isMet(figure))) {
    process.exitCode = 1;
  }
}

/** A value that was not measured (NaN) meets nothing that is wanted. */
function isMet({ value, atMost, atLeast }: Figure): boolean {
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}

function wantedOf({ unit, atMost, atLeast }: Figure): string {
  const most = atMost === undefined ? [] : [`≤ ${amount(atMost, unit)}`];
  const least = atLeast === undefined ? [] : [`≥ ${amount(atLeast, unit)}`];
  return [...least, ...most].join(", ");
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    amount(figure.value, figure.unit),
    wantedOf(figure),
    wantedOf(figure) === "" ? "" : isMet(figure) ? "met" : "NOT MET",
  ]);
  const all = [["figure", "value", "wanted", ""], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map(([name = "", value = "", wanted = "", met = ""]) =>
      `${name.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${wanted.padStart(widths[2] ?? 0)}  ${met}`.trimEnd(),
    )
    .join("\n");
}

function amount(value: number, unit: string): string {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
}
