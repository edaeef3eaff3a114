import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { ABANDON_ANNOTATION, FINALIZER, objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Reporter, StatusWrite } from "../ports/reporter.ts";
import type { Store } from "../inventory/store.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import type { ZoneState } from "../zone/zone-state.ts";

export interface FinalizeDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly reporter: Pick<Reporter, "finalizer" | "event">;
  readonly store: Store;
  readonly zoneState: (zone: ObjectKey) => ZoneState | undefined;
}

/** A deletion never waits longer than this for a backend that is down or a plan that is held. */
const GIVE_UP_MS = 600_000;
const LOOK_AGAIN_MS = 1_000;

/**
 * Lets an alias under deletion go once nothing of it is published any more, or it is abandoned, or the wait is over. What is left behind is still ours and
 * is deleted by the next plan that can be written: the finalizer only lets the one who deletes see the end.
 */
export async function finalize(deps: FinalizeDeps, alias: DnsAlias, signal: AbortSignal): Promise<Requeue> {
  if (!alias.meta.finalizers.includes(FINALIZER)) {
    return { requeue: "done" };
  }
  const left = stillPublished(deps, alias);
  const waitedMs = deps.clock.now() - (alias.meta.deletedAt ?? deps.clock.now());
  const abandoned = alias.meta.annotations[ABANDON_ANNOTATION] !== undefined;
  if (left.length > 0 && !abandoned && waitedMs < GIVE_UP_MS) {
    return { requeue: { afterMs: LOOK_AGAIN_MS } };
  }
  if (left.length > 0) {
    reportLeft(deps, alias, left, abandoned ? "it is annotated with dnsalias.io/abandon" : describeWait(waitedMs));
  }
  return afterWrite(await deps.reporter.finalizer(alias, false, signal));
}

/** Owner names that only this alias asked for and that are still written as ours, or may be: what was not read in this term is unknown. */
function stillPublished({ store, zoneState }: FinalizeDeps, alias: DnsAlias): readonly Name[] {
  return alias.spec.hostnames.filter((hostname) => {
    const match = store.matchOf(alias, hostname);
    const zones = match.kind === "zones" ? match.zones.map((zone) => objectKey(zone.meta)) : [];
    return zones.some((zone) => mayBeWritten(zoneState(zone), hostname) && !store.claimsIn(zone).has(hostname));
  });
}

function mayBeWritten(state: ZoneState | undefined, hostname: Name): boolean {
  if (state === undefined) {
    return true;
  }
  const { zone, outcome, actual, readFor, own } = state;
  if (zone.spec.policy !== "Sync" || (outcome.kind === "refused" && outcome.reason === "ZoneConflict")) {
    // Nothing is ever withdrawn there, or another DnsZone writes there.
    return false;
  }
  const isRead = actual !== undefined && readFor.has(hostname);
  return !isRead || own.has(`${hostname} A`) || own.has(`${hostname} AAAA`);
}

function reportLeft({ log, reporter }: FinalizeDeps, alias: DnsAlias, left: readonly Name[], why: string): void {
  const message = `${left.join(", ")} could not be withdrawn, and ${why}: the records stand until the zone can be written again`;
  log.warn({ alias: objectKey(alias.meta), hostnames: left, why }, "alias let go with its records in place");
  reporter.event(alias, { type: "Warning", reason: "Abandoned", message });
}

function describeWait(waitedMs: Millis): string {
  return `the wait of ${Math.round(waitedMs / 60_000)} minutes is over`;
}

export function afterWrite(write: StatusWrite): Requeue {
  if (write.kind !== "failed") {
    return { requeue: "done" };
  }
  return { requeue: write.retryAfterMs === undefined ? "backoff" : { afterMs: write.retryAfterMs } };
}
