import { familyOf, parseAddress } from "../../dns/address.ts";
import { displayName, isAtOrBelow, type Name } from "../../dns/name.ts";
import { quotedText } from "../../dns/presentation-tokens.ts";
import type { RecordSet } from "../../dns/record.ts";
import { BACKEND_TYPES, setKey, sortedSets } from "../record-sets.ts";
import { canonicalData, canonicalName } from "../record-text.ts";
import { type Endpoint, endpointKey } from "./endpoint.ts";

/** A record set with the endpoints that it was read from, which the provider wants to see again when it changes them. */
export interface ShownSet {
  readonly set: RecordSet;
  /** Each with only what belongs to this set. */
  readonly endpoints: readonly Endpoint[];
}

export type Shown = ReadonlyMap<string, ShownSet>;

/**
 * What a provider lists of one zone, by {@link setKey}. Names outside are left out; what is listed twice counts once. Addresses count by their own family, as
 * the CoreDNS provider lists both in one endpoint, and an address record that points at a host name (an alias of the service) is shown as the CNAME that it stands for.
 */
export function shownOf(endpoints: readonly Endpoint[], domain: Name): Shown {
  const seen = new Set<string>();
  const parts = new Map<string, { readonly name: Name; readonly type: string; readonly endpoints: Endpoint[] }>();
  for (const endpoint of endpoints) {
    const name = canonicalName(endpoint.dnsName);
    const text = JSON.stringify(endpoint);
    if (name === undefined || !isAtOrBelow(name, domain) || seen.has(text)) {
      continue;
    }
    seen.add(text);
    for (const part of partsOf(endpoint)) {
      const type = part.recordType;
      const key = setKey({ name, type });
      const entry = parts.get(key) ?? { name, type, endpoints: [] };
      entry.endpoints.push(part);
      parts.set(key, entry);
    }
  }
  return new Map([...parts].map(([key, { name, type, endpoints: own }]) => [key, shownSet(name, type, own)]));
}

export function setsOf(shown: Shown): readonly RecordSet[] {
  return sortedSets([...shown.values()].map(({ set }) => set));
}

/** The endpoint for a set that is to be; without final dots, TXT in quotes. */
export function endpointFor({ name, type, ttl, data }: RecordSet): Endpoint {
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

/** The data of a set as an endpoint has it, in canonical text, sorted; undefined when it is not a set of that type alone. */
export function dataOf(endpoint: Endpoint): readonly string[] | undefined {
  const name = canonicalName(endpoint.dnsName);
  const [part, ...more] = partsOf(endpoint);
  return name === undefined || part === undefined || more.length > 0 || part.recordType !== endpoint.recordType
    ? undefined
    : shownSet(name, part.recordType, [part]).set.data;
}

/** One endpoint that stands for a set that was listed in pieces. */
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

/** The provider's answer to a candidate: the endpoint of the same name, type and identifier. */
export function adjustedOf(candidate: Endpoint, adjusted: readonly Endpoint[]): Endpoint | undefined {
  return adjusted.find((endpoint) => endpointKey(endpoint) === endpointKey(candidate));
}

function partsOf(endpoint: Endpoint): readonly Endpoint[] {
  const { recordType, targets } = endpoint;
  if (recordType !== "A" && recordType !== "AAAA") {
    return BACKEND_TYPES.has(recordType) && targets.length > 0 ? [endpoint] : [];
  }
  const types = targets.map(addressType);
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

/** The CoreDNS provider notes a key for each target, and removes those of targets that an update does not name: the other family's must not be among them. */
function labelsFor({ labels }: Endpoint, type: string): Endpoint["labels"] {
  return Object.fromEntries(
    Object.entries(labels).filter(([label]) => parseAddress(label) === undefined || addressType(label) === type),
  );
}

function shownSet(name: Name, type: string, endpoints: readonly Endpoint[]): ShownSet {
  const data = endpoints.flatMap(({ targets }) => targets.map((target) => dataFor(type, target)));
  const ttl = endpoints.find(({ recordTTL }) => recordTTL > 0)?.recordTTL ?? 0;
  const [set = { name, type, ttl, data }] = sortedSets([{ name, type, ttl, data }]);
  return { set, endpoints };
}

function dataFor(type: string, target: string): string {
  if (type !== "TXT") {
    return canonicalData(type, target) ?? target;
  }
  // The rfc2136 provider lists texts without the quotes that it wants to be given.
  const quoted = /^\s*"/.test(target) ? canonicalData(type, target) : canonicalData(type, `"${target}"`);
  return quoted ?? quotedText(Buffer.from(target));
}
