import type { Millis } from "../../base/clock.ts";
import type { AliasFacts, NameInZone } from "./alias-facts.ts";
import { deliveryLagMs } from "./field/bound.ts";

/**
 * The longest time for which a client can get an old address after a change of the target, in milliseconds. It consists of the
 * wait for the next lookup or watch event, the delivery, and the TTL of the published records. Undefined while nothing is published.
 */
export function stalenessBoundMs(facts: AliasFacts): Millis | undefined {
  const hasReference = facts.alias.spec.targets.some(({ kind }) => kind === "resourceRef");
  const bounds = facts.inZones
    .filter(({ published }) => published.length > 0)
    .map((inZone) => boundOf(inZone, hasReference ? WATCH_MS : 0));
  return bounds.length === 0 ? undefined : Math.max(...bounds);
}

/** The time in which a watch reports a change of a referenced object. */
const WATCH_MS: Millis = 1_000;

function boundOf(inZone: NameInZone, watchMs: Millis): Millis {
  const answers = (inZone.contribution?.targets ?? []).flatMap((target) => target.answers);
  const refreshMs = Math.max(watchMs, ...answers.map((answer) => answer.refreshWaitMs));
  const ttlMs = Math.max(...inZone.published.map((set) => set.ttl)) * 1000;
  return refreshMs + deliveryLagMs(inZone.lags, inZone.expectedLagMs) + ttlMs;
}
