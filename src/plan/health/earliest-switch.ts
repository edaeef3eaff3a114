import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { connects } from "../../api/health-check.ts";
import { targetNames } from "../../api/target-names.ts";

/** When health checks can take an address out of the answers. */
export interface EarliestSwitch {
  /** Not before. */
  readonly at: Millis;
  /** From then on `at` can be later, because the next check has ended. */
  readonly laterFrom: Millis;
}

/** Undefined: none. */
export function earliestOf(switches: readonly EarliestSwitch[]): EarliestSwitch | undefined {
  return switches.length === 0
    ? undefined
    : {
        at: Math.min(...switches.map(({ at }) => at)),
        laterFrom: Math.min(...switches.map(({ laterFrom }) => laterFrom)),
      };
}

/** A replica that doesn't check learns of a failure only with the switch, so it counts the failures that are left after the first two. */
const UNSEEN_FAILURES = 2;
const LEAST_MS: Millis = 5_000;

/** For a replica that follows the status, and for these targets. Undefined: none of them is checked. */
export function followedSwitch(
  { spec }: DnsAlias,
  names: ReadonlySet<string>,
  now: Millis,
): EarliestSwitch | undefined {
  const all = targetNames(spec.targets);
  const times = spec.targets.flatMap(({ healthCheck }, index) =>
    connects(healthCheck) && names.has(all[index] ?? "")
      ? [Math.max(LEAST_MS, (healthCheck.failureThreshold - UNSEEN_FAILURES) * healthCheck.periodMs)]
      : [],
  );
  return earliestOf(times.map((afterMs) => ({ at: now + afterMs, laterFrom: now + LEAST_MS })));
}
