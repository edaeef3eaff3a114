/** What became of one test, or what a test noted: one line of a results file. */
export interface Result {
  readonly kind: "pass" | "fail" | "skip" | "todo" | "expected-failure" | "note";
  /** The test file that ran, relative to the checkout, as `test/e2e/demo.test.ts`. */
  readonly file: string;
  /** Its suites and its name, joined by " > "; empty for a note. */
  readonly test: string;
  /** Of a skip, a todo and an expected failure; the text of a note. */
  readonly text?: string;
}

/** The part of an event of Node's test runner that a result needs. */
export interface RunnerEvent {
  readonly type: string;
  readonly data?: unknown;
}

export interface ResultReader {
  /** The results that are known with this event: those of a test file come all at its end. */
  read(event: RunnerEvent): readonly Result[];
  /** The results of files without an end of their own, as where all files run in one process. */
  rest(): readonly Result[];
}

/**
 * Turns the runner's events, in the order in which it reports them, into results. A skipped suite is one skip: nothing in it is reported.
 * An event names the file in which a test is written; only the summary of a file says which file ran it.
 */
export function resultReader(root: string): ResultReader {
  const names: string[] = [];
  let open: readonly Result[] = [];
  const close = (results: readonly Result[]): readonly Result[] => {
    open = [];
    return results;
  };
  return {
    read({ type, data }) {
      if (type === "test:summary") {
        const file = fileOf(data);
        return file === undefined ? [] : close(open.map((result) => ({ ...result, file: relativeTo(root, file) })));
      }
      const result = isEventData(data) ? resultOf(root, names, type, data) : undefined;
      open = result === undefined ? open : [...open, result];
      return [];
    },
    rest: () => close(open),
  };
}

/** `names` are those of the test that runs and of its suites; they follow the event. */
function resultOf(root: string, names: string[], type: string, data: EventData): Result | undefined {
  const file = relativeTo(root, data.file);
  if (type === "test:diagnostic") {
    return { kind: "note", file, test: "", text: data.message ?? "" };
  }
  if (type !== "test:start" && type !== "test:pass" && type !== "test:fail") {
    return undefined;
  }
  names.splice(data.nesting, Infinity, data.name ?? "");
  return type === "test:start" ? undefined : { ...outcomeOf(type, data), file, test: names.join(" > ") };
}

/** The results of one file of JSON lines. Throws on a line that is none. */
export function parseResults(text: string): readonly Result[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (!isResult(value)) {
        throw new Error(`no result of a test: ${line}`);
      }
      return value;
    });
}

interface EventData {
  readonly name?: string;
  readonly nesting: number;
  readonly file: string;
  readonly message?: string;
  /** True where no reason is given. */
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly expectFailure?: unknown;
}

function outcomeOf(type: "test:pass" | "test:fail", data: EventData): Pick<Result, "kind" | "text"> {
  if (isMarked(data.skip)) {
    return { kind: "skip", text: reasonOf(data.skip) };
  }
  if (isMarked(data.todo)) {
    return { kind: "todo", text: reasonOf(data.todo) };
  }
  if (type === "test:pass" && isMarked(data.expectFailure)) {
    return { kind: "expected-failure", text: reasonOf(data.expectFailure) };
  }
  return { kind: type === "test:pass" ? "pass" : "fail" };
}

/** An empty reason marks a test, too. */
function isMarked(option: unknown): boolean {
  return option !== undefined && option !== false;
}

function reasonOf(option: unknown): string {
  return typeof option === "string" ? option : "";
}

function relativeTo(root: string, file: string): string {
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
}

function fileOf(data: unknown): string | undefined {
  return typeof data === "object" && data !== null && "file" in data && typeof data.file === "string"
    ? data.file
    : undefined;
}

function isEventData(data: unknown): data is EventData {
  return (
    typeof data === "object" &&
    data !== null &&
    "nesting" in data &&
    typeof data.nesting === "number" &&
    fileOf(data) !== undefined
  );
}

const KINDS: ReadonlySet<unknown> = new Set(["pass", "fail", "skip", "todo", "expected-failure", "note"]);

function isResult(value: unknown): value is Result {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    KINDS.has(value.kind) &&
    "file" in value &&
    typeof value.file === "string" &&
    "test" in value &&
    typeof value.test === "string" &&
    (!("text" in value) || typeof value.text === "string")
  );
}
