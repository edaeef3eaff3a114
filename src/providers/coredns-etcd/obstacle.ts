import { displayName, isWildcard, labelsOf, type Name } from "../../dns/name/name.ts";
import { parseAddress } from "../../dns/address/address.ts";
import type { ObstacleOf } from "../backend.ts";
import { ancestorKeys, ownerKeyOf, parentKey, plainAddress } from "./convert.ts";
import type { Entry, ZoneKeys } from "./zone-keys.ts";

/**
 * Returns the obstacles at hostnames. The plugin reads the records of a name from the keys below it, and reads its own key only if
 * there are none below. Keys of another writer can therefore answer at a hostname of dnsalias, and keys of dnsalias can hide or
 * extend the answers of another writer. dnsalias doesn't write such hostnames.
 */
export function obstaclesIn(view: ZoneKeys): ObstacleOf {
  const { domain } = view;
  const foreign = foreignIn(view);
  return (name) => {
    const never = neverWritten(name, domain);
    if (never !== undefined) {
      return { message: never, unsupported: true };
    }
    const message = inTheWay(view, foreign, name);
    return message === undefined ? undefined : { message };
  };
}

function inTheWay({ root, domain, entries }: ZoneKeys, foreign: Foreign, name: Name): string | undefined {
  const key = ownerKeyOf(root, domain, name);
  const shown = displayName(name);
  const beside = foreign.beside.get(key);
  if (beside !== undefined) {
    return `the key ${beside.key} has data other than an address, and CoreDNS answers with it at ${shown}`;
  }
  const deeper = foreign.deeper.get(key);
  if (deeper !== undefined) {
    return `CoreDNS also answers with the key ${deeper.key} at ${shown}: add a "group" to the key`;
  }
  const hidden = [key, ...ancestorKeys(root, key), ...foreign.alone].find((one) =>
    isHidden(entries.get(one), one === key),
  );
  if (hidden !== undefined) {
    return `CoreDNS would no longer find the key ${hidden} if keys below it existed: move it to ${hidden}/x1`;
  }
  const above = ancestorKeys(root, key).find((one) => foreign.grouped.has(one));
  return above === undefined
    ? undefined
    : `because of the "group" of the key ${foreign.grouped.get(above)?.key}, CoreDNS would also answer with the addresses of ${shown} at the name above it`;
}

function neverWritten(name: Name, domain: Name): string | undefined {
  if (isWildcard(name)) {
    return "the etcd plugin of CoreDNS has no wildcards";
  }
  const labels = labelsOf(name);
  if (labels.slice(0, labels.length - labelsOf(domain).length).includes("any")) {
    return 'the etcd plugin of CoreDNS treats the label "any" in a query as a wildcard';
  }
  const reserved = RESERVED.find((suffix) => `.${name}`.endsWith(`.${suffix}.${domain}`));
  return reserved === undefined ? undefined : `the etcd plugin of CoreDNS reserves ${reserved}.${displayName(domain)}`;
}

/** The names of the apex's addresses, and of the name servers. */
const RESERVED = ["apex.dns", "ns.dns"] as const;

interface Foreign {
  /** By owner key: an entry at or directly below this key that has a host, and is more than an address or an alias. */
  readonly beside: ReadonlyMap<string, Entry>;
  /** By key: an entry at least two labels below this key, with a host and without a group. */
  readonly deeper: ReadonlyMap<string, Entry>;
  /** By key: an entry at or directly below this key that has a group. */
  readonly grouped: ReadonlyMap<string, Entry>;
  /** The zone's own key, if other writers have no other key. */
  readonly alone: readonly string[];
}

function foreignIn({ root, entries }: ZoneKeys): Foreign {
  const beside = new Map<string, Entry>();
  const deeper = new Map<string, Entry>();
  const grouped = new Map<string, Entry>();
  for (const entry of entries.values()) {
    const { key, service } = entry;
    if (service?.own !== undefined) {
      continue;
    }
    const near = [key, parentKey(root, key)].filter((one) => one !== undefined);
    const isRecord = service === undefined || service.host !== "";
    if (isRecord && !isAddressOrAlias(entry)) {
      near.forEach((one) => beside.set(one, entry));
    }
    if (service !== undefined && service.group !== "") {
      near.forEach((one) => grouped.set(one, entry));
    } else if (isRecord) {
      ancestorKeys(root, key)
        .slice(1)
        .forEach((one) => deeper.set(one, entry));
    }
  }
  const others = [...entries.values()].filter(({ service }) => service?.own === undefined);
  const alone = others.length === 1 && others[0]?.key === root ? [root] : [];
  return { beside, deeper, grouped, alone };
}

/** True for entries that the plan knows as RRsets. The plan can adopt an address. An alias is an obstacle. */
function isAddressOrAlias({ service }: Entry): boolean {
  if (service === undefined || service.group !== "") {
    return false;
  }
  return (
    plainAddress(service) !== undefined ||
    (parseAddress(service.host) === undefined && service.text === "" && !service.mail)
  );
}

/**
 * True for an entry of another writer that keys of dnsalias would hide. An address at the name itself is not hidden but replaced,
 * when it is adopted.
 */
function isHidden(entry: Entry | undefined, isName: boolean): boolean {
  if (entry === undefined || entry.service?.own !== undefined) {
    return false;
  }
  return !(isName && entry.service !== undefined && plainAddress(entry.service) !== undefined);
}
