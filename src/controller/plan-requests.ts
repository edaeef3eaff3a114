import type { Millis } from "../base/clock.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { ObjectKey } from "../api/meta.ts";
import type { ControllerContext } from "./context.ts";
import { changeSeen } from "./zone/state/planned.ts";
import { replace } from "./zone/state/zone-state.ts";

/** Requests a plan of a zone. `lastSuccessBefore`: when a lookup last returned the answer from before the change. */
export function plan(context: ControllerContext, zone: ObjectKey, lastSuccessBefore?: Millis): void {
  const state = context.zones.get(zone);
  if (state !== undefined) {
    const change = { at: context.deps.clock.now(), lastSuccessBefore };
    replace(state, { planned: changeSeen(state.planned, change) });
    context.zoneQueue.add(zone, { afterMs: context.planning.waitMs() });
  }
}

/** Requests a plan of every zone with a hostname of the alias, and an update of the responder. */
export function planAlias(context: ControllerContext, { spec }: DnsAlias, lastSuccessBefore: Millis | undefined): void {
  const { store, zoneSync } = context;
  for (const hostname of spec.hostnames) {
    for (const zone of [...store.zonesOfName(hostname), ...store.former.zonesOf(hostname)]) {
      zoneSync?.changed(zone, hostname);
      plan(context, zone, lastSuccessBefore);
    }
  }
}
