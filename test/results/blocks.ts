import type { CommandBlock } from "../support/doc-commands.ts";
import { noteOf } from "../support/doc-note.ts";
import { isMissingComponent } from "./judge.ts";
import type { Result } from "./result.ts";

/**
 * The blocks of commands that say they are run, but whose text the named test did not note. On a machine that isn't complete a block is excused if a test of
 * that file was skipped for a missing component, or if the file did not run.
 */
export function missingBlocks(
  blocks: readonly CommandBlock[],
  results: readonly Result[],
  complete: boolean,
): readonly string[] {
  const notes = new Set(results.filter(({ kind }) => kind === "note").map(({ file, text }) => `${file}: ${text}`));
  return blocks.flatMap((block) => {
    const { page, line, mark } = block;
    if (mark?.kind !== "run" || notes.has(`${mark.by}: ${noteOf(block)}`)) {
      return [];
    }
    const excused = !complete && mayBeAbsent(results.filter(({ file }) => file === mark.by));
    return excused ? [] : [`${page}:${line} says it is run by ${mark.by}, which did not note its exact text`];
  });
}

function mayBeAbsent(ofFile: readonly Result[]): boolean {
  return (
    ofFile.every(({ kind }) => kind === "note") ||
    ofFile.some(({ kind, text }) => kind === "skip" && isMissingComponent(text))
  );
}
