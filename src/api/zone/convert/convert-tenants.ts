import type { TenantsSpec } from "../../dns-zone.ts";
import { parseHostnamePattern } from "../hostname-pattern.ts";
import type { TenantsText } from "../tenants-schema.ts";

export function tenantsOf({ hostnames, ...limits }: TenantsText): TenantsSpec {
  return { ...limits, ...(hostnames === undefined ? {} : { hostnames: hostnames.map(parseHostnamePattern) }) };
}
