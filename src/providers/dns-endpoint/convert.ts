import { createHash } from "node:crypto";
import type { DnsZone } from "../../api/dns-zone.ts";
import { byCodeUnit } from "../../base/order.ts";
import { addressSet, familyOf, parseAddress } from "../../dns/address/address.ts";
import { displayName, isHostName, parseOwnerName, type Name } from "../../dns/name/name.ts";
import type { Family, Seconds } from "../../dns/record.ts";
import type { Endpoint, EndpointObject, StoredEndpoint } from "./endpoint-store.ts";

/** The identity of the objects of one DnsZone. */
export interface Ours {
  readonly zone: DnsZone;
  readonly ownerId: string;
  /** Former owner ids. An object that this installation wrote under one of them keeps its name and its owner. */
  readonly formerOwnerIds?: readonly string[];
}

/** One address RRset in an object of dnsalias. */
export interface EndpointSet {
  readonly type: Family;
  readonly ttl: Seconds;
  readonly addresses: readonly string[];
}

/**
 * Returns the hostname of an object of dnsalias. Undefined: it belongs to another writer. The object's name shows this: it
 * depends on the installation, the DnsZone, and the hostname, and cannot be changed.
 */
export function ownerNameOf({ name, annotations, endpoints }: StoredEndpoint, ours: Ours): Name | undefined {
  const texts = [annotations[HOSTNAME_ANNOTATION] ?? "", ...endpoints.map(({ dnsName }) => dnsName)];
  return texts
    .map((text) => nameIn(text))
    .find((candidate) => candidate !== undefined && ownerIdIn(name, ours, candidate) !== undefined);
}

/** The owner under which this installation wrote an object: its own id, or a former one. */
export function writerOfOurs(ours: Ours, object: StoredEndpoint | undefined, name: Name): Ours {
  const ownerId = object && ownerIdIn(object.name, ours, name);
  return { ...ours, ownerId: ownerId ?? ours.ownerId };
}

/** The owner id from which the name of an object was created. Undefined: it is not an id of this installation. */
function ownerIdIn(objectName: string, ours: Ours, name: Name): string | undefined {
  const ids = [ours.ownerId, ...(ours.formerOwnerIds ?? [])];
  return ids.find((ownerId) => objectNameOf({ zone: ours.zone, ownerId }, name) === objectName);
}

/** The dnsalias installation that wrote an object. Undefined: another program wrote it. */
export function writerOf({ labels, annotations }: StoredEndpoint): string | undefined {
  return labels[MANAGED_BY_LABEL] === MANAGED_BY ? annotations[OWNER_ANNOTATION] : undefined;
}

/** The object for one hostname. It has both families, so that they change together. `sets` is not empty. */
export function objectFor(ours: Ours, name: Name, sets: readonly EndpointSet[], aliases: string): EndpointObject {
  const { zone, ownerId } = ours;
  const { provider, policy } = zone.spec;
  const endpoints = sets.toSorted((a, b) => byCodeUnit(a.type, b.type)).map((set) => endpointOf(name, set));
  return {
    name: objectNameOf(ours, name),
    labels: {
      ...(provider.kind === "dnsEndpoint" ? provider.dnsEndpoint.labels : {}),
      ...(zone.meta.name.length <= MAX_LABEL ? { [ZONE_LABEL]: zone.meta.name } : {}),
      [MANAGED_BY_LABEL]: MANAGED_BY,
    },
    annotations: {
      [OWNER_ANNOTATION]: ownerId,
      [ZONE_ANNOTATION]: zoneText(zone),
      [HOSTNAME_ANNOTATION]: displayName(name),
      [CONTENT_ANNOTATION]: contentHash(endpoints),
      ...(aliases === "" ? {} : { [ALIASES_ANNOTATION]: aliases }),
    },
    owner: policy === "Sync" ? ownerOf(zone) : undefined,
    endpoints,
  };
}

/** Returns the address RRsets in an object of dnsalias. */
export function setsIn({ endpoints }: StoredEndpoint, name: Name): readonly EndpointSet[] {
  return endpoints.flatMap(({ dnsName, recordType, recordTTL, targets }): readonly EndpointSet[] => {
    const addresses = addressSet(targets.flatMap((target) => parseAddress(target) ?? []));
    const isFine =
      nameIn(dnsName) === name &&
      addresses.length > 0 &&
      addresses.every((address) => familyOf(address) === recordType);
    const [first] = addresses;
    return isFine && first !== undefined ? [{ type: familyOf(first), ttl: recordTTL ?? 0, addresses }] : [];
  });
}

/** True if the endpoints differ from those that dnsalias wrote. */
export function isEdited({ annotations, endpoints, hasMore }: StoredEndpoint): boolean {
  return hasMore || annotations[CONTENT_ANNOTATION] !== contentHash(endpoints);
}

/** True if an object has all fields that dnsalias wrote. Additional fields belong to other writers. */
export function stands(stored: StoredEndpoint, wanted: EndpointObject): boolean {
  return (
    !stored.hasMore &&
    contentHash(stored.endpoints) === contentHash(wanted.endpoints) &&
    holds(stored.labels, wanted.labels) &&
    holds(stored.annotations, wanted.annotations) &&
    (wanted.owner === undefined || stored.ownerUids.includes(wanted.owner.uid))
  );
}

export function aliasesText(keys: readonly string[]): string {
  return [...new Set(keys)].toSorted(byCodeUnit).slice(0, MAX_ALIASES).join(" ");
}

export function aliasesIn({ annotations }: StoredEndpoint): string {
  return annotations[ALIASES_ANNOTATION] ?? "";
}

/** Returns the endpoints in an object of another writer whose types conflict with records of dnsalias, with their names. */
export function foreignSets(stored: StoredEndpoint): readonly { readonly name: Name; readonly endpoint: Endpoint }[] {
  return stored.endpoints.flatMap((endpoint) => {
    const name = FOREIGN_TYPES.has(endpoint.recordType) ? nameIn(endpoint.dnsName) : undefined;
    return name === undefined ? [] : [{ name, endpoint }];
  });
}

/** True if an ExternalDNS that selects the objects of dnsalias by the zone's labels also selects this one. */
export function isSelectedWithOurs({ labels }: StoredEndpoint, { zone: { spec } }: Ours): boolean {
  return spec.provider.kind !== "dnsEndpoint" || holds(labels, spec.provider.dnsEndpoint.labels);
}

const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
const MANAGED_BY = "dnsalias";
const ZONE_LABEL = "dnsalias.io/zone";
const OWNER_ANNOTATION = "dnsalias.io/owner";
const ZONE_ANNOTATION = "dnsalias.io/zone";
const HOSTNAME_ANNOTATION = "dnsalias.io/hostname";
const ALIASES_ANNOTATION = "dnsalias.io/aliases";
/** A hash of the endpoints that dnsalias wrote. It shows an edit by another writer after a restart too. */
const CONTENT_ANNOTATION = "dnsalias.io/content";
const FOREIGN_TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "CNAME"]);
/** The maximum length of a label value in Kubernetes. */
const MAX_LABEL = 63;
const MAX_ALIASES = 16;
/** The name of an object has at most 253 characters. This many remain next to the hash and two hyphens. */
const MAX_READABLE = 220;

function zoneText({ meta }: DnsZone): string {
  return `${meta.namespace}/${meta.name}`;
}

function ownerOf({ meta }: DnsZone): EndpointObject["owner"] {
  return { apiVersion: "dnsalias.io/v1alpha1", kind: "DnsZone", name: meta.name, uid: meta.uid };
}

/** A readable name that differs for each hostname, DnsZone and installation. */
function objectNameOf({ zone, ownerId }: Pick<Ours, "zone" | "ownerId">, name: Name): string {
  const readable = displayName(name)
    .replace("*", "wildcard")
    .replace(/[^a-z0-9.-]/g, "-")
    .slice(0, MAX_READABLE)
    .split(".")
    .map((label) => label.replace(/^-+|-+$/g, "") || "x")
    .join(".");
  const hash = createHash("sha256")
    .update(`${ownerId}\n${zoneText(zone)}\n${name}`)
    .digest("hex")
    .slice(0, 10);
  return `${readable}-${hash}`;
}

function endpointOf(name: Name, { type, ttl, addresses }: EndpointSet): Endpoint {
  return { dnsName: displayName(name), recordType: type, recordTTL: ttl, targets: addresses };
}

function contentHash(endpoints: readonly Endpoint[]): string {
  const content = endpoints.map(({ dnsName, recordType, recordTTL, targets }) => [
    dnsName,
    recordType,
    recordTTL ?? null,
    targets,
  ]);
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16);
}

function holds(all: Readonly<Record<string, string>>, some: Readonly<Record<string, string>>): boolean {
  return Object.entries(some).every(([key, value]) => all[key] === value);
}

function nameIn(text: string): Name | undefined {
  const host = text.startsWith("*.") ? text.slice(2) : text;
  if (!isHostName(host)) {
    return undefined;
  }
  return parseOwnerName(text);
}
