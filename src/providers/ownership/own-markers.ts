import type { Name } from "../../dns/name/name.ts";

/** Decides which markers are this installation's. */
export interface OwnMarkers {
  readonly ownerId: string;
  /** True for a marker that this installation wrote, under its owner id or under a former one. */
  isOwn(owner: string, name: Name): boolean;
  /** The names that aliases of this installation have or had: only their markers with a former owner id are adopted. */
  setRequested(names: readonly Name[]): void;
}

/** `formerOwnerIds` are ids that this installation had before. A marker with one of them, at any other name, is another installation's. */
export function createOwnMarkers(ownerId: string, formerOwnerIds: readonly string[] = []): OwnMarkers {
  let requested: ReadonlySet<Name> = new Set();
  return {
    ownerId,
    isOwn: (owner, name) => owner === ownerId || (formerOwnerIds.includes(owner) && requested.has(name)),
    setRequested(names) {
      requested = new Set(names);
    },
  };
}
