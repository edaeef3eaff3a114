import type { DnsAlias } from "../../api/dns-alias.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Store } from "./store.ts";

/** A hostname that the alias shares with another one, so that their addresses are merged; undefined: there is none. */
export function sharedHostname(store: Pick<Store, "zonesOfName" | "claimsIn">, { spec }: DnsAlias): Name | undefined {
  return spec.hostnames.find((name) =>
    [...store.zonesOfName(name)].some((zone) => (store.claimsIn(zone).get(name)?.winners.length ?? 0) > 1),
  );
}
