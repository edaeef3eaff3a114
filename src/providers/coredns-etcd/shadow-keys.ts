import type { Name } from "../../dns/name/name.ts";
import {
  ancestorKeys,
  APEX_PATH,
  NAME_SERVER_PATH,
  ownerKeyOf,
  ownerNameOfKey,
  placeholderValue,
  plainAddress,
  shadowKey,
  shadowValue,
} from "./convert.ts";
import type { Entry, ZoneKeys } from "./zone-keys.ts";

/**
 * Returns the keys that separate the names of all dnsalias owners. The plugin answers at a name with all keys below it. A record
 * with another group and without an answer prevents that. If the apex has no addresses, the plugin answers there with the whole
 * zone. An empty key for the apex prevents that.
 */
export function shadowKeysFor(view: ZoneKeys, names: readonly Name[]): ReadonlyMap<string, string> {
  const { root, domain } = view;
  const shadowKeys = new Map<string, string>();
  for (const name of names) {
    for (const above of ancestorKeys(root, ownerKeyOf(root, domain, name))) {
      shadowKeys.set(shadowKey(above), shadowValue(ownerNameOfKey(root, domain, above)));
      shadowKeys.set(above, placeholderValue());
    }
  }
  if (names.length > 0) {
    zonePlaceholders(view, names).forEach((key) => shadowKeys.set(key, placeholderValue()));
  }
  for (const key of shadowKeys.keys()) {
    const stands = view.entries.get(key);
    if (stands !== undefined && stands.service?.own === undefined) {
      shadowKeys.delete(key);
    }
  }
  return shadowKeys;
}

/** Makes the zone's own name exist for CNAME and NS queries. Otherwise the plugin answers NXDOMAIN, which a resolver caches for all types (RFC 2308 5). */
function zonePlaceholders({ root, domain, entries }: ZoneKeys, names: readonly Name[]): readonly string[] {
  const foreign = [...entries.values()].filter(({ service }) => service?.own === undefined);
  const hasNameServers = foreign.some(({ key }) => isAtOrBelowKey(key, `${root}/${NAME_SERVER_PATH}`));
  return [
    root,
    ...(hasNameServers ? [] : [`${root}/${NAME_SERVER_PATH}`]),
    ...(names.includes(domain) || foreign.some((entry) => isOtherApex(root, entry)) ? [] : [`${root}/${APEX_PATH}`]),
  ];
}

/** True if another writer has addresses of the apex: at its key, at the zone's key, or directly below it as in SkyDNS. */
function isOtherApex(root: string, { key, service }: Entry): boolean {
  const isLegacy = !key.slice(root.length + 1).includes("/") && service !== undefined;
  return (
    isAtOrBelowKey(key, `${root}/${APEX_PATH}`) ||
    (isLegacy && plainAddress(service) !== undefined && service.group === "")
  );
}

function isAtOrBelowKey(key: string, above: string): boolean {
  return key === above || key.startsWith(`${above}/`);
}
