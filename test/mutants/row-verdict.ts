import type { Row } from "./rows.ts";

/** One run of a test file of a row. */
export interface RowRun {
  readonly code: number;
  /** Of each test that ran to its end. */
  readonly results: readonly RowResult[];
}

export interface RowResult {
  readonly name: string;
  readonly passed: boolean;
}

/** Reads the lines of row-results.ts. Ignores lines of other text, which a test can print. */
export function parseResults(output: string): readonly RowResult[] {
  return output.split("\n").flatMap((line) => {
    const match = /^\{"name":(".*"),"passed":(true|false)\}$/.exec(line);
    return match === null ? [] : [{ name: String(JSON.parse(match[1] ?? "")), passed: match[2] === "true" }];
  });
}

/**
 * What a test file of a row overlooked. With a pattern, each test that it selects must fail, so that one test doesn't excuse another.
 * Without one, one failed test is enough. A run that fails before any test ends counts as failed.
 */
export function survivorsOf(row: Pick<Row, "pattern">, file: string, { code, results }: RowRun): readonly string[] {
  const passed = results.filter((result) => result.passed).map(({ name }) => `${file}: ${name}`);
  if (row.pattern !== undefined && passed.length > 0) {
    return passed;
  }
  return code === 0 ? [file] : [];
}
