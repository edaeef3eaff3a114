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
 * is deleted by the next plan that can be written: the finalizer only lets the one who deletes see the end. Where the zone's policy deletes nothing, there is
 * nothing to wait for.
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

/** Owner names that only this alias asked for, that are still written as ours, and whose zone deletes what nobody wants. */
function stillPublished({ store, zoneState }: FinalizeDeps, alias: DnsAlias): readonly Name[] {
  return alias.spec.hostnames.filter((hostname) => {
    const match = store.matchOf(alias, hostname);
    const zones = match.kind === "zones" ? match.zones.filter(({ spec }) => spec.policy === "Sync") : [];
    return zones
      .map((zone) => objectKey(zone.meta))
      .some((zone) => isWritten(zoneState(zone), hostname) && !store.claimsIn(zone).has(hostname));
  });
}

function isWritten(state: ZoneState | undefined, hostname: Name): boolean {
  return state !== undefined && (state.own.has(`${hostname} A`) || state.own.has(`${hostname} AAAA`));
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
