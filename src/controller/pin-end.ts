import type { Millis } from "../base/clock.ts";
import type { ObjectKey } from "../api/meta.ts";
import { pinOf } from "../plan/select/pin.ts";
import type { Requeue } from "../schedule/work-queue.ts";
import type { ControllerContext } from "./context.ts";

type PinContext = Pick<ControllerContext, "store" | "deps" | "claimQueue" | "aliasQueue" | "zoneSync">;

/** Waits for the end of the pin of an alias, if it has one. */
export function awaitPinEnd(context: PinContext, key: ObjectKey): void {
  const afterMs = remainingMs(context, key);
  if (afterMs !== undefined) {
    context.claimQueue.add(key, { afterMs });
  }
}

/**
 * Updates the responder and the status at the end of a pin. Zones need no request here, because their plans already have the end of
 * the pin as the time of their next change.
 */
export function endPin(context: PinContext, key: ObjectKey): Requeue {
  const afterMs = remainingMs(context, key);
  if (afterMs !== undefined) {
    return { requeue: { afterMs } };
  }
  const { store, zoneSync, aliasQueue } = context;
  for (const hostname of store.alias(key)?.spec.hostnames ?? []) {
    for (const zone of store.zonesOfName(hostname)) {
      zoneSync?.touch(zone);
      zoneSync?.changed(zone, hostname);
    }
  }
  aliasQueue.add(key);
  return { requeue: "done" };
}

function remainingMs({ store, deps }: PinContext, key: ObjectKey): Millis | undefined {
  const alias = store.alias(key);
  const now = deps.clock.now();
  const { pin } = alias === undefined ? {} : pinOf(alias, now);
  return pin && pin.until - now;
}
