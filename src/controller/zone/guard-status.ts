import type { DnsZone, GuardStatus } from "../../api/dns-zone.ts";
import type { Millis } from "../../base/clock.ts";
import { countDeletes, EMPTY_WINDOW, type GuardWindow } from "../../plan/guard-window.ts";
import type { ZoneState } from "./zone-state.ts";

/** What a restart or another replica must know of the guard: the deletes of the last hour, and the approval that was used. Undefined: nothing. */
export function guardStatus(window: GuardWindow, usedApproval: string | undefined): GuardStatus | undefined {
  const deletes = countDeletes(window);
  if (deletes === 0 && usedApproval === undefined) {
    return undefined;
  }
  const times = [...window.deleted.values(), ...(window.earlier === undefined ? [] : [window.earlier.at])];
  return {
    ...(deletes > 0 && {
      deletes,
      ofRecords: window.stood[0]?.count ?? deletes,
      lastDeleteTime: new Date(Math.max(...times)).toISOString().replace(/\.\d+Z$/, "Z"),
    }),
    ...(usedApproval !== undefined && { usedPlanHash: usedApproval }),
  };
}

/** Takes over what the last leader counted, which wrote it before each delete. The deletes count until an hour after the last of them. */
export function restoreGuard(state: ZoneState, { status }: DnsZone): void {
  const { deletes = 0, ofRecords = 0, lastDeleteTime = "", usedPlanHash } = status?.guard ?? {};
  const at: Millis = Date.parse(lastDeleteTime);
  state.usedApproval = usedPlanHash ?? state.usedApproval;
  if (deletes > 0 && !Number.isNaN(at)) {
    state.guardWindow = {
      ...EMPTY_WINDOW,
      unwatched: state.guardWindow.unwatched,
      earlier: { count: deletes, at },
      stood: [{ at, count: ofRecords }],
    };
  }
}
