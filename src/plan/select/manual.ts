import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { DRAIN_ANNOTATION, FAILBACK_AT_ANNOTATION, FORCE_ANNOTATION } from "../../api/meta.ts";
import { targetNames } from "../../api/target-names.ts";
import { isTime, LONGEST_MS, rfc3339 } from "./annotation-time.ts";

/**
 * The drains, forces, and failbacks that annotations request in an incident. Each drain and force has an end, so that it can't be
 * forgotten.
 */
export interface ManualStates {
  /** Targets that count as unhealthy, with the end of the drain. */
  readonly drained: ReadonlyMap<string, Millis>;
  /** Targets that count as healthy, with the end of the force. A drain of the same target takes precedence. */
  readonly forced: ReadonlyMap<string, Millis>;
  /** When the alias returns to a better target with `failback.mode: Manual`. */
  readonly failbackAt: Millis | undefined;
  /** One problem for each annotation with a mistake. An annotation with a mistake has no effect. */
  readonly problems: readonly ManualProblem[];
  /** The earliest time at which a drain or force ends, or the failback is due. Undefined: never. */
  readonly changesAt: Millis | undefined;
}

export interface ManualProblem {
  readonly annotation: string;
  readonly value: string;
  /** The problem with its cure. */
  readonly message: string;
  /** True if the only mistake is that the time is over. */
  readonly isOver: boolean;
}

/** True if the alias has an annotation that drains or forces a target, now or earlier. */
export function hasManualStates({ meta }: DnsAlias): boolean {
  return DRAIN_ANNOTATION in meta.annotations || FORCE_ANNOTATION in meta.annotations;
}

/** Reads the annotations of an alias. The same input always has the same result. */
export function manualStates({ meta, spec }: Pick<DnsAlias, "meta" | "spec">, now: Millis): ManualStates {
  const names = targetNames(spec.targets);
  const read = (annotation: string): TargetsRead => readTargets({ annotation, names, now }, meta.annotations);
  const [drain, force] = [read(DRAIN_ANNOTATION), read(FORCE_ANNOTATION)];
  const failback = readFailback(meta.annotations[FAILBACK_AT_ANNOTATION], spec, now);
  const moments = [...drain.until.values(), ...force.until.values(), failback.at ?? 0].filter((at) => at > now);
  return {
    drained: drain.until,
    forced: new Map([...force.until].filter(([name]) => !drain.until.has(name))),
    failbackAt: failback.at,
    problems: [drain.problem, force.problem, failback.problem].flatMap((problem) => problem ?? []),
    changesAt: moments.length === 0 ? undefined : Math.min(...moments),
  };
}

interface Reading {
  readonly annotation: string;
  /** The names of the targets of the alias. */
  readonly names: readonly string[];
  readonly now: Millis;
}

interface TargetsRead {
  readonly until: ReadonlyMap<string, Millis>;
  readonly problem?: ManualProblem;
}

function readTargets(reading: Reading, annotations: Readonly<Record<string, string>>): TargetsRead {
  const { annotation, names, now } = reading;
  const value = annotations[annotation];
  if (value === undefined) {
    return NOTHING;
  }
  const entries = entriesOf(value);
  const example = `Use a value such as "${names[0] ?? ""} until ${rfc3339(now + 7_200_000)}".`;
  const failed = (message: string, isOver = false): TargetsRead => ({
    until: NOTHING.until,
    problem: { annotation, value, message: `${annotation} ${message}`, isOver },
  });
  if (entries === undefined) {
    return failed(`is invalid. ${example}`);
  }
  const unknown = entries.find(({ name }) => !names.includes(name));
  if (unknown !== undefined) {
    return failed(`names ${unknown.name}, which is not a target. Use ${choiceOf(names)}.`);
  }
  const until = entries.map(({ name, end }) => [name, end] as const);
  const ends = until.map(([, end]) => end);
  if (ends.includes(undefined)) {
    return failed(`has no end. ${example}`);
  }
  const times = ends.flatMap((end) => (end === undefined ? [] : [Date.parse(end)]));
  if (times.some(Number.isNaN)) {
    return failed(`is invalid. ${example}`);
  }
  if (Math.max(...times) > now + LONGEST_MS) {
    return failed("ends more than 7 days from now. Use an earlier time.");
  }
  // If several targets have ends of their own, an end in the past doesn't affect the other targets.
  if (Math.max(...times) <= now) {
    return failed(`ended at ${rfc3339(Math.max(...times))}. Remove it, or use a later time.`, true);
  }
  return {
    until: new Map(until.map(([name], index) => [name, times[index] ?? 0] as const).filter(([, at]) => at > now)),
  };
}

const NOTHING: TargetsRead = { until: new Map() };

interface Entry {
  readonly name: string;
  readonly end: string | undefined;
}

/** The targets in the value, each with the time after the next `until`. Undefined: the value has an invalid form. */
function entriesOf(value: string): readonly Entry[] | undefined {
  let end: string | undefined;
  const entries: Entry[] = [];
  for (const part of value.split(",").reverse()) {
    const words = part.trim().split(/\s+/);
    const [name = "", until, time] = words;
    if (name === "" || ![1, 3].includes(words.length) || (words.length === 3 && until !== "until")) {
      return undefined;
    }
    end = time ?? end;
    entries.unshift({ name, end: end === undefined || isTime(end) ? end : UNREADABLE });
  }
  return entries;
}

/** Replaces a text that isn't a time. */
const UNREADABLE = "";

function readFailback(
  value: string | undefined,
  { selection, failback }: DnsAlias["spec"],
  now: Millis,
): { readonly at?: Millis; readonly problem?: ManualProblem } {
  if (value === undefined) {
    return {};
  }
  const failed = (message: string) => ({
    problem: {
      annotation: FAILBACK_AT_ANNOTATION,
      value,
      message: `${FAILBACK_AT_ANNOTATION} ${message}`,
      isOver: false,
    },
  });
  if (selection !== "Failover" || failback.mode !== "Manual") {
    return failed("applies only if spec.failback.mode is Manual. Remove it, or set the mode.");
  }
  if (!isTime(value)) {
    return failed(`is invalid. Use a value such as "${rfc3339(now)}".`);
  }
  const at = Date.parse(value);
  return at > now + LONGEST_MS ? failed("is more than 7 days from now. Use an earlier time.") : { at };
}

/** Returns the names as a choice: "a", "a or b", or "a, b, or c". */
function choiceOf(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 3 ? names.join(" or ") : `${names.slice(0, -1).join(", ")}, or ${last}`;
}
