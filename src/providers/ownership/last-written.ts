import { sameMembers } from "../../base/order.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { type AliasType, type RRset, rrsetKey } from "../../dns/record.ts";
import type { BackendChange } from "../backend.ts";
import type { Drift } from "../provider.ts";

/**
 * The RRsets as this process last wrote them. It distinguishes changes by another writer and lost markers from records of other
 * writers. A restart loses only this knowledge, and no records.
 */
export interface LastWritten {
  /** True for an RRset that equals its last written, first seen, or tried state. */
  isAsLeft(set: RRset): boolean;
  /** Hostnames with records of dnsalias. */
  names(): Iterable<Name>;
  /** The alias in the last marker of a name. */
  resourceOf(name: Name): ObjectKey;
  /** Adds an RRset that has a marker of dnsalias. A known one keeps its last written state. */
  see(set: RRset): void;
  /** Records that the name has no RRset of this type. If a delete was tried, it counts as done. */
  recordMissing(name: Name, type: AliasType): void;
  /** These changes took effect. */
  wrote(changes: readonly BackendChange[]): void;
  /** These changes may have taken effect completely, partly, or not at all. */
  tried(changes: readonly BackendChange[]): void;
  /** The change of an RRset by another writer since it was written. Undefined: there is none. */
  driftOf(name: Name, type: AliasType, now: RRset | undefined): Drift | undefined;
  recordResource(name: Name, resource: ObjectKey): void;
}

interface Left {
  readonly name: Name;
  readonly set: RRset | undefined;
  readonly tried: readonly (RRset | undefined)[];
}

export function createLastWritten(): LastWritten {
  const left = new Map<string, Left>();
  const resources = new Map<Name, ObjectKey>();
  const settle = (name: Name, type: string, set: RRset | undefined): void => {
    if (set === undefined) {
      left.delete(rrsetKey({ name, type }));
    } else {
      left.set(rrsetKey({ name, type }), { name, set, tried: [] });
    }
  };
  return {
    isAsLeft(set) {
      const entry = left.get(rrsetKey(set));
      return entry !== undefined && [entry.set, ...entry.tried].some((one) => same(one, set));
    },
    names: () => [...left.values()].map(({ name }) => name),
    resourceOf: (name) => resources.get(name) ?? "",
    recordResource: (name, resource) => void resources.set(name, resource),
    see(set) {
      const entry = left.get(rrsetKey(set));
      if (entry === undefined || entry.tried.some((one) => same(one, set))) {
        settle(set.name, set.type, set);
      }
    },
    recordMissing(name, type) {
      if (left.get(rrsetKey({ name, type }))?.tried.includes(undefined) === true) {
        settle(name, type, undefined);
      }
    },
    wrote(changes) {
      addressChanges(changes).forEach(({ name, type, after }) => settle(name, type, after));
    },
    tried(changes) {
      for (const { name, type, after } of addressChanges(changes)) {
        const entry = left.get(rrsetKey({ name, type })) ?? { name, set: undefined, tried: [] };
        const tried = [...entry.tried.filter((one) => !same(one, after)), after].slice(-KEPT_TRIES);
        left.set(rrsetKey({ name, type }), { ...entry, tried });
      }
    },
    driftOf(name, type, now) {
      const entry = left.get(rrsetKey({ name, type }));
      if (entry?.set === undefined || same(entry.set, now)) {
        return undefined;
      }
      return { name, type, message: driftText(name, type, entry.set, now) };
    },
  };
}

/**
 * The number of tried states that are kept for each RRset. While a backend is not available, many plans are tried, and only the
 * last ones may have taken effect.
 */
const KEPT_TRIES = 4;

function addressChanges(
  changes: readonly BackendChange[],
): readonly { readonly name: Name; readonly type: string; readonly after: RRset | undefined }[] {
  return changes.flatMap(({ before, after }) => {
    const { name, type } = after ?? before ?? {};
    return name === undefined || type === undefined || type === "TXT" ? [] : [{ name, type, after }];
  });
}

function driftText(name: Name, type: AliasType, was: RRset, now: RRset | undefined): string {
  const where = `${displayName(name)} ${type}`;
  return now === undefined
    ? `another writer removed ${where} (${contents(was)})`
    : `another writer changed ${where} from ${contents(was)} to ${contents(now)}`;
}

function contents({ ttl, data }: RRset): string {
  return `${data.join(", ")} with TTL ${ttl} s`;
}

function same(a: RRset | undefined, b: RRset | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.ttl === b.ttl && sameMembers(a.data, b.data);
}
