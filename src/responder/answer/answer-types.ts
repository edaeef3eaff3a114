import type { Millis } from "../../base/clock.ts";
import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Family, Seconds } from "../../dns/record.ts";
import type { ClientAnswer } from "../answer-source.ts";

/** What an answer may look at besides the zone. */
export interface AnswerContext {
  /**
   * Returns the answer for one family of the alias with that hostname (for a wildcard the name with `*`), fresh or stale; undefined: it must be requested
   * first. To request a stale one again, the caller returns undefined for it, and returns it after the wait. For an alias that the source
   * no longer has, it returns `none`.
   */
  readonly live: (alias: Name, family: Family) => ClientAnswer | undefined;
  readonly now: Millis;
  /** True for names that another, longer zone of this server has: CNAMEs are followed up to there. Absent: there are none. */
  readonly isElsewhere?: (name: Name) => boolean;
}

export type AnswerResult =
  | ReadyAnswer
  /** The answer of the zone requires this live answer first. */
  | { readonly kind: "ask"; readonly alias: Name; readonly family: Family };

/** The sections of a response; records of one set stand together. Owner names that are the question's are the question's `name`. */
export interface ReadyAnswer {
  readonly kind: "answer";
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
  /** So many additionals, from the first on, are glue: a response without all of them needs TC (RFC 9471 3.1). */
  readonly glue: number;
  /** Every live answer that it depends on. Without one, it is valid as long as the view. */
  readonly uses: readonly LiveUse[];
  /** It has addresses past their time: send EDE 3 (RFC 8914 4.4). Only `answers` are ever stale. */
  readonly stale: boolean;
  /** Only for SERVFAIL: a sentence for users with the reason. */
  readonly failure?: string;
}

/** Where a live answer's addresses stand; their TTL at another moment is that of `liveTtl`, and their order is free. */
export interface LiveUse {
  readonly alias: Name;
  readonly family: Family;
  /** Undefined: additional addresses that were not there and were not waited for. */
  readonly live: ClientAnswer | undefined;
  readonly maxTtl: Seconds;
  readonly section: "answers" | "additionals";
  /** The first record in the section, and how many; none for live answers without addresses. */
  readonly start: number;
  readonly count: number;
}
