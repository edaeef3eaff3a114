import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { referenceKey, type HeldResource, type ResourceFinding, type ResourceRef } from "../../api/resource-ref.ts";
import { elapsed, nextResource } from "../../plan/reference/held-resource.ts";

/** The state of one object as its watch shows it, for the DnsAliases of one namespace. */
interface ReferenceNews {
  readonly namespace: string;
  readonly ref: ResourceRef;
  readonly finding: ResourceFinding;
}

/** The objects that DnsAliases refer to, with their known states. */
export interface References {
  /** Returns the alias with the known states of its referenced objects. Call it again after each change of such an object. */
  follow(alias: DnsAlias): DnsAlias;
  forget(alias: ObjectKey): void;
  /** Records the new state of an object. Returns the aliases that refer to it. */
  record(news: ReferenceNews, now: Millis): readonly ObjectKey[];
  /** Confirms absences whose time has come; returns the aliases that refer to these objects. */
  elapse(now: Millis): readonly ObjectKey[];
  /** The time of the next confirmation; undefined: there is none. */
  nextAt(): Millis | undefined;
  size(): number;
}

export function createReferences(): References {
  const held = new Map<string, HeldResource>();
  const byAlias = new Map<ObjectKey, ReadonlySet<string>>();
  const users = new Map<string, Set<ObjectKey>>();
  const usersOf = (key: string): readonly ObjectKey[] => [...(users.get(key) ?? [])];
  const use = (alias: ObjectKey, keys: ReadonlySet<string>): void => {
    const before = byAlias.get(alias) ?? NONE;
    if (keys.size === 0) {
      byAlias.delete(alias);
    } else {
      byAlias.set(alias, keys);
    }
    keys.forEach((key) => users.set(key, (users.get(key) ?? new Set()).add(alias)));
    for (const key of before.difference(keys)) {
      users.get(key)?.delete(alias);
      if (users.get(key)?.size === 0) {
        users.delete(key);
        held.delete(key);
      }
    }
  };
  return {
    follow(alias) {
      const keys = referencesOf(alias);
      use(objectKey(alias.meta), keys);
      return keys.size === 0 ? alias : withHeld(alias, held);
    },
    forget: (alias) => use(alias, NONE),
    record({ namespace, ref, finding }, now) {
      const key = referenceKey(namespace, ref);
      if (users.has(key)) {
        held.set(key, nextResource(held.get(key), finding, now));
      }
      return usersOf(key);
    },
    elapse(now) {
      const due = [...held].filter(([, { goneAt }]) => goneAt !== undefined && goneAt <= now);
      due.forEach(([key, resource]) => held.set(key, elapsed(resource, now)));
      return [...new Set(due.flatMap(([key]) => usersOf(key)))];
    },
    nextAt() {
      const times = [...held.values()].flatMap(({ goneAt }) => goneAt ?? []);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    size: () => held.size + byAlias.size + users.size,
  };
}

const NONE: ReadonlySet<string> = new Set();

/** True if every object that the alias refers to has been read, or can't be read. */
export function hasReadReferences({ spec }: DnsAlias): boolean {
  return spec.targets.every((target) => target.kind !== "resourceRef" || target.held !== undefined);
}

function referencesOf({ meta, spec }: DnsAlias): ReadonlySet<string> {
  return new Set(
    spec.targets.flatMap((target) => (target.kind === "resourceRef" ? [referenceKey(meta.namespace, target.ref)] : [])),
  );
}

/** Returns the alias with the known state of each referenced object instead of the earlier state. */
function withHeld(alias: DnsAlias, held: ReadonlyMap<string, HeldResource>): DnsAlias {
  const targets = alias.spec.targets.map((target) => {
    if (target.kind !== "resourceRef") {
      return target;
    }
    const { held: _before, ...rest } = target;
    const known = held.get(referenceKey(alias.meta.namespace, target.ref));
    return known === undefined ? rest : { ...rest, held: known };
  });
  return { ...alias, spec: { ...alias.spec, targets } };
}
