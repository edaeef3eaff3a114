import type { Millis } from "../../base/clock.ts";
import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Family, Seconds } from "../../dns/record.ts";
import type { ClientAnswer } from "../answer-source.ts";

/** The inputs of an answer in addition to the zone. */
export interface AnswerContext {
  /**
   * Returns the answer for one family of the alias with that hostname (for a wildcard the name with `*`), fresh or stale.
   * Undefined: the live answer must be requested first. For a stale answer, `live` first returns undefined, so that the answer is
   * refreshed. After the wait, it returns an answer in any case. For an alias that the source no longer has, it returns `none`.
   */
  readonly live: (alias: Name, family: Family) => ClientAnswer | undefined;
  readonly now: Millis;
  /**
   * True for names of another, longer zone of this server. CNAMEs are followed only up to such a name. Absent: this server has no
   * such zone.
   */
  readonly isElsewhere?: (name: Name) => boolean;
}

export type AnswerResult =
  | ReadyAnswer
  /** The answer of the zone requires this live answer first. */
  | { readonly kind: "ask"; readonly alias: Name; readonly family: Family };

/** The sections of a response. Records of one RRset are adjacent. An owner name that equals the question's name is the same string. */
export interface ReadyAnswer {
  readonly kind: "answer";
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
  /** The number of glue records, which come first in `additionals`. A response without all of them needs TC (RFC 9471 3.1). */
  readonly glue: number;
  /** Every live answer that the response depends on. If there are none, the response is valid as long as the zone view. */
  readonly uses: readonly LiveUse[];
  /** True if `answers` has stale addresses, which requires EDE 3 (RFC 8914 4.4). Other sections never have stale addresses. */
  readonly stale: boolean;
  /** Only for SERVFAIL: a sentence for users with the reason. */
  readonly failure?: string;
}

/**
 * The position of a live answer's addresses in a response. Their TTL at another time comes from `liveTtl`, and their order can
 * change.
 */
export interface LiveUse {
  readonly alias: Name;
  readonly family: Family;
  /** Undefined: the response omits additional addresses that were not available. */
  readonly live: ClientAnswer | undefined;
  readonly maxTtl: Seconds;
  readonly section: "answers" | "additionals";
  /** The index of the first record in the section, and the number of records. 0 for live answers without addresses. */
  readonly start: number;
  readonly count: number;
}
