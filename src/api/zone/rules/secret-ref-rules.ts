import { spot, type Rule } from "../../schema/rule.ts";
import { objectNameRule, secretKeyRule } from "../../schema/text-rules.ts";
import type { ZoneSpecText } from "../schema.ts";

type Spec = ZoneSpecText;

/** The path and the value of one text of a zone's spec, for rules. The text may be absent. */
export function textAt(path: string, value: (spec: Spec) => string | undefined) {
  return { at: path, values: (spec: Spec) => spot(path, value(spec)) };
}

interface SecretRef {
  readonly name: string;
  readonly key: string;
}

/** The rules of a reference to a key of a Secret, at any path. */
export function secretRefRules(path: string, ref: (spec: Spec) => SecretRef | undefined): readonly Rule<Spec>[] {
  return [
    objectNameRule<Spec>(textAt(`${path}.name`, (spec) => ref(spec)?.name)),
    secretKeyRule<Spec>(textAt(`${path}.key`, (spec) => ref(spec)?.key)),
  ];
}
