import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { familyOf } from "../../dns/address/address.ts";
import { FAMILIES, type Family, type Seconds } from "../../dns/record.ts";
import { addressesIn, ownHistory, pinOf, type Pin } from "./pin.ts";

/** Addresses by family. A family without addresses is absent. */
type Sets = Readonly<Partial<Record<Family, { readonly addresses: readonly string[]; readonly ttl: Seconds }>>>;

/** The parts of the contribution of an alias that a pin replaces. */
interface Pinnable {
  readonly sets: Sets;
  readonly setsRead?: Sets;
  readonly keepPublished: readonly Family[];
  readonly leftFamilies?: readonly Family[];
  readonly changesAt?: Millis;
}

/** The fields of a contribution that the pin in effect replaces. Undefined: no pin is in effect. */
export function pinnedParts(alias: DnsAlias, { sets: instead, changesAt = Infinity }: Pinnable, now: Millis) {
  const { pin } = pinOf(alias, now);
  if (pin === undefined) {
    return undefined;
  }
  const sets = setsOf(pin);
  return {
    sets,
    keepPublished: [],
    usesFallback: false,
    changesAt: Math.min(pin.until, changesAt),
    leftFamilies: alias.spec.families.filter((family) => sets[family] === undefined),
    pin: { ...pin, instead },
  };
}

/**
 * The RRsets of a pin. With TTL 0, the minimum TTL of the zone or the alias applies, so that the end of the pin takes effect
 * quickly.
 */
function setsOf({ addresses }: Pin): Sets {
  const own = FAMILIES.map((family) => [family, addresses.filter((one) => familyOf(one) === family)] as const);
  return Object.fromEntries(
    own.filter(([, of]) => of.length > 0).map(([family, of]) => [family, { addresses: of, ttl: 0 }]),
  );
}

/**
 * The fields of a contribution that change while addresses of an ended pin are still published. The pin may have ended while no
 * controller ran. Its addresses don't count as addresses of an unread target, because the last known good addresses of the targets
 * are newer. The guard doesn't judge the delete of a family that only the pin had. Undefined: there was no pin.
 */
export function partsAfterPin(alias: DnsAlias, made: Pinnable): Partial<Pinnable> | undefined {
  const [last] = ownHistory(alias);
  if (last?.reason !== "Pinned") {
    return undefined;
  }
  const { sets, keepPublished, leftFamilies = [] } = made;
  const isFound = (family: Family): boolean => sets[family] !== undefined;
  const pinned = new Set(addressesIn(last).map(familyOf));
  const left = FAMILIES.filter((family) => pinned.has(family) && !isFound(family) && !leftFamilies.includes(family));
  return {
    ...(keepPublished.some(isFound) && {
      keepPublished: keepPublished.filter((family) => !isFound(family)),
      setsRead: sets,
    }),
    ...(left.length > 0 && { leftFamilies: [...leftFamilies, ...left] }),
  };
}
