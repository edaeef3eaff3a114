import type { Name } from "../../dns/name/name.ts";

/** Decides which markers are this installation's. */
export interface OwnMarkers {
  readonly ownerId: string;
  /** True for a marker that this installation wrote, under its owner id or under a former one. */
  isOwn(owner: string, name: Name): boolean;
  /** Sets the names that aliases of this installation have or had. Only their markers with a former owner id are adopted. */
  setRequested(names: readonly Name[]): void;
}

/** `formerOwnerIds`: former ids of this installation. A marker with one of them at any other name belongs to another installation. */
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
