import type { BaseZoneSpec } from "../../dns-zone.ts";
import type { BaseZoneText } from "../shared-fields.ts";

export function baseZoneOf({ inline, configMapKeyRef }: BaseZoneText): BaseZoneSpec {
  return configMapKeyRef === undefined
    ? { kind: "inline", text: inline ?? "" }
    : { kind: "configMap", ...configMapKeyRef };
}
