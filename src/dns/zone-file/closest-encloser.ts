import { isAtOrBelow, parentOf, type Name } from "../name/name.ts";
import { cutAbove, cutsOf } from "./zone-cuts.ts";

/**
 * Returns the closest encloser of a name that doesn't exist (RFC 4592 2.2.2, 3.3.1). Only the wildcard right below the closest
 * encloser answers for the name. Undefined if no wildcard answers, because the name exists, is delegated, is below a DNAME, or is
 * outside the zone.
 */
export type EncloserOf = (name: Name) => Name | undefined;

/** Finds closest enclosers among all records of a zone. Names without records but with names below them exist too. */
export function closestEnclosers(
  origin: Name,
  records: readonly { readonly name: Name; readonly type: string }[],
): EncloserOf {
  const names = new Set<string>([origin]);
  for (const { name } of records) {
    addWithAncestors(names, name, origin);
  }
  const delegations = cutsOf(origin, records, "NS");
  const dnames = cutsOf(origin, records, "DNAME");
  return (name) => {
    if (names.has(name) || !isAtOrBelow(name, origin)) {
      return undefined;
    }
    const encloser = existingAbove(name, names);
    const isElsewhere = (cuts: ReadonlySet<Name>): boolean =>
      encloser !== undefined && cutAbove(encloser, origin, cuts) !== undefined;
    return isElsewhere(delegations) || isElsewhere(dnames) ? undefined : encloser;
  };
}

/** Adds a name and the names between it and the origin. It ignores names outside the origin. */
export function addWithAncestors(names: Set<string>, name: Name, origin: Name): void {
  if (!isAtOrBelow(name, origin)) {
    return;
  }
  for (let at: Name | undefined = name; at !== undefined && !names.has(at); at = parentOf(at)) {
    names.add(at);
    if (at === origin) {
      return;
    }
  }
}

function existingAbove(name: Name, names: ReadonlySet<string>): Name | undefined {
  for (let at = parentOf(name); at !== undefined; at = parentOf(at)) {
    if (names.has(at)) {
      return at;
    }
  }
  return undefined;
}
