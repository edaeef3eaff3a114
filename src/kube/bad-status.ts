import { CONDITION_TYPES, type Condition } from "../api/condition.ts";
import type { BadManifest } from "../controller/ports.ts";
import { isObject, listAt, textAt, type JsonObject } from "./json.ts";

/**
 * The status of an object that could not be read: what stood in it, with conditions that say so. `lastTransitionTime` moves only with
 * `status`, so that the same badness twice is the same status.
 */
export function badManifestStatus(
  current: unknown,
  { generation, problems }: Pick<BadManifest, "generation" | "problems">,
  now: string,
): JsonObject {
  const message = clip(problems.join("; "));
  const before = listAt(current, "conditions");
  const condition = (
    type: Condition["type"],
    status: Condition["status"],
    reason: string = BAD_MANIFEST_REASON,
  ): Condition => ({
    type,
    status,
    reason,
    message,
    observedGeneration: generation,
    lastTransitionTime: sinceOf(before, type, status) ?? now,
  });
  const ours = [
    condition("Accepted", "False"),
    condition("Ready", "False"),
    condition("Reconciling", "False"),
    condition("Stalled", "True"),
  ];
  const replaced = new Set<string>(ours.map(({ type }) => type));
  const kept = CONDITION_TYPES.filter((type) => !replaced.has(type));
  const others = before.filter((entry) => kept.some((type) => type === textAt(entry, "type")));
  return { ...(isObject(current) ? current : {}), observedGeneration: generation, conditions: [...others, ...ours] };
}

/** kstatus: Stalled, for nothing but a new spec can help. */
const BAD_MANIFEST_REASON = "InvalidSpec";

/** metav1.Condition: at most 32768; nobody reads more than this. */
const MAX_MESSAGE = 2_000;

function clip(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message;
}

function sinceOf(before: readonly unknown[], type: string, status: string): string | undefined {
  const found = before.find((entry) => textAt(entry, "type") === type && textAt(entry, "status") === status);
  const since = textAt(found, "lastTransitionTime");
  return since === "" ? undefined : since;
}
