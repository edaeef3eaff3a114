import type { ActualSet, Write } from "../../plan/change.ts";
import type { Name } from "../../dns/name.ts";
import type { Family, Seconds } from "../../dns/record.ts";

/** One address record set of ours, as it stands in a rendered text. */
export interface OwnSet {
  readonly name: Name;
  readonly type: Family;
  readonly ttl: Seconds;
  readonly addresses: readonly string[];
}

/** The sets after the writes: each write replaces or removes the whole set of its name and type. */
export function afterWrites(sets: readonly OwnSet[], writes: readonly Write[]): readonly OwnSet[] {
  const after = new Map(sets.map((set) => [ownSetKey(set), set]));
  for (const write of writes) {
    if (write.kind === "delete") {
      after.delete(ownSetKey(write.before));
    } else {
      const { name, type, ttl, addresses } = write.after;
      after.set(ownSetKey(write.after), { name, type, ttl, addresses });
    }
  }
  return [...after.values()];
}

/** One text for each owner name and type. */
export function ownSetKey({ name, type }: { readonly name: Name; readonly type: Family }): string {
  return `${name} ${type}`;
}

export function ownedBy(sets: readonly OwnSet[], owner: string): readonly ActualSet[] {
  return sets.map(({ name, type, ttl, addresses }) => ({ name, type, ttl, addresses, owner }));
}
