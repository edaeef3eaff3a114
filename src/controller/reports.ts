import type { ObjectKey } from "../api/meta.ts";
import type { Requeue } from "../schedule/work-queue.ts";
import { answersOf, hasEveryZone, kindKey, mayWrite, overdueOf, type ControllerContext } from "./context.ts";
import { onWithdrawn } from "./event-handlers.ts";
import { reportPin } from "./status/pin-events.ts";
import { updateAliasStatus, type AliasReportDeps } from "./status/update-alias-status.ts";
import { updateZoneStatus, type ZoneReportDeps } from "./status/update-zone-status.ts";

/** Updates the status and finalizer of an alias, and reports its pin. */
export async function report(context: ControllerContext, key: ObjectKey, signal: AbortSignal): Promise<Requeue> {
  const before = context.store.alias(key);
  const next = await updateStatus(context, key, signal);
  if (mayWrite(context)) {
    const { clock, reporter, observer } = context.deps;
    reportPin({ clock, reporter, observer, badPins: context.badPins }, key, before, context.store.alias(key));
  }
  return next;
}

function updateStatus(context: ControllerContext, key: ObjectKey, signal: AbortSignal): Promise<Requeue> {
  const { clock, log, reporter, observer, ownerId } = context.deps;
  const deps: AliasReportDeps = {
    clock,
    log,
    reporter,
    observer,
    ownerId,
    store: context.store,
    zoneState: (zone) => context.zones.get(zone),
    steering: context.steering,
    overdueOf: (alias) => overdueOf(context, alias),
    answersOf: (alias) => answersOf(context, alias),
    mayWrite: () => mayWrite(context),
    invalidEdit: (alias) => context.invalid.get(kindKey("DnsAlias", alias)),
    deletions: context.deletions,
    sourceNow: () => context.deps.inventory.sourceNow?.(),
    hasEveryZone: () => hasEveryZone(context),
    isUnreadZone: (zone) => context.invalid.has(kindKey("DnsZone", zone)),
    unserved: (alias) => context.unserved.get(kindKey("DnsAlias", alias)),
  };
  return updateAliasStatus(deps, key, signal);
}

/** Updates the status and finalizer of a DnsZone. */
export function reportOn(context: ControllerContext, zone: ObjectKey, signal: AbortSignal): Promise<Requeue> {
  const { clock, log, reporter, observer } = context.deps;
  const deps: ZoneReportDeps = {
    clock,
    log,
    reporter,
    observer,
    store: context.store,
    zoneState: (key) => context.zones.get(key),
    mayWrite: () => mayWrite(context),
    invalidEdit: (key) => context.invalid.get(kindKey("DnsZone", key)),
    deletions: context.zoneDeletions,
    isGone: (key) => context.withdrawing.has(key),
    sourceNow: () => context.deps.inventory.sourceNow?.(),
    unserved: (key) => context.unserved.get(kindKey("DnsZone", key)),
    onWithdrawn: (key) => onWithdrawn(context, key),
  };
  return updateZoneStatus(deps, zone, signal);
}
