import { isDeepStrictEqual } from "node:util";
import { byCodeUnit } from "../../base/order.ts";
import { familyOf, parseAddress } from "../../dns/address/address.ts";
import { displayName, isAtOrBelow, type Name } from "../../dns/name/name.ts";
import { quotedText } from "../../dns/presentation/escapes.ts";
import { type RRset, rrsetKey } from "../../dns/record.ts";
import { BACKEND_TYPES, sortedSets } from "../rrset-changes.ts";
import { canonicalData, parseCanonicalName } from "../canonical-rdata.ts";
import type { Endpoint } from "./endpoint.ts";

/** An RRset with the endpoints that it was read from. The provider requires them for a change. */
interface ShownRRset {
  readonly set: RRset;
  /** Each endpoint contains only the data of this RRset. */
  readonly endpoints: readonly Endpoint[];
}

export type Shown = ReadonlyMap<string, ShownRRset>;

/**
 * Returns the RRsets of one zone at a provider, by {@link rrsetKey}. Names outside the zone are ignored, and duplicates count
 * once. Addresses are sorted by family, because the CoreDNS provider lists both in one endpoint. An address record that points to
 * a hostname (an alias of the DNS service) counts as a CNAME.
 */
export function shownOf(endpoints: readonly Endpoint[], domain: Name): Shown {
  const parts = new Map<string, { readonly name: Name; readonly type: string; readonly endpoints: Endpoint[] }>();
  for (const endpoint of endpoints) {
    const name = parseCanonicalName(endpoint.dnsName);
    if (name === undefined || !isAtOrBelow(name, domain)) {
      continue;
    }
    for (const part of partsOf(endpoint)) {
      const type = part.recordType;
      const key = rrsetKey({ name, type });
      const entry = parts.get(key);
      if (entry === undefined) {
        parts.set(key, { name, type, endpoints: [part] });
      } else if (!entry.endpoints.some((known) => isDeepStrictEqual(known, part))) {
        entry.endpoints.push(part);
      }
    }
  }
  return new Map([...parts].map(([key, { name, type, endpoints: own }]) => [key, shownRRset(name, type, own)]));
}

export function setsOf(shown: Shown): readonly RRset[] {
  return sortedSets([...shown.values()].map(({ set }) => set));
}

/** The endpoint for a desired RRset, without final dots and with quoted TXT data. */
export function endpointFor({ name, type, ttl, data }: RRset): Endpoint {
  return {
    dnsName: displayName(name),
    recordType: type,
    targets: type === "CNAME" ? data.map((target) => target.replace(/\.$/, "")) : data,
    recordTTL: ttl,
    setIdentifier: "",
    labels: {},
    providerSpecific: [],
  };
}

/** Returns the data of the RRset in an endpoint as sorted canonical text. Undefined if the endpoint has other types too. */
export function dataOf(endpoint: Endpoint): readonly string[] | undefined {
  const name = parseCanonicalName(endpoint.dnsName);
  const [part, ...more] = partsOf(endpoint);
  return name === undefined || part === undefined || more.length > 0 || part.recordType !== endpoint.recordType
    ? undefined
    : shownRRset(name, part.recordType, [part]).set.data;
}

/** One endpoint for an RRset that was listed in several endpoints. */
export function mergedEndpoint(endpoints: readonly Endpoint[]): Endpoint | undefined {
  const [first] = endpoints;
  return first === undefined
    ? undefined
    : {
        ...first,
        targets: [...new Set(endpoints.flatMap(({ targets }) => targets))],
        labels: Object.assign({}, ...endpoints.map(({ labels }) => labels)),
      };
}

function partsOf(endpoint: Endpoint): readonly Endpoint[] {
  const { recordType, targets } = endpoint;
  if (recordType !== "A" && recordType !== "AAAA") {
    return BACKEND_TYPES.has(recordType) && targets.length > 0 ? [endpoint] : [];
  }
  const types = targets.map(addressType);
  if (types.every((type) => type === recordType)) {
    return targets.length > 0 ? [{ ...endpoint, labels: labelsFor(endpoint, recordType) }] : [];
  }
  return [...new Set(types)].map((type) => ({
    ...endpoint,
    recordType: type,
    targets: targets.filter((_target, index) => types[index] === type),
    labels: labelsFor(endpoint, type),
  }));
}

function addressType(target: string): "A" | "AAAA" | "CNAME" {
  const address = parseAddress(target);
  return address === undefined ? "CNAME" : familyOf(address);
}

/**
 * The CoreDNS provider keeps a key for each target in a label. It removes the keys of targets that an update omits, so labels of
 * the other family must not be among them.
 */
function labelsFor({ labels }: Endpoint, type: string): Endpoint["labels"] {
  return Object.fromEntries(
    Object.entries(labels).filter(([label]) => parseAddress(label) === undefined || addressType(label) === type),
  );
}

function shownRRset(name: Name, type: string, endpoints: readonly Endpoint[]): ShownRRset {
  const data = endpoints.flatMap(({ targets }) => targets.map((target) => dataFor(type, target)));
  const ttl = endpoints.find(({ recordTTL }) => recordTTL > 0)?.recordTTL ?? 0;
  return { set: { name, type, ttl, data: [...new Set(data)].sort(byCodeUnit) }, endpoints };
}

function dataFor(type: string, target: string): string {
  if (type !== "TXT") {
    return canonicalData(type, target) ?? target;
  }
  // The rfc2136 provider lists TXT data without quotes, although it requires quotes in changes.
  const quoted = /^\s*"/.test(target) ? canonicalData(type, target) : canonicalData(type, `"${target}"`);
  return quoted ?? quotedText(Buffer.from(target));
}
