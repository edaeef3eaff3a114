import type { Millis } from "../../../base/clock.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import type { DnsAlias } from "../../../api/dns-alias.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { Claim } from "../../../plan/claims.ts";

/**
 * The maximum time that a name stays in its old zone after its new zones have written it. It leaves earlier if their servers serve
 * it.
 */
export const MOVE_WAIT_MS: Millis = 600_000;

/** A name that an alias now has in other zones, and that has, or had, records in a former zone. */
export interface Move {
  readonly name: Name;
  /** The present zones of the name, sorted. */
  readonly to: readonly ObjectKey[];
  /** When this process first saw that the name belongs to these zones. */
  readonly since: Millis;
  /**
   * `waiting`: a new zone doesn't serve the name yet. `moved`: all new zones serve it. `overdue`: one of them doesn't, and the
   * wait is over.
   */
  readonly phase: "waiting" | "moved" | "overdue";
  /**
   * Why the wait has no time limit. `frozen`: the records of the name may not change. `unwritten`: a new zone hasn't written the
   * name, so the old records are the only ones.
   */
  readonly stays?: "frozen" | "unwritten";
}

export interface MoveInput {
  readonly name: Name;
  readonly to: readonly ObjectKey[];
  /** True if every new zone has written the name, and serves it as far as this can be checked. */
  readonly isServed: boolean;
  /** True if the name is paused, or leads back to itself. */
  readonly isFrozen?: boolean;
  /** True if a new zone has neither written the name nor refused it in its plan. */
  readonly isUnwritten?: boolean;
  readonly now: Millis;
}

/**
 * Returns the move of a name for the current state of its new zones. The wait begins again if the name moves to yet another zone,
 * or if its new zones no longer serve it.
 */
export function nextMove(before: Move | undefined, input: MoveInput): Move {
  const { name, to, isServed, now } = input;
  const stays = input.isFrozen === true ? "frozen" : input.isUnwritten === true ? "unwritten" : undefined;
  const isSame = before?.to.join() === to.join() && (before.stays === undefined || before.stays === stays);
  const since = isSame && (before.phase !== "moved" || isServed) ? before.since : now;
  if (stays !== undefined && !isServed && before?.phase !== "overdue") {
    return { name, to, since, phase: "waiting", stays };
  }
  const isOver = now - since >= MOVE_WAIT_MS;
  return { name, to, since, phase: isServed ? "moved" : isOver ? "overdue" : "waiting" };
}

/** When the wait of a move ends, regardless of the new zones. Undefined: it has no time limit. */
export function moveEndsAt({ since, stays }: Pick<Move, "since" | "stays">): Millis | undefined {
  return stays === undefined ? since + MOVE_WAIT_MS : undefined;
}

export interface KeeperInput {
  /** The aliases that have the name in its new zones. */
  readonly winners: readonly DnsAlias[];
  /** The namespace that had the name in the old zone. Undefined: unknown. */
  readonly namespace: string | undefined;
  /** Whether the old zone admits aliases of a namespace. */
  readonly admits: (namespace: string) => boolean;
}

/**
 * Returns the aliases that the records in the old zone follow until they are withdrawn. They are the aliases of the namespace that
 * had the name there. If that namespace is unknown, they are the aliases that the zone admits. Without any, the records don't
 * change, so that no other namespace can set their addresses.
 */
export function keeperClaim({ winners, namespace, admits }: KeeperInput): Claim {
  const isKeeper = (of: string): boolean => (namespace === undefined ? admits(of) : of === namespace);
  const keepers = winners.filter(({ meta }) => isKeeper(meta.namespace));
  const [first] = keepers;
  return { winners: keepers.filter(({ meta }) => meta.namespace === first?.meta.namespace), losers: [] };
}
