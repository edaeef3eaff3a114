import { exactlyOne, spot, type Rule } from "../../schema/rule.ts";
import { textAt } from "./secret-ref-rules.ts";
import { configMapKeyRule, objectNameRule } from "../../schema/text-rules.ts";
import type { BaseZoneText } from "../shared-fields.ts";
import type { ZoneSpecText } from "../schema.ts";

type Spec = ZoneSpecText;

/** The rules of a `baseZone` at any path. */
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
