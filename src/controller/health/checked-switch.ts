import type { Millis } from "../../base/clock.ts";
import { earliestOf, type EarliestSwitch } from "../../plan/health/earliest-switch.ts";
import { failuresUntilDown } from "../../plan/health/probe.ts";
import type { Checker } from "./check/checker.ts";
import type { Decision } from "./steering-state.ts";

/**
 * The earliest switch if the checks of an address fail from now on. Only the replica that makes the checks knows it. Undefined: no
 * address of these targets is checked.
 */
export function checkedSwitch(
  { targets }: Decision,
  names: ReadonlySet<string>,
  checker: Pick<Checker, "state" | "nextAt" | "periodOf">,
  now: Millis,
): EarliestSwitch | undefined {
  const times = targets.flatMap(({ target: { check, name }, addresses }) =>
    check === undefined || !names.has(name)
      ? []
      : addresses.flatMap(({ address }) => {
          const probe = checker.state({ address, check })?.probe;
          if (probe === undefined) {
            return [];
          }
          const nextAt = Math.max(now, checker.nextAt({ address, check }) ?? now);
          const left = failuresUntilDown(probe, check);
          // If no further failure is necessary, the switch happens as soon as the other replicas agree.
          const at = left === 0 ? now : nextAt + (left - 1) * checker.periodOf({ address, check });
          return [{ at, laterFrom: nextAt + check.timeoutMs }];
        }),
  );
  return earliestOf(times);
}
