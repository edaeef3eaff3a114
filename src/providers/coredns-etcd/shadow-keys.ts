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
 * The keys that keep the names of ours, whoever of dnsalias's owners has them, to themselves. The plugin answers at a name with everything below it; a
 * record there whose group is another, and which answers nothing, stops that. Without addresses of the apex it answers there with the whole
 * zone; an empty key at the apex's place stops that.
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

/** The zone's own name is there for CNAME and NS questions too: the plugin says NXDOMAIN, which a resolver keeps for all types (RFC 2308 5). */
function zonePlaceholders({ root, domain, entries }: ZoneKeys, names: readonly Name[]): readonly string[] {
  const foreign = [...entries.values()].filter(({ service }) => service?.own === undefined);
  const hasNameServers = foreign.some(({ key }) => isAtOrBelowKey(key, `${root}/${NAME_SERVER_PATH}`));
  return [
    root,
    ...(hasNameServers ? [] : [`${root}/${NAME_SERVER_PATH}`]),
    ...(names.includes(domain) || foreign.some((entry) => isOtherApex(root, entry)) ? [] : [`${root}/${APEX_PATH}`]),
  ];
}

/** Somebody else gives the apex its addresses: at its place, or at the zone's key or right below it, as SkyDNS did. */
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
