import { type Name, parentOf } from "../name/name.ts";

/**
 * The names at which the zone ends. These are delegations (`NS`, RFC 1034 4.2.1) below the apex, and owners of `DNAME`, which can
 * also be the apex (RFC 6672 2.3).
 */
export function cutsOf(
  origin: Name,
  records: readonly { readonly name: Name; readonly type: string }[],
  type: "NS" | "DNAME",
): ReadonlySet<Name> {
  const cuts = records.filter((record) => record.type === type).map(({ name }) => name);
  return new Set(type === "NS" ? cuts.filter((name) => name !== origin) : cuts);
}

/** The cut at or above `name` that is nearest to the name. Cuts above the apex don't count. */
export function cutAbove(name: Name, origin: Name, cuts: ReadonlySet<Name>): Name | undefined {
  if (cuts.size === 0) {
    return undefined;
  }
  for (let at: Name | undefined = name; at !== undefined; at = at === origin ? undefined : parentOf(at)) {
    if (cuts.has(at)) {
      return at;
    }
  }
  return undefined;
}
