import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { connects } from "../../api/health-check.ts";
import { targetNames } from "../../api/target-names.ts";

/** The earliest time at which health checks can remove an address from the answers. */
export interface EarliestSwitch {
  /** No switch is before this time. */
  readonly at: Millis;
  /** From this time on, `at` can be later, because the next check has ended. */
  readonly laterFrom: Millis;
}

/** Returns the earliest of the switches. Undefined: there are none. */
export function earliestOf(switches: readonly EarliestSwitch[]): EarliestSwitch | undefined {
  return switches.length === 0
    ? undefined
    : {
        at: Math.min(...switches.map(({ at }) => at)),
        laterFrom: Math.min(...switches.map(({ laterFrom }) => laterFrom)),
      };
}

/** The number of failed checks that a replica assumes if it makes no checks, because it can't see failures. */
const UNSEEN_FAILURES = 2;
const LEAST_MS: Millis = 5_000;

/**
 * Returns the earliest switch for a replica that follows the status. Undefined: none of these targets is checked. `isAsked`: the
 * leader has an open question about an address of the alias, so at most one further failure causes the switch.
 */
export function followedSwitch(
  { spec }: DnsAlias,
  names: ReadonlySet<string>,
  { now, isAsked }: { readonly now: Millis; readonly isAsked: boolean },
): EarliestSwitch | undefined {
  const all = targetNames(spec.targets);
  const times = spec.targets.flatMap(({ healthCheck }, index) =>
    connects(healthCheck) && names.has(all[index] ?? "")
      ? [
          isAsked
            ? LEAST_MS
            : Math.max(LEAST_MS, (healthCheck.failureThreshold - UNSEEN_FAILURES) * healthCheck.periodMs),
        ]
      : [],
  );
  return earliestOf(times.map((afterMs) => ({ at: now + afterMs, laterFrom: now + LEAST_MS })));
}
