import { hostNameRules } from "../../schema/name-rules.ts";
import { spot, type Rule } from "../../schema/rule.ts";
import type { ZoneSpecText } from "../schema.ts";

const DOMAIN = "spec.domain";

/** The domain is immutable, because after a change no DnsZone would have the old records. */
export const IMMUTABLE_DOMAIN_MESSAGE =
  "the domain of a DnsZone is immutable: create another DnsZone for the other domain";

export const DOMAIN_RULES: readonly Rule<ZoneSpecText>[] = [
  ...hostNameRules<ZoneSpecText>({ at: DOMAIN, values: (spec) => spot(DOMAIN, spec.domain) }),
  // This rule compares two versions of an object, so `broken`, which sees only one version, never finds a fault. Folder mode
  // compares the domains itself.
  { at: DOMAIN, cel: "self == oldSelf", message: IMMUTABLE_DOMAIN_MESSAGE, broken: () => [] },
];
