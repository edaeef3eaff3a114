import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** A breakage that was found by hand, and the tests that must fail with it. */
export interface Row {
  readonly id: string;
  /** What breaks, in one sentence. */
  readonly change: string;
  /** The promise or page that it breaks. */
  readonly promise: string;
  readonly edits: readonly RowEdit[];
  readonly tests: readonly string[];
  /** For --test-name-pattern. */
  readonly pattern: string | undefined;
}

export interface RowEdit {
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly replace: string;
  readonly by: string;
}

export function readRows(): readonly Row[] {
  return globSync("test/mutants/rows/*.json")
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((path) => parseRow(basename(path, ".json"), JSON.parse(readFileSync(path, "utf8"))));
}

/** Throws for JSON that isn't a row. */
export function parseRow(id: string, json: unknown): Row {
  const given = record(id, json);
  const edits = given["edits"] === undefined ? [given] : list(id, "edits", given["edits"]);
  const row: Row = {
    id: text(id, given, "id"),
    change: text(id, given, "change"),
    promise: text(id, given, "promise"),
    edits: edits.map((edit) => readEdit(id, edit)),
    tests: list(id, "tests", given["tests"]).map((file) => (typeof file === "string" ? file : fail(id, "tests"))),
    pattern: given["pattern"] === undefined ? undefined : text(id, given, "pattern"),
  };
  return row.id === id && row.tests.length > 0 && row.edits.length > 0 ? row : fail(id, "id, tests, edits");
}

/** Why the row can't be applied to the files as they are; empty if it can. */
export function problemsOf(row: Row, read: (file: string) => string | undefined): readonly string[] {
  return [
    ...row.tests.filter((file) => read(file) === undefined).map((file) => `${row.id}: no test ${file}`),
    ...row.edits.flatMap(({ file, replace, by }) => {
      const count = read(file)?.split(replace).length ?? 0;
      return count === 2 && replace !== by ? [] : [`${row.id}: ${file} has the text ${Math.max(0, count - 1)} times`];
    }),
  ];
}

export function applyEdit(source: string, { replace, by }: RowEdit): string {
  return source.split(replace).join(by);
}

type Fields = Readonly<Record<string, unknown>>;

function readEdit(id: string, json: unknown): RowEdit {
  const edit = record(id, json);
  const by = edit["by"];
  return {
    file: text(id, edit, "file"),
    replace: text(id, edit, "replace"),
    by: typeof by === "string" ? by : fail(id, "by"),
  };
}

function record(id: string, value: unknown): Fields {
  return isRecord(value) ? value : fail(id, "an object");
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(id: string, field: string, value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : fail(id, field);
}

function text(id: string, fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === "string" && value !== "" ? value : fail(id, field);
}

function fail(id: string, wanted: string): never {
  throw new Error(`test/mutants/rows/${id}.json: expected ${wanted}`);
}
