import { parseAddress, familyOf } from "../../dns/address/address.ts";
import type { Name } from "../../dns/name/name.ts";
import { type RRset, rrsetKey } from "../../dns/record.ts";
import { sortedSets } from "../rrset-changes.ts";
import { canonicalData } from "../canonical-rdata.ts";
import { markedName, markerNameFor, nameOfKey, parentKey, readService, type Service, zoneRoot } from "./convert.ts";

/** One key as etcd returns it. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly modRevision: number;
}

export interface Entry extends KeyValue {
  /** Undefined: the plugin can't read the value. */
  readonly service: Service | undefined;
}

/** All keys below the key of a zone, in the interpretation of the plugin. */
export interface ZoneKeys {
  readonly domain: Name;
  readonly root: string;
  /** The revision of the store when the keys were read. */
  readonly revision: number;
  readonly entries: ReadonlyMap<string, Entry>;
  /** The A, AAAA, CNAME and TXT RRsets. The markers in owner keys are TXT RRsets at the names of the markers. */
  readonly sets: readonly RRset[];
  /** The keys of an RRset, by {@link rrsetKey}, without owner keys. */
  readonly keysOf: ReadonlyMap<string, readonly Entry[]>;
}

export interface EtcdZone {
  readonly pathPrefix: string;
  readonly domain: Name;
}

export function zoneKeysOf({ pathPrefix, domain }: EtcdZone, pairs: readonly KeyValue[], revision: number): ZoneKeys {
  const root = zoneRoot(pathPrefix, domain);
  const entries = new Map(pairs.map((pair) => [pair.key, { ...pair, service: readService(pair.value) }]));
  const sets = new Map<string, RRset>();
  const keysOf = new Map<string, Entry[]>();
  for (const entry of entries.values()) {
    for (const set of recordsOf(entry, root, domain)) {
      const key = rrsetKey(set);
      const old = sets.get(key);
      const ttl = Math.min(old?.ttl ?? set.ttl, set.ttl);
      sets.set(key, { ...set, ttl, data: [...(old?.data ?? []), ...set.data] });
      if (entry.service?.own?.kind !== "owner") {
        keysOf.set(key, [...(keysOf.get(key) ?? []), entry]);
      }
    }
  }
  return { domain, root, revision, entries, sets: sortedSets(sets.values()), keysOf };
}

/** Clients don't query markers, so any TTL is sufficient. */
const MARKER_TTL = 300;

/**
 * The records of a key. A key counts as a record of its own name and of the name one level above, because the plugin answers with
 * it at both. It does not count for names further above, although the plugin answers with it there too (see `obstacle.ts`).
 */
function recordsOf({ key, service }: Entry, root: string, domain: Name): readonly RRset[] {
  const own = service?.own;
  if (service === undefined || own?.kind === "screen") {
    return [];
  }
  const exact = nameOfKey(root, domain, key);
  if (own?.kind === "owner") {
    const name = exact === undefined ? undefined : markerNameFor(exact);
    const hasMarkers = name !== undefined && own.markers.length > 0;
    return hasMarkers ? [{ name, type: "TXT", ttl: MARKER_TTL, data: own.markers }] : [];
  }
  const record = recordOf(service);
  if (record === undefined) {
    return [];
  }
  const parent = parentKey(root, key);
  const above = parent === undefined ? undefined : nameOfKey(root, domain, parent);
  const names = new Set([exact, above].filter((name) => name !== undefined));
  return [...names].map((name) => ({ name, ...record }));
}

function recordOf({ host, text, ttl, mail }: Service): Omit<RRset, "name"> | undefined {
  const address = parseAddress(host);
  if (address !== undefined) {
    return { type: familyOf(address), ttl, data: [address] };
  }
  if (text !== "") {
    const data = textData(text);
    return data === undefined ? undefined : { type: "TXT", ttl, data: [data] };
  }
  const target = host === "" || mail ? undefined : canonicalData("CNAME", host.endsWith(".") ? host : `${host}.`);
  return target === undefined ? undefined : { type: "CNAME", ttl, data: [target] };
}

/** Returns a text as RDATA; undefined if it is longer than a string (RFC 1035 3.3.14) or not ASCII, and is therefore not a marker. */
export function textData(text: string): string | undefined {
  return canonicalData("TXT", JSON.stringify(text));
}

/** The hostnames with a marker of any owner in their owner key. */
export function markedNames({ sets, domain }: Pick<ZoneKeys, "sets" | "domain">): readonly Name[] {
  return sets.flatMap(({ name, type }) => (type === "TXT" ? (markedName(domain, name) ?? []) : []));
}
