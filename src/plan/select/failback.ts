import type { Millis } from "../../base/clock.ts";
import type { Candidate, SelectInput } from "./select.ts";

const HOUR_MS: Millis = 3_600_000;
/** Up to this many switches in an hour don't lengthen the delay. */
const FREE_SWITCHES = 2;

/** The switches of the last hour. */
export function recentSwitches(switches: readonly Millis[], now: Millis): readonly Millis[] {
  return switches.filter((at) => now - at < HOUR_MS);
}

/**
 * The time for which a better target must have been healthy. It is `failback.after`, doubled with each switch from the third one in
 * an hour on. Doubling stops at one hour.
 */
export function failbackDelay(afterMs: Millis, switches: number): Millis {
  const doubled = afterMs * 2 ** Math.max(0, switches - FREE_SWITCHES);
  return Math.max(afterMs, Math.min(doubled, HOUR_MS));
}

/** With `failback.mode: Manual`, the alias fails back once, at the time in the annotation. A time before its last switch has no effect. */
function manualReturn({
  manualFailbackAt,
  current,
}: Pick<SelectInput, "manualFailbackAt" | "current">): Millis | undefined {
  return manualFailbackAt !== undefined && manualFailbackAt > (current?.since ?? -Infinity)
    ? manualFailbackAt
    : undefined;
}

/**
 * The earliest time at which one of these better targets has been healthy for long enough. Undefined: the alias never fails back by
 * itself. When a switch is more than an hour old, the delay becomes shorter.
 */
export function failbackAt(
  input: Pick<SelectInput, "failback" | "switches" | "now" | "manualFailbackAt" | "current">,
  better: readonly Candidate[],
): Millis | undefined {
  const { failback, switches, now } = input;
  if (failback.mode === "Manual" || better.length === 0) {
    return better.length === 0 ? undefined : manualReturn(input);
  }
  const since = Math.min(...better.map(({ healthSince }) => healthSince));
  const moments = [now, ...switches.map((at) => at + HOUR_MS).filter((at) => at > now)];
  return Math.min(
    ...moments.map((from) =>
      Math.max(from, since + failbackDelay(failback.afterMs, recentSwitches(switches, from).length)),
    ),
  );
}
