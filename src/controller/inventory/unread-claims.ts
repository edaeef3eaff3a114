import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Claimant } from "../../plan/claims.ts";
import type { InvalidObject } from "../ports/inventory.ts";

/**
 * The names of aliases without a known valid spec in this process, for example after a restart. Such aliases publish nothing, but
 * their names don't pass to a younger alias of another namespace.
 */
export interface UnreadClaims {
  /** Stores the current hostnames of the object, and returns the names whose owner can change. */
  set(manifest: Pick<InvalidObject, "key" | "claim">): readonly Name[];
  /** Call it when the object is readable, or deleted. Returns its names. */
  remove(key: ObjectKey): readonly Name[];
  claimantsOf(name: Name): readonly Claimant[];
  names(): Iterable<Name>;
  readonly size: number;
}

const NONE: readonly Claimant[] = [];

export function createUnreadClaims(): UnreadClaims {
  const names = new Map<ObjectKey, readonly Name[]>();
  const byName = new Map<Name, readonly Claimant[]>();
  const remove = (key: ObjectKey): readonly Name[] => {
    const before = names.get(key) ?? [];
    names.delete(key);
    for (const name of before) {
      const others = (byName.get(name) ?? NONE).filter((one) => one.key !== key);
      if (others.length === 0) {
        byName.delete(name);
      } else {
        byName.set(name, others);
      }
    }
    return before;
  };
  return {
    set({ key, claim }) {
      const before = remove(key);
      if (claim === undefined || claim.hostnames.length === 0) {
        return before;
      }
      const claimant: Claimant = { key, namespace: key.slice(0, key.indexOf("/")), createdAt: claim.createdAt };
      names.set(key, claim.hostnames);
      claim.hostnames.forEach((name) => byName.set(name, [...(byName.get(name) ?? NONE), claimant]));
      return [...new Set([...before, ...claim.hostnames])];
    },
    remove,
    claimantsOf: (name) => byName.get(name) ?? NONE,
    names: () => byName.keys(),
    get size() {
      return names.size;
    },
  };
}
