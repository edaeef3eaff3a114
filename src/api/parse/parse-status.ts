import { aliasStatusSchema } from "../alias/status-schema.ts";
import { CONDITION_TYPES, type Condition, type ConditionType } from "../condition/condition.ts";
import type { AliasStatus } from "../dns-alias.ts";
import type { ZoneStatus } from "../dns-zone.ts";
import { readBySchema } from "../schema/validate.ts";
import { zoneStatusSchema } from "../zone/status-schema.ts";

/** The status as the controller wrote it. Undefined if there is none, or if it is not well-formed. */
export function aliasStatusOf(value: unknown): AliasStatus | undefined {
  const read = readBySchema(aliasStatusSchema, value, "status", "ignore");
  if (read.kind === "invalid" || read.value.observedGeneration === NEVER) {
    return undefined;
  }
  const { hostnames = [], targets = [] } = read.value;
  return { ...read.value, conditions: known(read.value.conditions), hostnames, targets };
}

/** The status of a DnsZone as the controller wrote it; see {@link aliasStatusOf}. */
export function zoneStatusOf(value: unknown): ZoneStatus | undefined {
  const read = readBySchema(zoneStatusSchema, value, "status", "ignore");
  return read.kind === "invalid" || read.value.observedGeneration === NEVER
    ? undefined
    : { ...read.value, conditions: known(read.value.conditions) };
}

/** The schema's default of `observedGeneration`. It means that no controller has reconciled the object. */
const NEVER = -1;

interface ConditionText extends Omit<Condition, "type" | "observedGeneration"> {
  readonly type: string;
  readonly observedGeneration?: number;
}

function known(conditions: readonly ConditionText[] = []): readonly Condition[] {
  return conditions.flatMap(({ type, observedGeneration = 0, ...rest }) =>
    isConditionType(type) ? [{ type, observedGeneration, ...rest }] : [],
  );
}

function isConditionType(text: string): text is ConditionType {
  return CONDITION_TYPES.some((type) => type === text);
}
