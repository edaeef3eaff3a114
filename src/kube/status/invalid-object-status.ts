import type { Condition, ConditionType } from "../../api/condition/condition.ts";
import { summarize, type Finding } from "../../api/condition/summarize.ts";
import { aliasStatusOf, zoneStatusOf } from "../../api/parse/parse-status.ts";
import type { Millis } from "../../base/clock.ts";
import type { InvalidObject } from "../../controller/ports/inventory.ts";
import { isObject, type JsonObject } from "../../base/json.ts";

/**
 * Returns the status of an object that could not be read: its previous status with Accepted=False, and matching Ready and Stalled conditions. The same mistake
 * leads to the same status. Conditions of other writers are omitted, because those writers apply them.
 */
export function invalidObjectStatus(
  current: unknown,
  { kind, generation, problems }: Omit<InvalidObject, "key">,
  now: Millis,
): JsonObject {
  const parsed = kind === "DnsAlias" ? aliasStatusOf(current) : zoneStatusOf(current);
  const previous = parsed?.conditions ?? [];
  const conditions = summarize({
    accepted: { status: "False", reason: "Invalid", message: `The object is not valid: ${problems.join("; ")}` },
    resolved: findingOf(previous, "Resolved"),
    programmed: findingOf(previous, "Programmed"),
    paused: false,
    generation,
    previous,
    now,
  });
  return { ...(isObject(current) ? current : {}), observedGeneration: generation, conditions };
}

/** The spec that was accepted before remains in effect, and so does its status. */
function findingOf(previous: readonly Condition[], wanted: ConditionType): Finding | undefined {
  const found = previous.find(({ type }) => type === wanted);
  return found === undefined ? undefined : { status: found.status, reason: found.reason, message: found.message };
}
