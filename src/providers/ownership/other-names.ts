import { isWildcard, parentOf, type Name } from "../../dns/name/name.ts";
import type { RRset } from "../../dns/record.ts";
import { closestEnclosers, type EncloserOf } from "../../dns/zone-file/closest-encloser.ts";
import type { BackendRead } from "../backend.ts";
import { ownerNameIn } from "./marker-name.ts";
import type { NameOwnership } from "./name-ownership.ts";

export interface OtherNamesInput {
  readonly domain: Name;
  readonly ownerId: string;
  readonly read: Pick<Extract<BackendRead, { readonly kind: "ok" }>, "sets" | "complete" | "delegations">;
  readonly requested: ReadonlySet<Name>;
  readonly ownership: ReadonlyMap<Name, NameOwnership>;
}

/**
 * Returns the closest enclosers among the records of other writers. Undefined: no wildcard was requested. If the zone isn't listed,
 * only requested names are known. If the backend doesn't report delegations, a name counts as absent only right below an existing
 * name, because a delegation may contain deeper names.
 */
export function otherEnclosers(input: OtherNamesInput): EncloserOf | undefined {
  const { domain, read, requested } = input;
  if (![...requested].some(isWildcard)) {
    return undefined;
  }
  const delegated = (read.delegations ?? []).map((name) => ({ name, type: "NS" }));
  // A wildcard of dnsalias makes the name above it exist (RFC 4592 2.2.2).
  const wildcards = [...requested].filter(isWildcard).flatMap((name) => parentOf(name) ?? []);
  const others = read.sets.filter((set) => !isOurs(set, input));
  const encloserOf = closestEnclosers(domain, [
    ...others,
    ...delegated,
    ...wildcards.map((name) => ({ name, type: "" })),
  ]);
  return (name) => {
    const encloser = read.complete || requested.has(name) ? encloserOf(name) : undefined;
    return read.delegations !== undefined || encloser === parentOf(name) ? encloser : undefined;
  };
}

function isOurs({ name, type }: RRset, { domain, ownerId, ownership }: OtherNamesInput): boolean {
  const marked = type === "TXT" ? ownerNameIn(domain, name) : undefined;
  if (marked !== undefined) {
    return ownership.get(marked)?.holder.kind === "ours";
  }
  return ownership.get(name)?.sets.some((set) => set.type === type && set.owner === ownerId) === true;
}
