import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { ABANDON_ANNOTATION, FINALIZER, objectKey, type ObjectKey, type ObjectMeta } from "../../api/meta.ts";
import { sentences } from "../../api/condition/sentence.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { Reporter, StatusWrite } from "../ports/reporter.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import { placesOf, presenceOf, type Presence, type PresenceDeps } from "./name-presence.ts";

export interface FinalizeDeps extends PresenceDeps, WaitDeps {
  readonly log: Logger;
  readonly reporter: Pick<Reporter, "finalizer" | "event">;
}

export interface WaitDeps {
  readonly clock: Clock;
  /** The present time of the clock that dates deletions. Undefined: not known. */
  readonly sourceNow: () => Millis | undefined;
  /** The objects under deletion that wait. */
  readonly deletions: Map<ObjectKey, Deletion>;
}

/** An object under deletion, with the start of its deletion by this process's clock. */
export interface Deletion {
  readonly uid: string;
  readonly since: Millis;
}

/** The maximum wait of a deletion for a backend that is not available, or for a held plan. */
export const GIVE_UP_MS: Millis = 600_000;
/** The minimum time for a process to find the records, if it starts late in a deletion. */
const LEAST_TRY_MS: Millis = 60_000;
export const LOOK_AGAIN_MS = 1_000;

/**
 * Removes the finalizer of a deleted alias in three cases: its records are withdrawn, it has the annotation `dnsalias.io/abandon`,
 * or the wait is over. Remaining records still belong to dnsalias, and the next plan that can be written deletes them. If the
 * policy of the zone deletes nothing, there is no wait. A backend that was not read in this term counts as having records.
 */
export async function finalize(deps: FinalizeDeps, alias: DnsAlias, signal: AbortSignal): Promise<Requeue> {
  const key = objectKey(alias.meta);
  if (!alias.meta.finalizers.includes(FINALIZER)) {
    deps.deletions.delete(key);
    return { requeue: "done" };
  }
  const left = placesOf(deps, alias)
    .map((place) => ({ hostname: place.hostname, presence: presenceOf(deps, place) }))
    .filter(({ presence }) => presence !== "absent");
  const waitedMs = recordWait(deps, alias.meta);
  const abandoned = alias.meta.annotations[ABANDON_ANNOTATION] !== undefined;
  if (left.length > 0 && !abandoned && waitedMs < GIVE_UP_MS) {
    return { requeue: { afterMs: LOOK_AGAIN_MS } };
  }
  if (left.length > 0) {
    reportLeft(
      deps,
      alias,
      left,
      abandoned ? "the DnsAlias is annotated with dnsalias.io/abandon" : describeWait(waitedMs),
    );
  }
  const written = await deps.reporter.finalizer(alias, false, signal);
  if (written.kind !== "failed") {
    deps.deletions.delete(key);
  }
  return afterWrite(written);
}

/**
 * Returns how long a deletion has waited. The clock of the API server dates its start, so the wait doesn't begin again after a
 * restart. If that clock is not known, the wait begins when this process notices the deletion.
 */
export function recordWait({ clock, deletions, sourceNow }: WaitDeps, meta: ObjectMeta): Millis {
  const key = objectKey(meta);
  const known = deletions.get(key);
  const now = clock.now();
  const deletion = known?.uid === meta.uid ? known : { uid: meta.uid, since: now - waitedBefore(meta, sourceNow()) };
  deletions.set(key, deletion);
  return now - deletion.since;
}

function waitedBefore({ deletedAt }: ObjectMeta, sourceNow: Millis | undefined): Millis {
  const waitedMs = deletedAt === undefined || sourceNow === undefined ? 0 : sourceNow - deletedAt;
  return Math.min(Math.max(0, waitedMs), GIVE_UP_MS - LEAST_TRY_MS);
}

function reportLeft(
  { log, reporter }: FinalizeDeps,
  alias: DnsAlias,
  left: readonly { readonly hostname: Name; readonly presence: Presence }[],
  why: string,
): void {
  const named = (wanted: Presence, text: string): readonly string[] => {
    const names = new Set(
      left.filter(({ presence }) => presence === wanted).map(({ hostname }) => displayName(hostname)),
    );
    return names.size === 0 ? [] : [`Hostname ${[...names].join(", ")} ${text}`];
  };
  const facts = [
    ...named("published", "could not be withdrawn"),
    ...named("unknown", "could not be looked for at the backend"),
  ];
  const message = sentences([
    ...facts,
    `The finalizer is removed because ${why}. The records remain until the DnsZone can be written again`,
  ]);
  log.warn({ alias: objectKey(alias.meta), left, message: why }, "finalizer removed with records in place");
  reporter.event(alias, { type: "Warning", reason: "Abandoned", message });
}

export function describeWait(waitedMs: Millis): string {
  return `the wait of ${Math.round(waitedMs / 60_000)} minutes is over`;
}

export function afterWrite(write: StatusWrite): Requeue {
  if (write.kind !== "failed") {
    return { requeue: "done" };
  }
  return { requeue: write.retryAfterMs === undefined ? "backoff" : { afterMs: write.retryAfterMs } };
}
