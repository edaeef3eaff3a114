import { exactlyOne, spot, type Rule } from "./rule.ts";
import { textAt } from "./secret-rules.ts";
import { configMapKeyRule, objectNameRule } from "./text-rules.ts";
import type { BaseZoneText } from "./zone-fields.ts";
import type { ZoneSpecText } from "./zone-schema.ts";

type Spec = ZoneSpecText;

/** The rules of a `baseZone`, wherever it stands. */
export function baseZoneRules(at: string, baseZone: (spec: Spec) => BaseZoneText | undefined): readonly Rule<Spec>[] {
  return [
    exactlyOne<Spec>({
      at,
      members: ["inline", "configMapKeyRef"],
      message: "baseZone has exactly one of inline and configMapKeyRef: keep one",
      values: (spec) => spot(at, baseZone(spec)),
    }),
    objectNameRule<Spec>(textAt(`${at}.configMapKeyRef.name`, (spec) => baseZone(spec)?.configMapKeyRef?.name)),
    configMapKeyRule<Spec>(textAt(`${at}.configMapKeyRef.key`, (spec) => baseZone(spec)?.configMapKeyRef?.key)),
  ];
}
