import type { CommandBlock } from "../support/doc-commands.ts";
import { noteOf } from "../support/doc-note.ts";
import { isMissingComponent, matches, type Expected } from "./judge.ts";
import type { Result } from "./result.ts";

export interface BlocksInput {
  readonly blocks: readonly CommandBlock[];
  readonly results: readonly Result[];
  /** As in `JudgeInput`. */
  readonly complete: boolean;
  /** The skips that are expected of this user. */
  readonly skips: readonly Expected[];
}

/**
 * The blocks of commands that say they are run, but whose text the named test did not note. On a machine that isn't complete a block is excused if a test of
 * that file was skipped for a missing component or as it is listed, or if the file did not run.
 */
export function missingBlocks({ blocks, results, complete, skips }: BlocksInput): readonly string[] {
  const notes = new Set(results.filter(({ kind }) => kind === "note").map(({ file, text }) => `${file}: ${text}`));
  return blocks.flatMap((block) => {
    const { page, line, mark } = block;
    if (mark?.kind !== "run" || notes.has(`${mark.by}: ${noteOf(block)}`)) {
      return [];
    }
    const ofFile = results.filter(({ file }) => file === mark.by);
    const excused = !complete && mayBeAbsent(ofFile, skips);
    return excused ? [] : [`${page}:${line} says it is run by ${mark.by}, which did not note its exact text`];
  });
}

function mayBeAbsent(ofFile: readonly Result[], skips: readonly Expected[]): boolean {
  const isExcuse = (result: Result): boolean =>
    result.kind === "skip" && (isMissingComponent(result.text) || skips.some((expected) => matches(expected, result)));
  return ofFile.every(({ kind }) => kind === "note") || ofFile.some(isExcuse);
}
