import type { Millis } from "../../base/clock.ts";
import { rfc3339 } from "../../plan/select/annotation-time.ts";
import type { ManualProblem, ManualStates } from "../../plan/select/manual.ts";
import type { ReportedEvent } from "../ports/reporter.ts";

/** The Events for drains that begin and end, and for annotations with a mistake, each once. */
export function manualEvents(before: ManualStates | undefined, after: ManualStates): readonly ReportedEvent[] {
  const drains = [...after.drained]
    .filter(([name, until]) => before?.drained.get(name) !== until)
    .map(([name, until]) => drainedEvent(name, until));
  const ends = [...(before?.drained.keys() ?? [])]
    .filter((name) => !after.drained.has(name))
    .map((name): ReportedEvent => {
      return { type: "Normal", reason: "DrainEnded", message: `The drain of target ${name} has ended.` };
    });
  const mistakes = after.problems
    .filter((problem) => !isKnown(problem, before))
    .map(({ message }): ReportedEvent => ({ type: "Warning", reason: "BadAnnotation", message }));
  return [...drains, ...ends, ...mistakes];
}

function drainedEvent(name: string, until: Millis): ReportedEvent {
  return { type: "Normal", reason: "Drained", message: `Target ${name} is drained until ${rfc3339(until)}.` };
}

/** True if the problem was reported, or if the problem is only that the time of an effective annotation is over. */
function isKnown({ annotation, value, isOver }: ManualProblem, before: ManualStates | undefined): boolean {
  return (
    before?.problems.some((one) => one.annotation === annotation && one.value === value) === true ||
    (isOver && before !== undefined && before.problems.every((one) => one.annotation !== annotation))
  );
}
