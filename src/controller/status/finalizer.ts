import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { ABANDON_ANNOTATION, FINALIZER, objectKey, type ObjectKey } from "../../api/meta.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
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
  /** The deletions that wait. */
  readonly deletions: Map<ObjectKey, Deletion>;
}

/** An alias under deletion, and when this process saw it first. */
export interface Deletion {
  readonly uid: string;
  readonly since: Millis;
}

/** A deletion never waits longer than this for a backend that is down or a plan that is held. */
export const GIVE_UP_MS: Millis = 600_000;
const LOOK_AGAIN_MS = 1_000;

/**
 * Lets an alias under deletion go once nothing of it is published any more, or it is abandoned, or the wait is over. What is left behind is still ours and
 * is deleted by the next plan that can be written: the finalizer only lets the one who deletes see the end. Where the zone's policy deletes nothing, there is
 * nothing to wait for. A backend that was not read in this term may have anything.
 */
export async function finalize(deps: FinalizeDeps, alias: DnsAlias, signal: AbortSignal): Promise<Requeue> {
  const key = objectKey(alias.meta);
  if (!alias.meta.finalizers.includes(FINALIZER)) {
    deps.deletions.delete(key);
    return { requeue: "done" };
  }
  const left = alias.spec.hostnames
    .map((hostname) => ({ hostname, presence: presenceOf(deps, alias, hostname) }))
    .filter(({ presence }) => presence !== "absent");
  const waitedMs = recordWait(deps, alias);
  const abandoned = alias.meta.annotations[ABANDON_ANNOTATION] !== undefined;
  if (left.length > 0 && !abandoned && waitedMs < GIVE_UP_MS) {
    return { requeue: { afterMs: LOOK_AGAIN_MS } };
  }
  if (left.length > 0) {
    reportLeft(deps, alias, left, abandoned ? "it is annotated with dnsalias.io/abandon" : describeWait(waitedMs));
  }
  const written = await deps.reporter.finalizer(alias, false, signal);
  if (written.kind !== "failed") {
    deps.deletions.delete(key);
  }
  return afterWrite(written);
}

/** How long this process has waited. The time of the deletion in the object is by the API server's clock, and can be ahead of ours or behind. */
function recordWait({ clock, deletions }: FinalizeDeps, { meta }: DnsAlias): Millis {
  const key = objectKey(meta);
  const known = deletions.get(key);
  const deletion = known?.uid === meta.uid ? known : { uid: meta.uid, since: clock.now() };
  deletions.set(key, deletion);
  return clock.now() - deletion.since;
}

type Presence = "published" | "absent" | "unknown";

/** Whether records of ours stand at the owner name that nobody else asks for, in a zone that deletes what nobody wants. */
function presenceOf({ store, zoneState }: FinalizeDeps, alias: DnsAlias, hostname: Name): Presence {
  const match = store.matchOf(alias, hostname);
  if (match.kind === "none" && match.unread === true) {
    return "unknown";
  }
  const zones = match.kind === "zones" ? match.zones.filter(({ spec }) => spec.policy === "Sync") : [];
  const found = zones
    .map((zone) => objectKey(zone.meta))
    .filter((zone) => !store.claimsIn(zone).has(hostname))
    .map((zone) => presenceIn(zoneState(zone), hostname));
  return (
    found.find((presence) => presence === "published") ?? found.find((presence) => presence === "unknown") ?? "absent"
  );
}

function presenceIn(state: ZoneState | undefined, hostname: Name): Presence {
  if (state === undefined) {
    return "unknown";
  }
  if (state.own.has(`${hostname} A`) || state.own.has(`${hostname} AAAA`)) {
    return "published";
  }
  // A zone whose place another zone has is never read.
  const isOthers = state.outcome.kind === "refused" && state.outcome.reason === "ZoneConflict";
  return state.actual !== undefined || isOthers ? "absent" : "unknown";
}

function reportLeft(
  { log, reporter }: FinalizeDeps,
  alias: DnsAlias,
  left: readonly { readonly hostname: Name; readonly presence: Presence }[],
  why: string,
): void {
  const named = (wanted: Presence, text: string): readonly string[] => {
    const names = left.filter(({ presence }) => presence === wanted).map(({ hostname }) => displayName(hostname));
    return names.length === 0 ? [] : [`${names.join(", ")} ${text}`];
  };
  const facts = [
    ...named("published", "could not be withdrawn"),
    ...named("unknown", "could not be looked for at the backend"),
  ].join("; ");
  const message = `${facts}, and ${why}: records of ours stay until the zone can be written again`;
  log.warn({ alias: objectKey(alias.meta), left, why }, "alias let go with its records in place");
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
