import { isAtOrBelow, isWildcard, nameOfCanonical, type Name } from "../../dns/name/name.ts";

/**
 * Returns the marker name of a hostname: `_dnsalias.` in front of it, and `_dnsalias._wildcard.` instead of a leftmost `*`. The
 * marker name is in the zone even for the apex, and is not a marker of another hostname. Undefined if the name is too long (RFC
 * 1035 2.3.4), and for names that begin with `_wildcard`, whose marker would be that of the wildcard.
 */
export function markerNameOf(ownerName: Name): Name | undefined {
  if (ownerName.startsWith(WILDCARD)) {
    return undefined;
  }
  return isWildcard(ownerName)
    ? tryName(`${MARKER}${WILDCARD}${ownerName.slice(STAR.length)}`)
    : tryName(`${MARKER}${ownerName}`);
}

/** The hostname of a marker at this name. Undefined: it is not a marker name. */
export function ownerNameOf(name: Name): Name | undefined {
  if (!name.startsWith(MARKER)) {
    return undefined;
  }
  const rest = name.slice(MARKER.length);
  return tryName(rest.startsWith(WILDCARD) ? `${STAR}${rest.slice(WILDCARD.length)}` : rest);
}

/** The same as {@link ownerNameOf}, but only for hostnames of the zone: `_dnsalias.com` is not a marker name of example.com. */
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
