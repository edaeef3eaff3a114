import { isAtOrBelow, isWildcard, nameOfCanonical, type Name } from "../../dns/name/name.ts";

/**
 * Returns the marker name of a hostname: `_dnsalias.` in front of it, and `_dnsalias._wildcard.` instead of a leftmost `*`. It is in
 * the zone even for the apex, and answers for no other name. Undefined if the name is too long (RFC 1035 2.3.4), and for names that begin
 * with `_wildcard`, whose marker would be that of the wildcard.
 */
export function markerNameOf(ownerName: Name): Name | undefined {
  if (ownerName.startsWith(WILDCARD)) {
    return undefined;
  }
  return isWildcard(ownerName)
    ? tryName(`${MARKER}${WILDCARD}${ownerName.slice(STAR.length)}`)
    : tryName(`${MARKER}${ownerName}`);
}

/** The owner name that a marker at this name speaks for; undefined: nothing there is a marker. */
export function ownerNameOf(name: Name): Name | undefined {
  if (!name.startsWith(MARKER)) {
    return undefined;
  }
  const rest = name.slice(MARKER.length);
  return tryName(rest.startsWith(WILDCARD) ? `${STAR}${rest.slice(WILDCARD.length)}` : rest);
}

/** The same, and only for owner names of the zone: a marker at `_dnsalias.com` is none of example.com's. */
export function ownerNameIn(zone: Name, name: Name): Name | undefined {
  const owner = ownerNameOf(name);
  return owner !== undefined && isAtOrBelow(owner, zone) ? owner : undefined;
}

const MARKER = "_dnsalias.";
const WILDCARD = "_wildcard.";
const STAR = "*.";

function tryName(text: string): Name | undefined {
  try {
    return nameOfCanonical(text);
  } catch {
    return undefined;
  }
}
