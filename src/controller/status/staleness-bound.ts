import type { ObjectKey } from "../../api/meta.ts";
import type { Millis } from "../../base/clock.ts";
import type { AliasFacts, NameInZone } from "./alias-facts.ts";
import { deliveryLagMs } from "./field/bound.ts";

/**
 * The longest time for which a client can get an old address after a change of the target, in milliseconds. It consists of the
 * wait for the next lookup or watch event, the delivery, and the TTL of the published records. Undefined while nothing is published.
 */
export function stalenessBoundMs(facts: AliasFacts): Millis | undefined {
  const bounds = zoneBoundsMs(facts);
  return bounds.size === 0 ? undefined : Math.max(...bounds.values());
}

/** The largest staleness bound of the alias in each zone that publishes it. */
export function zoneBoundsMs(facts: AliasFacts): ReadonlyMap<ObjectKey, Millis> {
  const hasReference = facts.alias.spec.targets.some(({ kind }) => kind === "resourceRef");
  const bounds = new Map<ObjectKey, Millis>();
  for (const inZone of facts.inZones.filter(({ published }) => published.length > 0)) {
    const boundMs = boundOf(inZone, hasReference ? WATCH_MS : 0);
    bounds.set(inZone.zone, Math.max(boundMs, bounds.get(inZone.zone) ?? 0));
  }
  return bounds;
}

/** The time in which a watch reports a change of a referenced object. */
const WATCH_MS: Millis = 1_000;

function boundOf(inZone: NameInZone, watchMs: Millis): Millis {
  const answers = (inZone.contribution?.targets ?? []).flatMap((target) => target.answers);
  const refreshMs = Math.max(watchMs, ...answers.map((answer) => answer.refreshWaitMs));
  const ttlMs = Math.max(...inZone.published.map((set) => set.ttl)) * 1000;
  return refreshMs + deliveryLagMs(inZone.lags, inZone.expectedLagMs) + ttlMs;
}
