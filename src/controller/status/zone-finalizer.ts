import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { ABANDON_ANNOTATION, FINALIZER, objectKey, type ObjectKey } from "../../api/meta.ts";
import { displayName } from "../../dns/name/name.ts";
import { isEnding, withdrawsOnDelete } from "../../plan/domain/zone-domain.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import type { Store } from "../inventory/store.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import type { Reporter } from "../ports/reporter.ts";
import { ownedNames } from "../zone/state/observed.ts";
import type { ZoneState } from "../zone/state/zone-state.ts";
import { afterWrite, describeWait, GIVE_UP_MS, LOOK_AGAIN_MS, recordWait, type WaitDeps } from "./finalizer.ts";
import { finalizerStep } from "./finalizer-step.ts";

export interface ZoneFinalizerDeps extends WaitDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly reporter: Pick<Reporter, "finalizer" | "event" | "withoutFinalizers">;
  readonly store: Pick<Store, "aliases">;
  /** True if the object of a DnsZone no longer exists while its records are being withdrawn, as in folder mode. */
  readonly isGone: (zone: ObjectKey) => boolean;
  /** Forgets a DnsZone whose object no longer exists, after its records were withdrawn. */
  readonly onWithdrawn: (zone: ObjectKey) => void;
}

/**
 * Adds the finalizer of a DnsZone with `deletionPolicy: Delete`, and removes one that isn't needed. Returns a result only if that
 * failed.
 */
export async function stepZoneFinalizer(
  { reporter, log }: Pick<ZoneFinalizerDeps, "reporter" | "log">,
  zone: DnsZone,
  signal: AbortSignal,
): Promise<Requeue | undefined> {
  const step = finalizerStep({
    isDeletionRequested: zone.meta.deletedAt !== undefined,
    isPresent: zone.meta.finalizers.includes(FINALIZER),
    isNeeded: withdrawsOnDelete(zone),
  });
  if (reporter.withoutFinalizers === true || (step !== "add" && step !== "remove")) {
    return undefined;
  }
  const written = await reporter.finalizer(zone, step === "add", signal);
  if (written.kind !== "failed") {
    return undefined;
  }
  log.warn({ zone: objectKey(zone.meta), step, err: written.message }, "finalizer not written");
  return afterWrite(written);
}

/**
 * Removes the finalizer of a DnsZone under deletion. If its records stay, this happens at once. Otherwise it happens when this
 * process has seen at the backend that the records are gone, and no status lists the DnsZone any more. A deletion never waits
 * longer than ten minutes.
 */
export async function endZone(
  deps: ZoneFinalizerDeps,
  zone: DnsZone,
  state: ZoneState | undefined,
  signal: AbortSignal,
): Promise<Requeue> {
  const key = objectKey(zone.meta);
  const waitedMs = recordWait(deps, zone.meta);
  const isAbandoned = zone.meta.annotations[ABANDON_ANNOTATION] !== undefined;
  const isOver = isAbandoned || waitedMs >= GIVE_UP_MS;
  if (isEnding(zone) && !isWithdrawn(state)) {
    if (!isOver) {
      return { requeue: { afterMs: LOOK_AGAIN_MS } };
    }
    reportLeft(deps, zone, state, isAbandoned ? "it is annotated with dnsalias.io/abandon" : describeWait(waitedMs));
  } else if (isEnding(zone) && !isOver && isListed(deps.store, key)) {
    return { requeue: { afterMs: LOOK_AGAIN_MS } };
  }
  deps.deletions.delete(key);
  if (deps.isGone(key)) {
    deps.onWithdrawn(key);
    return { requeue: "done" };
  }
  return zone.meta.finalizers.includes(FINALIZER)
    ? afterWrite(await deps.reporter.finalizer(zone, false, signal))
    : { requeue: "done" };
}

/** Removes the finalizer of a DnsZone that was never readable. Its records are unknown, so there is nothing to wait for. */
export async function endUnreadZone(
  { reporter, log }: Pick<ZoneFinalizerDeps, "reporter" | "log">,
  { kind, key, meta }: InvalidObject,
  signal: AbortSignal,
): Promise<Requeue | undefined> {
  if (kind !== "DnsZone" || meta?.deletedAt === undefined || !meta.finalizers.includes(FINALIZER)) {
    return undefined;
  }
  log.warn({ zone: key }, "unreadable zone is deleted; its records remain");
  return afterWrite(await reporter.finalizer({ kind, meta }, false, signal));
}

/** True if a round that began after the deletion found no records, or if the zone never writes any. */
function isWithdrawn(state: ZoneState | undefined): boolean {
  if (state === undefined || state.next !== undefined || !isEnding(state.handle.zone)) {
    return false;
  }
  const { outcome } = state.planned;
  const isOthers =
    outcome.kind === "refused" && (outcome.reason === "NotDelegated" || outcome.reason === "ZoneConflict");
  return isOthers || (state.observed.actual !== undefined && ownedNames(state.observed).size === 0);
}

/** True while the status of an alias lists the deleted DnsZone. After a restart, that status would reserve its names. */
function isListed({ aliases }: Pick<Store, "aliases">, zone: ObjectKey): boolean {
  return [...aliases()].some(
    ({ meta, status }) =>
      meta.deletedAt === undefined && status?.hostnames.some((entry) => entry.zone === zone) === true,
  );
}

function reportLeft(
  { log, reporter }: Pick<ZoneFinalizerDeps, "log" | "reporter">,
  zone: DnsZone,
  state: ZoneState | undefined,
  why: string,
): void {
  const names = state === undefined ? [] : [...ownedNames(state.observed)].map(displayName);
  const shown = names.slice(0, MAX_SHOWN).join(", ");
  const what =
    names.length === 0 ? "its records could not be looked for" : `records of ${names.length} names remain (${shown})`;
  log.warn(
    { zone: objectKey(zone.meta), names: names.length, message: why },
    "finalizer of the zone removed with records in place",
  );
  reporter.event(zone, {
    type: "Warning",
    reason: "Abandoned",
    message: `The finalizer of the DnsZone is removed because ${why}: ${what}`,
  });
}

const MAX_SHOWN = 10;
