import type { AgreementReply } from "./agreement-reply.ts";
import type { ZoneText } from "./zone-text.ts";

/**
 * What Knot does otherwise. The zone's text alone decides which questions and records an excuse is for.
 *
 * - `long chain`: Knot ends a chain of more than four CNAMEs sooner. Its records are some of ours then.
 * - `delegated address`: Knot adds addresses at or below a delegation to records that are no delegation, such as MX. The zone says nothing about them with
 *   authority (RFC 1034 4.2.1).
 * - `wildcard glue`: Knot adds glue to a referral that is there only by a wildcard below the delegation.
 */
export const EXCUSES = ["long chain", "delegated address", "wildcard glue"] as const;
export type Excuse = (typeof EXCUSES)[number];

/** The largest share of all questions that each may be needed for. Measured with eight seeds: 0.029, 0.0015 and 0.008. */
export const LARGEST_SHARE: Readonly<Record<Excuse, number>> = {
  "long chain": 0.05,
  "delegated address": 0.005,
  "wildcard glue": 0.02,
};

export interface Judgement {
  /** Undefined: both say the same, apart from what is excused. */
  readonly difference: string | undefined;
  /** Those without which there were a difference. */
  readonly excused: readonly Excuse[];
  /** The answer is a referral with glue that the zone's text has. */
  readonly hasGlue: boolean;
}

export interface Compared {
  readonly zone: ZoneText;
  readonly name: string;
  readonly type: string;
  readonly ours: AgreementReply;
  readonly knot: AgreementReply;
}

/** Compares two answers to one question. */
export function judge({ zone, name, type, ours, knot }: Compared): Judgement {
  const course = zone.courseOf(name, type);
  const excuse: Excuse = course.end === "referral" ? "wildcard glue" : "delegated address";
  const additional = knot.additional.filter((line) => !isExcused(zone, course.end, line));
  const theirs = { ...knot, additional };
  const more = additional.length < knot.additional.length ? [excuse] : [];
  const hasGlue = course.end === "referral" && additional.some((line) => zone.isDelegated(line.split(" ")[0] ?? ""));
  if (course.hops <= KNOT_FOLLOWS) {
    return { difference: difference(name, type, ours, theirs), excused: more, hasGlue };
  }
  const isBegin = theirs.answer.length > 0 && theirs.answer.every((line) => ours.answer.includes(line));
  return {
    difference: difference(name, type, ours, isBegin ? { ...theirs, answer: ours.answer } : theirs),
    excused: shown(ours) === shown(theirs) ? more : [...more, "long chain"],
    hasGlue,
  };
}

/** Knot 3.2 follows this many CNAMEs whatever they are. */
const KNOT_FOLLOWS = 4;

function isExcused(zone: ZoneText, end: string, line: string): boolean {
  const [owner = "", , type = ""] = line.split(" ");
  return zone.isDelegated(owner) && (end !== "referral" || !zone.has(owner, type));
}

function difference(name: string, type: string, ours: AgreementReply, theirs: AgreementReply): string | undefined {
  return shown(ours) === shown(theirs) ? undefined : `${name} ${type}\n ours  ${shown(ours)}\n knot  ${shown(theirs)}`;
}

function shown({ rcode, aa, answer, authority, additional }: AgreementReply): string {
  return JSON.stringify({ rcode, aa, answer: [...new Set(answer)], authority, additional });
}
