import type { ReasonEntry } from "./reason-entry.ts";
import { ACCEPTED_REASONS } from "./reasons-accepted.ts";
import { EVENT_REASONS } from "./reasons-event.ts";
import { HEALTHY_REASONS } from "./reasons-healthy.ts";
import { HISTORY_ENTRIES } from "./reasons-history.ts";
import { PROGRAMMED_REASONS } from "./reasons-programmed.ts";
import { RESOLVED_REASONS } from "./reasons-resolved.ts";

export const REASONS: readonly ReasonEntry[] = [
  {
    reason: "Ready",
    on: ["Ready"],
    meaning: "All conditions of the object are True.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  ...ACCEPTED_REASONS,
  ...RESOLVED_REASONS,
  ...PROGRAMMED_REASONS,
  ...HEALTHY_REASONS,
  ...EVENT_REASONS,
  ...HISTORY_ENTRIES,
];

/** Returns who acts next. An unknown reason counts as `dnsalias`, so that an unknown reason never makes an object Stalled. */
export function whoActs(reason: string): ReasonEntry["turn"] {
  return TURNS.get(reason) ?? "dnsalias";
}

const TURNS: ReadonlyMap<string, ReasonEntry["turn"]> = new Map(REASONS.map(({ reason, turn }) => [reason, turn]));
