import type { TransferSpec } from "../../../api/dns-zone.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { TsigKey } from "../../../dns/tsig/tsig-key.ts";
import type { BaseZone } from "../../base-zone.ts";
import type { OwnedRRset } from "../../owned-rrset.ts";
import { allowList, type AclEntry } from "./acl.ts";
import { newestSerial } from "./serials.ts";
import type { PrimaryZone } from "./primary-zone.ts";
import type { History } from "./journal.ts";

/** The served version of a zone, and its inputs. */
export interface Published {
  readonly history: History;
  readonly sets: readonly OwnedRRset[];
  readonly base: BaseZone;
}

/** The entry of one DnsZone, from its claim to its release. */
export interface ZoneEntry {
  readonly domain: Name;
  readonly spec: TransferSpec;
  readonly allows: AclEntry["allows"];
  key: AclEntry["key"];
  published: Published | undefined;
}

/** The DnsZones with this provider. If two have the same domain, the last published one is served. */
export interface ZoneRegistry {
  /** Adds a DnsZone (namespace and name), or replaces its spec. Its published version remains. */
  claim(owner: string, domain: Name, spec: TransferSpec): ZoneEntry;
  /** False: another claim replaced this one. */
  release(owner: string, entry: ZoneEntry): boolean;
  /** False: another claim replaced it, or it was released. A write in progress is then not served any more. */
  publish(owner: string, entry: ZoneEntry, published: Published): boolean;
  /** Stops serving all zones, and keeps their claims. */
  clear(): void;
  owner(owner: string): ZoneEntry | undefined;
  entries(): Iterable<ZoneEntry>;
  zoneOf(domain: Name): PrimaryZone | undefined;
  /** The newest serial of a domain, for any DnsZone. */
  lastSerial(domain: Name): number | undefined;
}

export function createZoneRegistry(): ZoneRegistry {
  const byOwner = new Map<string, ZoneEntry>();
  const byDomain = new Map<Name, ZoneEntry>();
  const serials = new Map<Name, number>();
  const index = (entry: ZoneEntry): void => {
    if (byDomain.get(entry.domain)?.published === undefined) {
      byDomain.set(entry.domain, entry);
    }
  };
  const displace = (entry: ZoneEntry): void => {
    if (byDomain.get(entry.domain) === entry) {
      byDomain.delete(entry.domain);
    }
  };
  return {
    claim(owner, domain, spec) {
      const before = byOwner.get(owner);
      const same = before?.domain === domain ? before : undefined;
      const entry = {
        domain,
        spec,
        allows: allowList(spec.allow),
        key: keyFor(spec, same),
        published: same?.published,
      };
      byOwner.set(owner, entry);
      if (before !== undefined) {
        displace(before);
      }
      index(entry);
      return entry;
    },
    release(owner, entry) {
      if (byOwner.get(owner) !== entry) {
        return false;
      }
      byOwner.delete(owner);
      displace(entry);
      byOwner.forEach(index);
      return true;
    },
    publish(owner, entry, published) {
      const isIn = byOwner.get(owner) === entry;
      if (isIn) {
        entry.published = published;
        byDomain.set(entry.domain, entry);
        remember(serials, entry.domain, published.history.current.serial);
      }
      return isIn;
    },
    clear: () => byOwner.forEach(unpublish),
    owner: (owner) => byOwner.get(owner),
    entries: () => byOwner.values(),
    zoneOf(domain) {
      const entry = byDomain.get(domain);
      return entry && { domain, acl: [aclEntryOf(entry)], history: entry.published?.history };
    },
    lastSerial: (domain) => serials.get(domain),
  };
}

function unpublish(entry: ZoneEntry): void {
  entry.published = undefined;
}

export function aclEntryOf({ allows, key }: ZoneEntry): AclEntry {
  return { allows, key };
}

export function tsigKeyOf({ key }: ZoneEntry): TsigKey | undefined {
  return typeof key === "string" ? undefined : key;
}

/** The known key remains in use until the next read. A key with another name or from another Secret does not. */
function keyFor({ tsig }: TransferSpec, before: ZoneEntry | undefined): AclEntry["key"] {
  if (tsig === undefined) {
    return "none";
  }
  const isSame = JSON.stringify(before?.spec.tsig) === JSON.stringify(tsig);
  return before !== undefined && isSame ? before.key : "unread";
}

/**
 * The number of remembered removed zones. A domain that returns continues with its serial, unless more zones than this were
 * removed since.
 */
const REMEMBERED = 10_000;

function remember(serials: Map<Name, number>, domain: Name, serial: number): void {
  const newest = newestSerial([serials.get(domain), serial]) ?? serial;
  serials.delete(domain);
  serials.set(domain, newest);
  const [oldest] = serials.keys();
  if (serials.size > REMEMBERED && oldest !== undefined) {
    serials.delete(oldest);
  }
}
