import { isAtOrBelow, parentOf, type Name } from "../name/name.ts";
import { cutAbove, cutsOf } from "./zone-cuts.ts";

/**
 * The closest encloser of a name that doesn't exist (RFC 4592 2.2.2, 3.3.1): the wildcard right below it, and no other, answers for the name. Undefined: the name exists, is delegated,
 * is below a DNAME, or is outside the zone, so that no wildcard answers.
 */
export type EncloserOf = (name: Name) => Name | undefined;

/** Finds enclosers among all records of a zone. Names with nothing but names below them exist too. */
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

/** Adds a name and the names between it and the origin. Names outside the origin are left out. */
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
