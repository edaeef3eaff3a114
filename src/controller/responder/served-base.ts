import type { Millis } from "../../base/clock.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { Name } from "../../dns/name/name.ts";
import { FAMILIES, type RRset } from "../../dns/record.ts";
import { isNewerSerial, nextSerial } from "../../dns/serial.ts";
import { closestEnclosers, type EncloserOf } from "../../dns/zone-file/closest-encloser.ts";
import { hostNames, isClosedHost } from "../../dns/zone-file/host-names.ts";
import { cutAbove, cutsOf } from "../../dns/zone-file/zone-cuts.ts";
import type { Claim } from "../../plan/claims.ts";
import { pinOf } from "../../plan/select/pin.ts";
import { httpsTargetOf } from "../../plan/https-rrset.ts";
import type { ServedAlias } from "../../responder/answer-source.ts";
import { maxTtlOf } from "./live-answer-rules.ts";

/** The records of a base zone, and the names that they leave to aliases. */
export interface ServedBase {
  readonly records: readonly RRset[];
  readonly serial: number;
  /** True if a record of the base zone takes precedence over addresses. The base zone's record remains served. */
  readonly hides: (name: Name) => boolean;
  readonly hasHttps: (name: Name) => boolean;
  readonly encloserOf: EncloserOf;
  /** See {@link hostNames}. */
  readonly hosts: ReadonlyMap<string, string>;
}

/** Creates the served base from the records of a valid zone file. */
export function servedBase(domain: Name, records: readonly RRset[]): ServedBase {
  const own = new Set(records.filter(({ type }) => OWN_TYPES.has(type)).map(({ name }) => name));
  const https = new Set(records.filter(({ type }) => type === "HTTPS").map(({ name }) => name));
  const delegations = cutsOf(domain, records, "NS");
  const dnames = cutsOf(domain, records, "DNAME");
  return {
    records,
    serial: serialOf(records),
    hides(name) {
      const dname = cutAbove(name, domain, dnames);
      return (
        own.has(name) || cutAbove(name, domain, delegations) !== undefined || (dname !== undefined && dname !== name)
      );
    },
    hasHttps: (name) => https.has(name),
    encloserOf: closestEnclosers(domain, records),
    hosts: hostNames(records),
  };
}

const OWN_TYPES: ReadonlySet<string> = new Set([...FAMILIES, "CNAME"]);

/**
 * A served hostname. Undefined: no alias has it, or the base zone has precedence. A paused hostname has both families, because
 * published records of a family can be from before an edit, or from a deleted DnsAlias. A hostname with a pin has no HTTPS record,
 * because clients would follow the record instead of the pinned addresses.
 */
export function servedAlias(
  zone: DnsZone,
  base: ServedBase,
  name: Name,
  { winners }: Claim,
  now: Millis,
): ServedAlias | undefined {
  const [first] = winners;
  if (first === undefined || base.hides(name)) {
    return undefined;
  }
  if (isClosedHost(base.hosts, name, { zone: zone.meta.namespace, alias: first.meta.namespace })) {
    return undefined;
  }
  const families = FAMILIES.filter((family) =>
    winners.some(({ spec }) => spec.paused || spec.families.includes(family)),
  );
  const isFollowed = winners.length === 1 && pinOf(first, now).pin === undefined;
  const httpsTarget = isFollowed && !base.hasHttps(name) ? httpsTargetOf(first.spec) : undefined;
  return {
    name,
    families,
    maxTtl: maxTtlOf(zone, winners),
    ...(httpsTarget === undefined ? {} : { httpsTarget }),
  };
}

/** A hostname of an alias that can't be read. Its addresses are unknown, so A and AAAA queries get SERVFAIL. */
export function unreadAlias(zone: DnsZone, name: Name): ServedAlias {
  return { name, families: FAMILIES, maxTtl: zone.spec.ttl.max };
}

/**
 * A serial after the last served one and after the base zone's. It is the Unix time if that is later, so that replicas have
 * similar serials.
 */
export function servedSerial(base: ServedBase, last: number | undefined, unixSeconds: number): number {
  return nextSerial(last === undefined || isNewerSerial(base.serial, last) ? base.serial : last, unixSeconds);
}

/** The base zone's records with this serial in the SOA. */
export function withServedSerial({ records }: ServedBase, serial: number): readonly RRset[] {
  return records.map((set) => {
    if (set.type !== "SOA") {
      return set;
    }
    const [mname = "", rname = "", , ...times] = (set.data[0] ?? "").split(" ");
    return { ...set, data: [[mname, rname, String(serial), ...times].join(" ")] };
  });
}

function serialOf(records: readonly RRset[]): number {
  const soa = records.find(({ type }) => type === "SOA");
  return Number((soa?.data[0] ?? "").split(" ")[2] ?? 0);
}
