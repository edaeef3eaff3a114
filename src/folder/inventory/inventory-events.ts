import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone, ProviderSpec, ZoneSpec } from "../../api/dns-zone.ts";
import type { ObjectMeta } from "../../api/meta.ts";
import { baseZonesOf, bundleMapsOf, secretRefsOf } from "../../api/zone-references.ts";
import { namesAskedByInvalidAlias, namesOfInvalidAlias } from "../../api/parse/unread-names.ts";
import { unreadZoneOf } from "../../api/parse/unread-zone.ts";
import type { InventoryEvent } from "../../controller/ports/inventory.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { Catalog, KnownObject } from "./known-objects.ts";
import type { ObjectId } from "../manifest/state-entry.ts";

/** Returns the events for the change of the catalog from `before` to `after`: namespaces first, then zones, aliases, inputs, and deleted objects. */
export function eventsBetween(before: Catalog, after: Catalog): readonly InventoryEvent[] {
  const changed = [...after.values()].filter((known) => differs(before.get(known.id), known));
  const lost = [...before.values()].filter((known) => !after.has(known.id));
  return [
    ...namespaceEvents(before, after),
    ...changed.filter(({ kind }) => kind === "DnsZone").flatMap(objectEvents),
    ...changed.filter(({ kind }) => kind === "DnsAlias").flatMap(objectEvents),
    ...inputEvents(after, [...changed, ...lost]),
    ...lost.flatMap(goneEvents),
  ];
}

/**
 * Returns the events of aliases that were deleted while dnsalias did not run. Each alias has one event with its last object, and
 * one with its deletion. A backend that doesn't list its records is then queried for these names.
 */
export function goneBefore(remembered: Catalog, catalog: Catalog): readonly InventoryEvent[] {
  return [...remembered.values()]
    .filter(({ id, kind }) => kind === "DnsAlias" && !catalog.has(id))
    .flatMap((known) => goodEvents(known).flatMap((event) => [event, ...goneEvents(known).map(unwatched)]));
}

function unwatched(event: InventoryEvent): InventoryEvent {
  return event.kind === "gone" ? { ...event, isUnwatched: true } : event;
}

/** Returns the events of one object: its last valid form, then the mistakes of the current one. */
export function objectEvents(known: KnownObject): readonly InventoryEvent[] {
  return [...goodEvents(known), ...invalidEvents(known)];
}

/** Returns an event for each zone whose file is this one, which another writer has changed. */
export function editEvents(catalog: Catalog, file: string): readonly InventoryEvent[] {
  return [...catalog.values()].flatMap(({ namespace, name, good }): readonly InventoryEvent[] => {
    const provider = good?.manifest.kind === "DnsZone" ? good.manifest.value.spec.provider : undefined;
    return provider !== undefined && fileOf(provider) === file ? [{ kind: "input", zone: `${namespace}/${name}` }] : [];
  });
}

/** The file of a rendered zone. Undefined: the zone has no file. */
function fileOf(provider: ProviderSpec): string | undefined {
  switch (provider.kind) {
    case "coreDNSZoneFile":
      return provider.zoneFile.configMap.key;
    case "coreDNSOverlay":
      return provider.overlay.configMap.key;
    case "rfc2136":
    case "powerDNS":
    case "externalDNSWebhook":
    case "dnsEndpoint":
    case "transfer":
    case "coreDNSEtcd":
      return undefined;
  }
}

/** The object with the metadata that an API server would have set. */
function withIdentity<T extends DnsAlias | DnsZone>(object: T, { namespace, name, identity }: KnownObject): T {
  const { deletedAt: _, ...given } = object.meta;
  const meta: ObjectMeta = {
    ...given,
    namespace,
    name,
    uid: `${namespace}/${name}`,
    generation: identity.generation,
    createdAt: identity.createdAt,
    finalizers: [],
    resourceVersion: "",
  };
  return { ...object, meta };
}

function goodEvents(known: KnownObject): readonly InventoryEvent[] {
  const manifest = known.good?.manifest;
  if (manifest?.kind === "DnsAlias") {
    return [{ kind: "alias", alias: withIdentity(manifest.value, known) }];
  }
  return manifest?.kind === "DnsZone" ? [{ kind: "zone", zone: withIdentity(manifest.value, known) }] : [];
}

function invalidEvents({ kind, namespace, name, identity, invalid, unread }: KnownObject): readonly InventoryEvent[] {
  if (invalid === undefined || (kind !== "DnsAlias" && kind !== "DnsZone")) {
    return [];
  }
  const hostnames = kind === "DnsAlias" ? namesOfInvalidAlias(unread) : undefined;
  const zone = kind === "DnsZone" ? unreadZoneOf(unread) : undefined;
  const manifest = {
    kind,
    key: `${namespace}/${name}`,
    generation: identity.generation,
    problems: invalid,
    ...(hostnames === undefined ? {} : { hostnames }),
    ...(kind === "DnsAlias"
      ? { claim: { hostnames: namesAskedByInvalidAlias(unread), createdAt: identity.createdAt } }
      : {}),
    ...(zone === undefined ? {} : { zone: { ...zone, createdAt: identity.createdAt } }),
  };
  return [{ kind: "invalid", manifest }];
}

function goneEvents({ kind, namespace, name }: KnownObject): readonly InventoryEvent[] {
  return kind === "DnsAlias" || kind === "DnsZone" ? [{ kind: "gone", of: kind, key: `${namespace}/${name}` }] : [];
}

function differs(before: KnownObject | undefined, after: KnownObject): boolean {
  return (
    before === undefined ||
    before.good?.fingerprint !== after.good?.fingerprint ||
    before.identity.generation !== after.identity.generation ||
    JSON.stringify([before.invalid, before.unread]) !== JSON.stringify([after.invalid, after.unread])
  );
}

/** Returns an event for each zone that reads a changed ConfigMap or Secret. */
function inputEvents(after: Catalog, changed: readonly KnownObject[]): readonly InventoryEvent[] {
  const changedIds = new Set(changed.map(({ id }) => id));
  return [...after.values()].flatMap(({ namespace, name, good }): readonly InventoryEvent[] => {
    const inputs = good?.manifest.kind === "DnsZone" ? inputsOf(good.manifest.value.spec, namespace) : [];
    return inputs.some((id) => changedIds.has(id)) ? [{ kind: "input", zone: `${namespace}/${name}` }] : [];
  });
}

/** The ConfigMaps and Secrets of a zone. */
function inputsOf(spec: ZoneSpec, namespace: string): readonly ObjectId[] {
  return [
    ...baseZonesOf(spec).flatMap((base): readonly ObjectId[] =>
      base.kind === "configMap" ? [`ConfigMap ${namespace}/${base.name}`] : [],
    ),
    ...bundleMapsOf(spec.provider).map(({ name }): ObjectId => `ConfigMap ${namespace}/${name}`),
    ...secretRefsOf(spec.provider).map((ref): ObjectId => `Secret ${namespace}/${ref.name}`),
  ];
}

function namespaceEvents(before: Catalog, after: Catalog): readonly InventoryEvent[] {
  const old = namespacesOf(before);
  const now = namespacesOf(after);
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(byCodeUnit);
  return names
    .filter((name) => JSON.stringify(old.get(name)) !== JSON.stringify(now.get(name)))
    .map((name) => ({ kind: "namespace", name, labels: now.get(name) }));
}

/** Every namespace of an object, with the labels of its Namespace document and the label that Kubernetes adds to every namespace. */
function namespacesOf(catalog: Catalog): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const labels = new Map<string, Readonly<Record<string, string>>>();
  for (const { kind, namespace, name, good } of catalog.values()) {
    const own = kind === "Namespace" ? name : namespace;
    const declared = good?.manifest.kind === "Namespace" ? good.manifest.labels : labels.get(own);
    labels.set(own, { ...declared, "kubernetes.io/metadata.name": own });
  }
  return labels;
}
