import type { Name } from "../../dns/name.ts";
import {
  ancestorKeys,
  APEX_PATH,
  ownerKeyOf,
  placeName,
  placeholderValue,
  plainAddress,
  screenKey,
  screenValue,
} from "./convert.ts";
import { isApexKey, type ZoneView } from "./zone-view.ts";

/**
 * The keys that keep the names of ours, whoever of dnsalias's owners has them, to themselves. The plugin answers at a name with everything below it; a
 * record there whose group is another, and which answers nothing, stops that. Without addresses of the apex it answers there with the whole
 * zone; an empty key at the apex's place stops that.
 */
export function screensFor(view: ZoneView, names: readonly Name[]): ReadonlyMap<string, string> {
  const { root, domain } = view;
  const screens = new Map<string, string>();
  for (const name of names) {
    for (const above of ancestorKeys(root, ownerKeyOf(root, domain, name))) {
      screens.set(screenKey(above), screenValue(placeName(root, domain, above)));
      screens.set(above, placeholderValue());
    }
  }
  if (names.length > 0 && !names.includes(domain) && !hasOtherApex(view)) {
    screens.set(`${root}/${APEX_PATH}`, placeholderValue());
  }
  for (const key of screens.keys()) {
    const stands = view.entries.get(key);
    if (stands !== undefined && stands.service?.own === undefined) {
      screens.delete(key);
    }
  }
  return screens;
}

/** Somebody else gives the apex its addresses: at its place, or right below the zone, as SkyDNS did. */
function hasOtherApex({ root, entries }: ZoneView): boolean {
  return [...entries.values()].some(({ key, service }) => {
    if (service?.own !== undefined) {
      return false;
    }
    const isLegacy = !key.slice(root.length + 1).includes("/") && service !== undefined;
    return isApexKey(root, key) || (isLegacy && plainAddress(service) !== undefined && service.group === "");
  });
}
