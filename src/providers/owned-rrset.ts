import type { ActualRRset, Write } from "../plan/change.ts";
import { byCodeUnit } from "../base/order.ts";
import { familyOf, parseAddress } from "../dns/address/address.ts";
import { httpsAliasTarget } from "../dns/rdata/type/https-alias.ts";
import type { Name } from "../dns/name/name.ts";
import { type AliasType, type Seconds, rrsetKey } from "../dns/record.ts";
import { ownerNameIn } from "./owner-name.ts";

/** One RRset of dnsalias in a rendered text. */
export interface OwnedRRset {
  readonly name: Name;
  readonly type: AliasType;
  readonly ttl: Seconds;
  readonly data: readonly string[];
}

/** The RRsets after the writes. Each write replaces or removes a whole RRset. */
export function afterWrites(sets: readonly OwnedRRset[], writes: readonly Write[]): readonly OwnedRRset[] {
  const after = new Map(sets.map((set) => [rrsetKey(set), set]));
  for (const write of writes) {
    if (write.kind === "delete") {
      after.delete(rrsetKey(write.before));
    } else {
      const { name, type, ttl } = write.after;
      const data = [...new Set(write.after.data.map((data) => canonical(type, data) ?? data))].sort(byCodeUnit);
      after.set(rrsetKey(write.after), { name, type, ttl, data });
    }
  }
  return [...after.values()];
}

export function ownedBy(sets: readonly OwnedRRset[], owner: string): readonly ActualRRset[] {
  return sets.map(({ name, type, ttl, data }) => ({ name, type, ttl, data, owner }));
}

/** Why an RRset cannot be written. The RRsets of an alias are always writable. */
export function ownedRRsetProblem({ name, type, ttl, data }: OwnedRRset): string | undefined {
  const isFine =
    ownerNameIn(name) === name &&
    Number.isInteger(ttl) &&
    ttl >= 0 &&
    ttl <= MAX_TTL &&
    data.length > 0 &&
    data.every((one) => canonical(type, one) === one);
  return isFine ? undefined : `the ${type} records of ${name} cannot be written: name, TTL or data is not valid`;
}

/** The canonical text of a record of dnsalias. Undefined: it is not valid for that type. */
export function canonical(type: AliasType, data: string): string | undefined {
  if (type === "HTTPS") {
    return httpsAliasTarget(data) === undefined ? undefined : data;
  }
  const address = parseAddress(data);
  return address !== undefined && familyOf(address) === type ? address : undefined;
}

/** RFC 2181 8. */
const MAX_TTL = 2 ** 31 - 1;
