import { createHash } from "node:crypto";
import { byCodeUnit } from "../../base/order.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { Family } from "../../dns/record.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { ActualZone, Drift } from "../provider.ts";
import {
  aliasesIn,
  foreignSets,
  isEdited,
  isSelectedWithOurs,
  objectFor,
  ownerNameOf,
  setsIn,
  stands,
  writerOf,
  writerOfOurs,
  type EndpointSet,
  type Ours,
} from "./convert.ts";
import type { StoredEndpoint } from "./endpoint-store.ts";

/** The objects of the namespace as they were read. */
export interface View {
  readonly revision: string;
  /** The objects of dnsalias by hostname, sorted. */
  readonly ours: ReadonlyMap<Name, StoredEndpoint>;
  readonly others: readonly StoredEndpoint[];
}

export function viewOf(objects: readonly StoredEndpoint[], ours: Ours): View {
  const own: [Name, StoredEndpoint][] = [];
  const others: StoredEndpoint[] = [];
  for (const object of objects) {
    const name = ownerNameOf(object, ours);
    if (name === undefined) {
      others.push(object);
    } else {
      own.push([name, object]);
    }
  }
  own.sort(([a], [b]) => byCodeUnit(a, b));
  return { revision: revisionOf(own), ours: new Map(own), others };
}

/** The current RRsets for the plan: those of dnsalias, and those of other writers at the requested names. */
export function actualOf(
  view: View,
  ours: Ours,
  requested: ReadonlySet<Name>,
): Pick<ActualZone, "revision" | "sets" | "needsWrite"> {
  const owned = othersAt(view, ours, requested);
  const own = [...view.ours].flatMap(([name, object]) =>
    setsIn(object, name).map((set): ActualRRset => ({
      name,
      type: set.type,
      ttl: set.ttl,
      data: set.addresses,
      owner: ours.ownerId,
    })),
  );
  const sets = [...own.filter(({ name, type }) => !owned.has(`${name} ${type}`)), ...owned.values()];
  const needsWrite = reasonToWrite(view, ours);
  return {
    revision: view.revision,
    sets: sets.sort((a, b) => byCodeUnit(`${a.name} ${a.type}`, `${b.name} ${b.type}`)),
    ...(needsWrite === undefined ? {} : { needsWrite }),
  };
}

/** Returns the hostnames whose objects must be written although no RRset differs. */
export function unsound({ ours: own }: View, ours: Ours): readonly Name[] {
  return [...own].flatMap(([name, object]) => {
    const sets = setsIn(object, name);
    return sets.length > 0 && stands(object, objectFor(writerOfOurs(ours, object, name), name, sets, aliasesIn(object)))
      ? []
      : [name];
  });
}

/** Returns the drift in objects of dnsalias: objects that show a change by another writer, and deleted objects. */
export function driftOf(view: View, left: ReadonlyMap<Name, readonly EndpointSet[]>): readonly Drift[] {
  const edited = [...view.ours].flatMap(([name, object]) =>
    isEdited(object)
      ? driftAt(name, left.get(name) ?? setsIn(object, name), `another writer changed DNSEndpoint ${object.name}`)
      : [],
  );
  const gone = [...left].flatMap(([name, sets]) =>
    view.ours.has(name) ? [] : driftAt(name, sets, `another writer deleted the DNSEndpoint of ${displayName(name)}`),
  );
  return [...edited, ...gone];
}

function driftAt(name: Name, sets: readonly EndpointSet[], message: string): readonly Drift[] {
  return sets.map(({ type }) => ({ name, type, message }));
}

function reasonToWrite(view: View, ours: Ours): ActualZone["needsWrite"] {
  const names = unsound(view, ours);
  const [first] = names;
  if (first === undefined) {
    return undefined;
  }
  const more = names.length === 1 ? "" : ` and ${names.length - 1} more`;
  const edited = names.find((name) => view.ours.get(name)?.hasMore === true);
  return edited === undefined
    ? { kind: "markers", message: `labels, annotations or owner of the DNSEndpoint of ${displayName(first)}${more}` }
    : { kind: "foreign-edit", message: `another writer added endpoints to the DNSEndpoint of ${displayName(edited)}` };
}

/** Records that an ExternalDNS would publish at the same names, if it reads the objects of dnsalias. A CNAME excludes both families. */
function othersAt({ others }: View, ours: Ours, requested: ReadonlySet<Name>): ReadonlyMap<string, ActualRRset> {
  const found = new Map<string, ActualRRset>();
  for (const object of others.filter((other) => isSelectedWithOurs(other, ours))) {
    for (const { name, endpoint } of foreignSets(object)) {
      for (const type of requested.has(name) ? familiesOf(endpoint.recordType) : []) {
        const note = `DNSEndpoint ${object.name} has ${endpoint.recordType} records for ${displayName(name)}`;
        const { targets, recordTTL } = endpoint;
        found.set(`${name} ${type}`, {
          name,
          type,
          ttl: recordTTL ?? 0,
          data: targets,
          owner: writerOf(object) === ours.ownerId ? undefined : writerOf(object),
          note,
        });
      }
    }
  }
  return found;
}

function familiesOf(recordType: string): readonly Family[] {
  return recordType === "A" || recordType === "AAAA" ? [recordType] : ["A", "AAAA"];
}

function revisionOf(own: readonly (readonly [Name, StoredEndpoint])[]): string {
  const hash = createHash("sha256");
  for (const [, { uid, generation, labels, annotations }] of own) {
    hash.update(`${uid} ${generation} ${JSON.stringify([labels, annotations])}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}
