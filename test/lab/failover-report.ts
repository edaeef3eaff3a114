import type { Millis } from "../../src/base/clock.ts";
import { duration } from "../../src/cli/terminal/text.ts";
import { documentedBoundMs, type BoundParts } from "../support/staleness.ts";
import type { Held } from "./demo-report.ts";
import type { FailoverPlayed } from "./failover-play.ts";
import { MAIN, STANDBY } from "./failover-scene.ts";
import type { FailoverSeen, Look } from "./failover-watch.ts";

export interface FailoverEvidence {
  readonly played: FailoverPlayed;
  readonly seen: FailoverSeen;
  /** From the start of the controller until the name was served. */
  readonly startedInMs: Millis;
  /** The counter of zone writes at the end. */
  readonly writes: number;
}

/** `failback.after` of examples/demo-failover. */
export const FAILBACK_MS: Millis = 10_000;
/** Two good checks with a period of 5 s and a timeout of 1 s, `failback.after`, 3 s for the delivery, and 4 s in a cache. */
const RETURN_MS: Millis = 2 * 5_000 + 1_000 + FAILBACK_MS + 3_000 + 4_000;

/** Judges what was seen. */
export function judgeFailover({ played, seen, startedInMs, writes }: FailoverEvidence): readonly Held[] {
  const { killedAt, revivedAt, boundMs } = played;
  return [
    first(seen, killedAt),
    switches(seen, played, startedInMs),
    visits(seen, killedAt + boundMs),
    comesBack(seen, revivedAt),
    neverBlank(seen),
    beside(seen),
    {
      promise: "writes only after a change",
      // The start writes the zone without the name at first if the lookups are slower, and then with it.
      held: writes <= 4,
      figures: `${writes} writes for the start, the switch, and the return`,
    },
  ];
}

function first({ server, visits }: FailoverSeen, killedAt: Millis): Held {
  const before = server.filter(({ at }) => at < killedAt);
  const others = before.filter((look) => !has(look, MAIN)).length;
  const failed = visits.filter(({ at, ok }) => at < killedAt - VISIT_MS && !ok).length;
  return {
    promise: "the main target is published while it is healthy",
    held: before.length > 0 && others === 0 && failed === 0,
    figures: `${before.length} answers, ${others} with another target; ${failed} failed requests`,
  };
}

/** A request that began before the kill can fail by the kill. */
const VISIT_MS: Millis = 2_000;

/** docs/concepts/steering.md: 2 × 5 s + 1 s for the checks, 2 s for the plan, 3 s for the delivery, and a TTL of 4 s: 20 s. */
const DOCUMENTED: BoundParts = { refreshMs: 13_000, deliveryMs: 3_000, ttlMs: 4_000 };

function switches(
  { server, visitor }: FailoverSeen,
  { killedAt, revivedAt, boundMs }: FailoverPlayed,
  startedInMs: Millis,
): Held {
  // The first delivery is measured by the product, too, and makes the bound longer if it was slow.
  const documentedMs = Math.ceil(documentedBoundMs(DOCUMENTED, [startedInMs]) / 1_000) * 1_000;
  const lastMain = (looks: readonly Look[]): Millis =>
    (looks.findLast((look) => look.at < revivedAt && has(look, MAIN))?.at ?? Infinity) - killedAt;
  const [atServer, atVisitor] = [lastMain(server), lastMain(visitor)];
  return {
    promise: "the name switches within the bound",
    held: atServer <= boundMs && atVisitor <= boundMs && boundMs <= documentedMs,
    figures: `after ${duration(atServer)} at the server, after ${duration(atVisitor)} behind a cache; bound in the status ${duration(boundMs)}, documented ${duration(documentedMs)}`,
  };
}

function visits({ visits: all }: FailoverSeen, boundEndsAt: Millis): Held {
  const failed = all.filter(({ ok }) => !ok);
  const late = failed.filter(({ at }) => at > boundEndsAt).length;
  return {
    promise: "requests to the name succeed again within the bound",
    held: all.length > failed.length && failed.length > 0 && late === 0,
    figures: `${all.length} HTTPS requests, ${failed.length} failed, ${late} of them after the bound`,
  };
}

function comesBack({ visitor }: FailoverSeen, revivedAt: Millis): Held {
  const firstMain = visitor.find((look) => look.at > revivedAt && has(look, MAIN))?.at ?? Infinity;
  const tookMs = firstMain - revivedAt;
  const left = visitor.filter((look) => look.at > firstMain && !has(look, MAIN)).length;
  return {
    promise: "the name returns once, and not before failback.after",
    held: tookMs >= FAILBACK_MS && tookMs <= RETURN_MS && left === 0,
    figures: `after ${duration(tookMs)}; documented ${duration(FAILBACK_MS)} to ${duration(RETURN_MS)}; ${left} answers left it again`,
  };
}

function neverBlank({ server, visitor }: FailoverSeen): Held {
  const all = [...server, ...visitor];
  const wrong = all.filter((look) => !has(look, MAIN) && !has(look, STANDBY)).length;
  return {
    promise: "the name always has the addresses of one target",
    held: wrong === 0,
    figures: `${all.length} answers, ${wrong} without an address or with others`,
  };
}

function beside({ beside: { queries, wrong } }: FailoverSeen): Held {
  return {
    promise: "MX, TXT do not change",
    held: queries > 0 && wrong.length === 0,
    figures: `${queries} answers, ${wrong.length === 0 ? "all correct" : `wrong: ${wrong.join("; ")}`}`,
  };
}

function has({ addresses }: Look, address: string): boolean {
  return addresses.length === 1 && addresses[0] === address;
}
