import type { ObjectKey } from "../api/meta.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import type { ControllerContext } from "./context.ts";
import { restoreGuard } from "./zone/guarded-writes.ts";
import { makeProvider } from "./zone/invalid-provider.ts";
import { inputChanged } from "./zone/state/observed.ts";
import { newZoneState, replace, setNext } from "./zone/state/zone-state.ts";

/** Changes of a zone that come together are one status. */
export const REPORT_GATHER_MS = 1_000;

/** Takes over a DnsZone that is new or edited: its provider is made anew only if its spec is another one. */
export function setZone(context: ControllerContext, key: ObjectKey, zone: DnsZone): void {
  const known = context.zones.get(key);
  if (known !== undefined && (known.next ?? known).zone.meta.uid !== zone.meta.uid) {
    forgetZone(context, key);
  }
  const state = context.zones.get(key);
  if (state === undefined) {
    const made = newZoneState(zone, makeProvider(context.deps, zone, undefined));
    restoreGuard(made, zone);
    context.zones.set(key, made);
    context.propagationQueue.add(key);
    return;
  }
  const before = state.next ?? state;
  const changed = JSON.stringify(before.zone.spec) !== JSON.stringify(zone.spec);
  setNext(state, {
    zone,
    provider: changed ? makeProvider(context.deps, zone, before.provider) : before.provider,
    isElsewhere: changed && context.deps.writeTargetOf(before.zone) !== context.deps.writeTargetOf(zone),
  });
  if (changed) {
    context.propagationQueue.add(key);
    context.reportQueue.add(key, { afterMs: REPORT_GATHER_MS });
  }
  // Touched by its spec or by an input (a base zone, a rendered key): either way what is held may be out of date.
  replace(state, { observed: inputChanged(state.observed) });
}

/** What a zone that is gone had published stays: nothing is blanked because an object is gone. */
export function forgetZone(context: ControllerContext, key: ObjectKey): void {
  const state = context.zones.get(key);
  (state?.next ?? state)?.provider.close?.();
  context.zones.delete(key);
  context.wildcards.remove(key);
  context.deps.observer.zoneGone(key);
  context.zoneQueue.remove(key);
  context.propagationQueue.remove(key);
  context.reportQueue.remove(key);
}
