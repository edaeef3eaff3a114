import type { Result } from "./result.ts";

/** A test that is skipped, or that fails, and is meant to. */
export interface Expected {
  readonly file: string;
  /** Its suites and its name, joined by " > ". */
  readonly test: string;
  /** What the test itself gives as the reason, to the letter. */
  readonly reason: string;
  /** It is skipped only for root, or only for another user. Absent: for both. */
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
  /** False on a machine that lacks servers: a skip for a component that isn't installed is allowed there, and an expected skip may be absent. */
  readonly complete: boolean;
}

/** What is wrong with the results, one sentence each; empty if all is as it is listed. */
export function judgeResults(given: JudgeInput): readonly string[] {
  const user = given.isRoot ? "root" : "user";
  const input = { ...given, skips: given.skips.filter(({ as }) => as === undefined || as === user) };
  const all = [...input.results.values()].flat();
  const skipped = all.filter(({ kind, text }) => kind === "skip" && (input.complete || !isMissingComponent(text)));
  return [
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
  const found = [...results.values()].flat().filter((result) => result.kind === kind);
  return list
    .filter((expected) => complete && !found.some((result) => matches(expected, result)))
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

function matches(expected: Expected, { file, test, text }: Result): boolean {
  return expected.file === file && expected.test === test && expected.reason === (text ?? "") && expected.reason !== "";
}

function nameOf({ file, test }: { readonly file: string; readonly test: string }): string {
  return `${file}: ${test}`;
}
