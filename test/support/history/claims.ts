import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { placeOf, type Replica, type ReplicasWorld } from "../replicas-world.ts";

type Objects = Pick<ReplicasWorld, "aliases" | "zones" | "labels" | "retainedZones">;

/** The aliases that have a name in a zone, all of one namespace, by `dns/com shop.example.com.`. */
export type Claims = ReadonlyMap<string, readonly DnsAlias[]>;

/** Who has each of the names by the objects' own text: the rules of docs/concepts on zones and claims, written again and not taken from the product. */
export function claimsOf(world: Objects, names: readonly string[]): Claims {
  const claims = new Map<string, readonly DnsAlias[]>();
  for (const name of names) {
    const byZone = new Map<string, DnsAlias[]>();
    for (const alias of aliasesOf(world, name)) {
      for (const zone of zonesOf(world, name, alias)) {
        const key = `${objectKey(zone.meta)} ${name}`;
        byZone.set(key, [...(byZone.get(key) ?? []), alias]);
      }
    }
    byZone.forEach((aliases, key) => claims.set(key, winnersOf(aliases)));
  }
  return claims;
}

/**
 * Who has a name as one replica knows the deleted DnsZones: one that started after a deletion knows only the names that statuses said then, and gives others to the zone above
 * (docs/concepts/two-planes.md).
 */
export function ownersFor(world: Objects, replica: Replica, name: string): readonly DnsAlias[] {
  const retainedZones = [...world.retainedZones].map(([key, retained]) => {
    const known = retained.knownTo.has(replica) ? undefined : (retained.knownAtStart.get(replica) ?? new Set());
    return [key, { ...retained, known }] as const;
  });
  return [...claimsOf({ ...world, retainedZones: new Map(retainedZones) }, [name]).values()].flat();
}

/** Who asks for each of the names, also an alias under deletion, by `any shop.example.com.`. */
export function askersOf({ aliases }: Pick<Objects, "aliases">, names: readonly string[]): Claims {
  const all = [...aliases.values()];
  return new Map(
    names.map((name) => [`any ${name}`, all.filter(({ spec }) => spec.hostnames.some((one) => one === name))]),
  );
}

/** The living aliases that ask for a name. */
export function aliasesOf({ aliases }: Objects, name: string): readonly DnsAlias[] {
  return [...aliases.values()].filter(
    ({ meta, spec }) => meta.deletedAt === undefined && spec.hostnames.some((hostname) => hostname === name),
  );
}

/** The oldest alias has the name, and with it the other aliases of its namespace. */
function winnersOf(aliases: readonly DnsAlias[]): readonly DnsAlias[] {
  const namespace = aliases.toSorted(byAge)[0]?.meta.namespace;
  return aliases.filter(({ meta }) => meta.namespace === namespace);
}

/** The zones of the longest domain that admit the namespace and write to their place. The names that a deleted DnsZone admitted are reserved. */
export function zonesOf(world: Objects, name: string, alias: DnsAlias): readonly DnsZone[] {
  return admittingZonesOf(world, name, alias).filter((zone) => writesToItsPlace(world, zone));
}

/** The same with those whose place an older DnsZone has. */
export function admittingZonesOf(world: Objects, name: string, alias: DnsAlias): readonly DnsZone[] {
  const zones = matchOf(world, name, alias);
  return zones === "reserved" ? [] : zones;
}

/** The aliases that have a name only in DnsZones whose place an older DnsZone has. */
export function waitingFor(world: Objects, name: string): readonly DnsAlias[] {
  return winnersOf(
    aliasesOf(world, name).filter(
      (alias) => admittingZonesOf(world, name, alias).length > 0 && zonesOf(world, name, alias).length === 0,
    ),
  );
}

/** Whether the name of a living alias belongs to a deleted DnsZone, so that its records stay where they are. */
export function isReserved(world: Objects, name: string): boolean {
  return aliasesOf(world, name).some((alias) => matchOf(world, name, alias) === "reserved");
}

function matchOf(world: Objects, name: string, alias: DnsAlias): readonly DnsZone[] | "reserved" {
  const { namespace } = alias.meta;
  if (isKnownByStatusOnly(world, name, alias)) {
    return "reserved";
  }
  for (const domain of suffixesOf(name)) {
    const open = [...world.zones.values()].filter(
      (zone) => zone.spec.domain === domain && isDelegated(world, zone) && admits(world, zone, namespace),
    );
    if (open.length > 0) {
      return open;
    }
    if (isRetained(world, alias, domain)) {
      return "reserved";
    }
  }
  return [];
}

/** After a restart, a status shows the DnsZone of a name, and not its domain. The leader can't tell then whether a new DnsZone is below it. */
function isKnownByStatusOnly({ retainedZones }: Objects, name: string, { meta }: DnsAlias): boolean {
  return [...retainedZones.values()].some(({ known }) => known?.has(`${meta.uid} ${name}`) === true);
}

/** The deleted DnsZones that have a name of a leader that knows it from a status, whoever asked for it. Its records stay, wherever they are. */
export function zonesKnownByStatus({ retainedZones }: Pick<Objects, "retainedZones">, name: string): readonly string[] {
  return [...retainedZones].flatMap(([key, { known }]) =>
    [...(known ?? [])].some((text) => text.endsWith(` ${name}`)) ? [key] : [],
  );
}

/** Whether a deleted DnsZone of this domain admitted the alias, as far as the leader can know. */
function isRetained(world: Objects, { meta }: DnsAlias, domain: string): boolean {
  return [...world.retainedZones.values()].some(
    ({ zone, known }) => known === undefined && zone.spec.domain === domain && admits(world, zone, meta.namespace),
  );
}

/** What the statuses say of names in a deleted DnsZone. */
export function knownFromStatuses({ aliases, zones }: Objects, key: string): ReadonlySet<string> {
  return new Set(
    [...aliases.values()].flatMap(({ meta, spec, status }) =>
      spec.hostnames
        .filter((name) => {
          const entries = (status?.hostnames ?? []).filter(({ hostname }) => `${hostname}.` === name);
          const at = entries.flatMap(({ zone }) => zone ?? []);
          return at.includes(key) && at.every((one) => !zones.has(one));
        })
        .map((name) => `${meta.uid} ${name}`),
    ),
  );
}

/** Whether the status of one of these aliases lists its name, as `uid-1 b.example.org.`, in a DnsZone that exists. */
export function isListedElsewhere(
  zones: Objects["zones"],
  aliases: Iterable<Pick<DnsAlias, "meta" | "status">>,
  known: string,
): boolean {
  return [...aliases].some(({ meta, status }) =>
    (status?.hostnames ?? []).some(
      ({ hostname, zone }) => zone !== undefined && zones.has(zone) && `${meta.uid} ${hostname}.` === known,
    ),
  );
}

/** `a.b.` and `b.` for `a.b.`. */
function suffixesOf(name: string): readonly string[] {
  const labels = name.slice(0, -1).split(".");
  return labels.map((_label, index) => `${labels.slice(index).join(".")}.`);
}

/** True if a name is at the domain or below it. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** An older DnsZone in another namespace isn't taken over by one of the same domain or below it. */
export function isDelegated({ zones }: Pick<Objects, "zones">, zone: DnsZone): boolean {
  return [...zones.values()].every(
    (other) =>
      other.meta.namespace === zone.meta.namespace ||
      byAge(other, zone) >= 0 ||
      !isWithin(zone.spec.domain, other.spec.domain),
  );
}

/** Whether a zone takes names of aliases of a namespace. */
export function admits({ labels }: Pick<Objects, "labels">, { meta, spec }: DnsZone, namespace: string): boolean {
  switch (spec.allowedNamespaces.from) {
    case "All":
      return true;
    case "Same":
      return meta.namespace === namespace;
    case "Selector":
      return Object.entries(spec.allowedNamespaces.selector.matchLabels ?? {}).every(
        ([key, value]) => labels.get(namespace)?.[key] === value,
      );
  }
}

/** Of two DnsZones that would write to one ConfigMap the older one writes. */
export function writesToItsPlace({ zones }: Objects, zone: DnsZone): boolean {
  return [...zones.values()].every(
    (other) =>
      other === zone ||
      placeOf(other) !== placeOf(zone) ||
      other.spec.domain !== zone.spec.domain ||
      byAge(zone, other) < 0,
  );
}

function byAge(a: DnsAlias | DnsZone, b: DnsAlias | DnsZone): number {
  return a.meta.createdAt - b.meta.createdAt || (objectKey(a.meta) < objectKey(b.meta) ? -1 : 1);
}
