import type { Result } from "./result.ts";

/** A test that is skipped, or that fails, and is meant to. */
export interface Expected {
  readonly file: string;
  /** Its suites and its name, joined by " > ". */
  readonly test: string;
  /** What the test itself gives as the reason, to the letter. */
  readonly reason: string;
  /** It is skipped only for root, or only for another user, who runs the suites without CI=true. Absent: for both. */
  readonly as?: "root" | "user";
  /** Where the test ran instead: it has to have passed there. Absent: nowhere. */
  readonly ranIn?: "no-root";
}

export interface Expectations {
  readonly skips: readonly Expected[];
  /** Tests with the option `expectFailure`: Node.js fails them as soon as they pass. */
  readonly failures: readonly Expected[];
}

export interface JudgeInput extends Expectations {
  /** The results of each suite, by its name. */
  readonly results: ReadonlyMap<string, readonly Result[]>;
  /** Test files that have to have a result. */
  readonly files: readonly string[];
  /** Whether root ran the suites. */
  readonly isRoot: boolean;
  /**
   * True with CI=true, which root runs on a machine with all servers. Otherwise a skip for a component that isn't installed is allowed, and what is
   * listed may be absent in a file with such a skip.
   */
  readonly complete: boolean;
}

/** What is wrong with the results, one sentence each; empty if all is as it is listed. */
export function judgeResults(given: JudgeInput): readonly string[] {
  const input = { ...given, skips: skipsOf(given) };
  const all = [...input.results.values()].flat();
  const skipped = all.filter(({ kind, text }) => kind === "skip" && (input.complete || !isMissingComponent(text)));
  return [
    ...(input.complete && !input.isRoot ? ["only root can run all suites, so CI=true needs root"] : []),
    ...all.filter(({ kind }) => kind === "fail").map((result) => `failed: ${nameOf(result)}`),
    ...all.filter(({ kind }) => kind === "todo").map((result) => `left to do: ${nameOf(result)}`),
    ...unlisted("skipped", skipped, input.skips),
    ...unlisted(
      "failed as its option says",
      all.filter(({ kind }) => kind === "expected-failure"),
      input.failures,
    ),
    ...absent(input, "skip", input.skips),
    ...absent(input, "expected-failure", input.failures),
    ...notRunElsewhere(input),
    ...withoutResults(input, all),
  ];
}

/** The listed skips of the user who ran the suites. */
export function skipsOf({ skips, isRoot }: Pick<JudgeInput, "skips" | "isRoot">): readonly Expected[] {
  return skips.filter(({ as }) => as === undefined || as === (isRoot ? "root" : "user"));
}

/** As `skipWithout` of the test support words it. */
export function isMissingComponent(text: string | undefined): boolean {
  return text?.startsWith("not installed: ") === true;
}

function unlisted(what: string, results: readonly Result[], list: readonly Expected[]): readonly string[] {
  return results
    .filter((result) => !list.some((expected) => matches(expected, result)))
    .map((result) => `${what}, and not listed: ${nameOf(result)} (${JSON.stringify(result.text ?? "")})`);
}

/** What is listed and doesn't occur is a mistake of the list, or a test that is gone. */
function absent({ results, complete }: JudgeInput, kind: Result["kind"], list: readonly Expected[]): readonly string[] {
  const all = [...results.values()].flat();
  const found = all.filter((result) => result.kind === kind);
  const lacks = (file: string): boolean =>
    all.some((result) => result.file === file && result.kind === "skip" && isMissingComponent(result.text));
  return list
    .filter(({ file }) => complete || !lacks(file))
    .filter((expected) => !found.some((result) => matches(expected, result)))
    .map((expected) => `listed, but it was no ${kind}: ${nameOf(expected)} (${JSON.stringify(expected.reason)})`);
}

function notRunElsewhere({ results, skips, complete }: JudgeInput): readonly string[] {
  return skips.flatMap((expected) => {
    const { ranIn, file, test } = expected;
    const passed = (result: Result) => result.kind === "pass" && result.file === file && result.test === test;
    return !complete || ranIn === undefined || results.get(ranIn)?.some(passed) === true
      ? []
      : [`skipped, and did not pass in ${ranIn} either: ${nameOf(expected)}`];
  });
}

function withoutResults({ files }: JudgeInput, all: readonly Result[]): readonly string[] {
  const seen = new Set(all.filter(({ kind }) => kind !== "note").map(({ file }) => file));
  return files.filter((file) => !seen.has(file)).map((file) => `no test ran in ${file}`);
}

/** Whether a result is the expected one, with its reason to the letter. */
export function matches(expected: Expected, { file, test, text }: Result): boolean {
  return expected.file === file && expected.test === test && expected.reason === (text ?? "") && expected.reason !== "";
}

function nameOf({ file, test }: { readonly file: string; readonly test: string }): string {
  return `${file}: ${test}`;
}
